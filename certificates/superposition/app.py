"""`gammastar superposition VERB`: each verb has a module with a function `register(app)`.

Verb modules import what they need inside their commands, so that the help of one verb loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import typer

import certificates.superposition as package

__all__ = ["app"]

app = typer.Typer(
    name="superposition",
    help="Toy models of superposition: exact losses, phase diagrams, and the geometry of direct sums.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options() -> None:
    """Options of all verbs: there are none."""


for _module in sorted(
    module.name for module in iter_modules(package.__path__) if module.name.startswith("verb_")
):
    import_module(f"{package.__name__}.{_module}").register(app)
