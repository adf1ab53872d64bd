"""The colours of all figures, on paper and on the page; distinguishable without red and green."""

from __future__ import annotations

__all__ = ["EXCLUDED", "FAINT_POSSIBLE", "INK", "MARGIN", "MUTED", "PAPER", "POSSIBLE", "REQUIRED", "RULE"]

INK, MUTED, RULE, PAPER = "#22262b", "#62666d", "#dad6cc", "#fbfaf7"
REQUIRED, POSSIBLE, EXCLUDED = "#24527a", "#a8690f", "#8b8a84"
FAINT_POSSIBLE, MARGIN = "#ecd9b4", "#2c6a4e"
