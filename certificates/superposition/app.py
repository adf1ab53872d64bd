"""`gammastar superposition VERB`: each verb has a module with a function `register(app)`.

Verb modules import what they need inside their commands, so that the help of one verb loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import certificates.superposition as package
from certificates.cli_options import application

__all__ = ["app"]

app = application(
    name="superposition",
    help="Toy models of superposition: exact losses, phase diagrams, and the geometry of direct sums.",
    no_args_is_help=True,
)


@app.callback()
def _options() -> None:
    """Options of all verbs: there are none."""


for _module in sorted(
    module.name for module in iter_modules(package.__path__) if module.name.startswith("verb_")
):
    import_module(f"{package.__name__}.{_module}").register(app)
