"""Which irreps of an explained network are worth a row, on the page and on the terminal."""

from __future__ import annotations

from typing import Any

__all__ = ["MOST_EMBEDDED", "shown_irreps"]

MOST_EMBEDDED = 5  # rows of irreps that are embedded and not learned


def shown_irreps(result: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Irreps that are learned, by similarity; those embedded and not learned, by power."""
    learned = [line for line in result["irreps"] if line["key"]]
    embedded = [line for line in result["irreps"] if line["embedded"] and not line["key"]]
    learned.sort(key=lambda line: -(line["similarity"] or 0.0))
    embedded.sort(key=lambda line: -(line["embedding_power"] or 0.0))
    return learned, embedded
