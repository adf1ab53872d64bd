"""Which inputs an output of a toy model reads: the cost of its exact loss is exponential in their number."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int

from theory.errors import LimitError

__all__ = ["SupportTooLarge", "check_support", "read_inputs"]


class SupportTooLarge(LimitError):
    """A row of `G` has too many nonzero entries for a method whose cost is exponential in them."""


def read_inputs(nonzero: Bool[np.ndarray, "n n"], row: int) -> Int[np.ndarray, " s"]:
    """Inputs that an output and its error depend on: its own first, then those in its row of `G`."""
    others = np.flatnonzero(nonzero[row])
    return np.concatenate([[row], others[others != row]])


def check_support(size: int, limit: int, row: int, method: str, source: str = "model") -> None:
    """Raises:
    SupportTooLarge: `size` inputs are more than the method can do.
    """
    if size > limit:
        raise SupportTooLarge(
            f"{source}: output {row} reads {size} features, and the limit of method {method} is {limit}; "
            "method hybrid or mc would be right"
        )
