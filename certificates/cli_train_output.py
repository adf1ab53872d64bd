"""What a person at a terminal reads of a trained network: verdict first, then the irreps."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from certificates.cli_output import _console, _styled, _table
from certificates.wording import irrep_type, share_text

__all__ = ["print_trained", "proven_sentence", "trained_sentence"]

WIDE = 100  # columns of a terminal; below, the table leaves out what the label says already


def print_trained(result: dict[str, Any]) -> None:
    """The outcome of `train` and of `compare`."""
    console = _console()
    console.print(trained_sentence(result), style="bold", soft_wrap=True)
    console.print(proven_sentence(result), soft_wrap=True)
    failed = [check["name"] for check in result["checks"] if not check["holds"]]
    if failed:
        console.print(f"against a theorem: {', '.join(failed)}: please report this", style="bold red")
    console.print()
    known = ("<degree", "type") if console.width >= WIDE else ()
    table = _table("irrep", *known, "status", "<share", "<predicted", "<certified", "<neurons")
    for irrep in result["irreps"]:
        table.add_row(
            Text(irrep["label"]),
            *[str(irrep["degree"]), irrep_type(irrep["indicator"])][: len(known)],
            _styled(irrep["status"]),
            f"{irrep['share']:.5f}",
            share_text(irrep["predicted"]),
            share_text(irrep["certified"]) if irrep["certified"] and not result["proves_nothing"] else "–",
            str(irrep["neurons"]),
        )
    console.print(table)
    if len(result["seeds"]) > 1:
        console.print()
        for line in result["seeds"]:
            value = line["normalised_margin"] if line["fraction"] is None else line["fraction"]
            unit = "" if line["fraction"] is None else " of γ*"
            console.print(f"seed {line['seed']}: {value:.6g}{unit}, mean purity {line['mean_purity']:.5f}")
    console.print()
    console.print(f"run     {result['run']}", soft_wrap=True)
    if "report" in result:
        console.print(f"report  {result['report']}", soft_wrap=True)


def trained_sentence(result: dict[str, Any]) -> str:
    """How close the margin came."""
    what = f"{result['group']}: {result['width']} neurons, {result['steps']} steps, {result['seconds']:.1f} s"
    if result["fraction"] is None:
        return f"{what}: normalised margin {result['normalised_margin']:.6g} (ReLU has no known γ*)"
    return f"{what}: {result['fraction']:.6f} of γ*"


def proven_sentence(result: dict[str, Any]) -> str:
    """What the margin alone proves about the network."""
    if result["fraction"] is None:
        return f"Mean purity {result['mean_purity']:.5f}."
    if result["proves_nothing"]:
        purity = f"mean purity {result['mean_purity']:.5f}"
        return f"Some input is misclassified, so the margin proves nothing; {purity}."
    return (
        f"The margin alone proves a mean purity of at least {result['certified_mean_purity']:.5f}; "
        f"measured {result['mean_purity']:.5f}, matching {result['mean_matching']:.5f}."
    )
