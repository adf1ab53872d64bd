"""An explanation as one JSON object: the contract of `gammastar explain --json`."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np

from empirics.circuits.character_fit import EMBEDDED
from empirics.circuits.cosets import CosetReading
from empirics.circuits.explain import Analysis, CosetTests, Explanation
from empirics.circuits.progress import Progress
from empirics.circuits.recovery import GroupReport

__all__ = ["progress_summary", "summary"]


CURVES = (
    "train_loss", "test_loss", "train_accuracy", "test_accuracy", "restricted", "restricted_characters",
    "variance_explained", "agreement", "excluded", "clustered", "squared_weights",
)  # fmt: skip


def summary(found: Explanation, identified: str | None = None) -> dict[str, Any]:
    """Everything that was measured, as JSON; what could not be is null, with its reason under `absent`.

    Args:
        found: of a network.
        identified: a name of the group up to isomorphism.
    """
    report, analysis = found.report, found.analysis
    document: dict[str, Any] = {
        "layout": found.network.layout,
        "source": found.network.source,
        "order": found.network.order,
        "accuracy": report.agreement if analysis else None,
        "loss": analysis.loss if analysis else None,
        "group": _group(report, identified),
        "irreps": _irreps(analysis) if analysis else [],
        **(_neurons(analysis) if analysis else dict.fromkeys(("clusters", "unclustered", "inactive"))),
        "variance": asdict(analysis.fit.shares) if analysis else None,
        **(_losses(analysis) if analysis else dict.fromkeys(("restricted_loss", "excluded_loss"))),
        "cosets": _cosets(analysis.cosets, analysis.coset_tests) if analysis and analysis.cosets else None,
        "clock": asdict(analysis.clock) if analysis and analysis.clock else None,
        "theory": asdict(analysis.theory) if analysis and analysis.theory else None,
        "absent": analysis.absent if analysis else {},
        **found.verdict.as_dict(),
    }
    cleaned = _clean(document)
    assert isinstance(cleaned, dict)
    return cleaned


def _group(report: GroupReport, identified: str | None) -> dict[str, Any]:
    group = report.group
    return {
        "valid": group is not None and (report.failure is None or report.given),
        "repaired": report.repaired,
        "entries_changed": report.entries_changed,
        "identified": identified,
        "commutative": report.commutative,
        "classes": report.class_count if group else None,
        "degrees": sorted(group.characters.degrees) if group else None,
        "centre_order": report.centre_order if group else None,
        "element_orders": {str(order): count for order, count in report.element_orders.items()},
        "smallest_margin": report.smallest_margin,
        "failure": asdict(report.failure) if report.failure else None,
    }


def _irreps(analysis: Analysis) -> list[dict[str, Any]]:
    irreps, power, theory = analysis.group.irreps, analysis.power, analysis.theory
    found = []
    for r in range(1, len(irreps)):
        embedded = None if power is None else bool(max(power[0][r], power[1][r]) > EMBEDDED)
        found.append(
            {
                "label": irreps.labels[r],
                "degree": irreps.degrees[r],
                "indicator": irreps.indicators[r],
                "similarity": float(analysis.fit.similarities[r]),
                "coefficient": float(analysis.fit.coefficients[r]),
                "embedding_power": None if power is None else float(power[0][r]),
                "embedding_power_right": None if power is None else float(power[1][r]),
                "key": r in analysis.key,
                "embedded": embedded,
                "harmonic": bool(analysis.harmonic[r]),
                "theory_status": theory.statuses[r] if theory else None,
                "theory_share": theory.predicted[r] if theory else None,
            }
        )
    return found


def _neurons(analysis: Analysis) -> dict[str, Any]:
    clusters, losses, labels = analysis.clusters, analysis.cluster_losses, analysis.group.irreps.labels
    if clusters is None:
        return dict.fromkeys(("clusters", "unclustered", "inactive"))
    used = {use.irrep: use for use in analysis.output or ()}
    listed = []
    for r, count in clusters.counts().items():
        line: dict[str, Any] = {"label": labels[r], "neurons": count}
        if losses is not None:
            line |= {
                "loss_projected": losses.ablated_projected[r],
                "loss_ablated": losses.ablated[r],
                "loss_zero_ablated": losses.zero_ablated[r],
                "loss_resampled": losses.resampled[r],
            }
        if r in used:
            line |= {
                "output_power": used[r].power,
                "in_cluster": used[r].in_cluster,
                "output_cosine": used[r].cosine,
            }
        listed.append(line)
    return {
        "clusters": listed,
        "unclustered": clusters.unclustered,
        "inactive": int(clusters.inactive.sum()),
        "always_on": int(clusters.always_on.sum()),
        "near_threshold": int(clusters.near.sum()),
        "threshold": clusters.threshold,
        "projected_loss": losses and losses.projected,
        "projected_alone_loss": losses and losses.projected_alone,
        "path_loss": losses and losses.path,
    }


def _losses(analysis: Analysis) -> dict[str, Any]:
    labels = analysis.group.irreps.labels
    kept, left, embedding = analysis.restricted, analysis.excluded, analysis.embedding_losses
    hidden = analysis.hidden_restricted
    return {
        "restricted_loss": kept.product,
        "restricted_loss_uncorrected": kept.product_uncorrected,
        "restricted_loss_test": kept.product_test,
        "character_loss": kept.characters,
        "character_loss_test": kept.characters_test,
        "hidden_restricted_loss": hidden and hidden.loss,
        "hidden_faithfulness": hidden and asdict(hidden.faithfulness),
        "faithfulness": asdict(kept.faithfulness),
        "character_faithfulness": asdict(kept.character_faithfulness),
        "product_share": analysis.means.share(list(analysis.key)),
        "character_share": analysis.fit.share(list(analysis.key)),
        "excluded_loss": left.every_key,
        "excluded_character_loss": left.every_key_characters,
        "excluded_by_irrep": {labels[r]: loss for r, loss in left.by_irrep.items()},
        "excluded_pairs": left.pairs,
        "embedding_losses": embedding
        and {
            "without": {labels[r]: loss for r, loss in embedding.without.items()},
            "key_alone": embedding.key_alone,
        },
    }


def _cosets(reading: CosetReading, tests: CosetTests | None) -> dict[str, Any]:
    active = int(reading.active.sum())
    return {
        "subgroups": len(reading.subgroups),
        "active": active,
        "neurons": len(reading.neurons),
        "by_order": {str(order): count for order, count in reading.by_order.items()},
        "conjugate": sum(one.conjugate for one in reading.neurons),
        "loss": tests and tests.best,
        "own_loss": tests and tests.own,
        "swapped_loss": tests and tests.swapped,
        "fewer": tests and tests.fewer,
        "coset_numbers": tests and tests.coset_numbers,
        "irrep_numbers": tests and tests.irrep_numbers,
        "smallest_ratios": [
            float(np.nanmin(ratios)) for ratios in (reading.left_ratios, reading.right_ratios)
        ]
        if active
        else None,
    }


def progress_summary(series: Progress, labels: tuple[str, ...]) -> dict[str, Any]:
    """The measures of every checkpoint, as JSON: lists in the order of steps.

    Args:
        series: of a run.
        labels: of the real irreps.
    """
    found: dict[str, Any] = {
        "key": [labels[r] for r in series.key],
        "appeared": [{"label": labels[r], "step": step} for r, step in series.appeared],
        "phases": asdict(series.phases),
        "steps": series.steps.tolist(),
        "similarities": {labels[r]: series.similarities[:, r].tolist() for r in series.key},
    }
    for name in CURVES:
        found[name] = getattr(series, name).tolist()
    cleaned = _clean(found)
    assert isinstance(cleaned, dict)
    return cleaned


def _clean(value: Any) -> Any:
    """NaN and infinities are no JSON: null."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value
