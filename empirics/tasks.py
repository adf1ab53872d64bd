"""What a network is trained on: the whole multiplication table of a group, or sparse parity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from theory.errors import InputError, LimitError
from theory.groups.finite_group import FiniteGroup

__all__ = ["TABLE_LIMIT", "GroupTask", "ParityTask", "Task", "group_task", "parity_task"]

TABLE_LIMIT = 5_000  # order up to which a full table of products is held (100 MB of 32-bit integers)
BITS_LIMIT = 20  # of sparse parity: a million inputs


@dataclass(frozen=True, eq=False)
class GroupTask:
    """Input `(g_1, ..., g_k)` one-hot, label `g_1 g_2 ... g_k`.

    Args:
        expression: the group as typed.
        group: of order `n`; there are `n^k` inputs and `n` labels.
        arity: number of factors `k >= 2`.
    """

    expression: str
    group: FiniteGroup
    arity: int

    @property
    def labels(self) -> int:
        """Number of labels, `n`."""
        return self.group.order

    @property
    def inputs(self) -> int:
        """Number of inputs, `n^k`."""
        return self.group.order**self.arity

    def multiplication_table(self) -> Int[np.ndarray, "n n"]:
        """`g h` at `[g, h]`, with 32-bit entries."""
        elements = np.arange(self.group.order)
        return np.asarray(self.group.multiply(elements[:, None], elements[None, :])).astype(np.int32)


@dataclass(frozen=True)
class ParityTask:
    """Input `x` in `{+1, -1}^n`, label 0 if `x_1 ... x_k = 1` and 1 if it is -1: `(n, k)`-sparse parity.

    The support is the first `k` coordinates; which ones makes no difference to a network without biases.

    Args:
        bits: `n`.
        arity: `k`, `2 <= k <= n`; the activation is `x^k`.
    """

    bits: int
    arity: int

    @property
    def labels(self) -> int:
        """Number of labels, 2."""
        return 2

    @property
    def inputs(self) -> int:
        """Number of inputs, `2^n`."""
        return 2**self.bits

    def points(self) -> Float[np.ndarray, "p n"]:
        """All `p = 2^n` inputs; input `i` has `x_j = (-1)^(bit j of i)`."""
        bits = np.arange(self.inputs)[:, None] >> np.arange(self.bits) & 1
        return 1.0 - 2.0 * bits

    def targets(self) -> Int[np.ndarray, " p"]:
        """The label of every input, in the order of `points`."""
        return (self.points()[:, : self.arity].prod(axis=1) < 0).astype(np.int64)


Task = GroupTask | ParityTask


def group_task(expression: str, arity: int = 2) -> GroupTask:
    """The task of a group as typed.

    Raises:
        InputError: the group cannot be used, is trivial, or `arity < 2`.
        LimitError: its order is beyond `TABLE_LIMIT`.
    """
    from theory.groups.naming import resolve

    if arity < 2:
        raise InputError(f"arity {arity}: a product has at least 2 factors")
    group = resolve(expression).build()
    if group.order == 1:
        raise InputError(f"{expression}: the trivial group has no wrong label, hence no margin")
    if group.order > TABLE_LIMIT:
        # held as 64-bit integers beside the 32-bit ones they are made from
        memory = 12 * group.order**2 / 2**20
        raise LimitError(
            f"{expression}: order {group.order:,}: its table of products needs {memory:,.0f} MiB and margins "
            f"are measured over all of it; training takes orders up to {TABLE_LIMIT:,}, there best in "
            "mini-batches (--method paper --batch 1000)"
        )
    return GroupTask(expression, group, arity)


def parity_task(bits: int, arity: int) -> ParityTask:
    """`(n, k)`-sparse parity.

    Raises:
        InputError: not `2 <= k <= n`.
        LimitError: more than `2^20` inputs.
    """
    if not 2 <= arity <= bits:
        raise InputError(f"parity {bits} {arity}: sparse parity of k among n bits needs 2 <= k <= n")
    if bits > BITS_LIMIT:
        raise LimitError(
            f"parity {bits} {arity}: {bits} bits have 2^{bits} inputs, the limit is 2^{BITS_LIMIT}"
        )
    return ParityTask(bits, arity)
