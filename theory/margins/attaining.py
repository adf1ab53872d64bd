r"""The explicit network that attains `gamma*`, for irreps of all three types and any number of factors.

Let `R` act over `F = R, C or H` (indicator +1, 0, -1) by `q x q` matrices, `q = d` or, over H, `d/2`, and
let `E` be the units `{1}`, `{1, i}` or `{1, i, j, k}`. The block of `R` has one neuron for all choices of
basis vectors `x_0, ..., x_k`, of phases `e_1, ..., e_k` in `E` (`e_0 = 1`) and of signs `eps_2, ..., eps_k`
(`eps_1 = 1`):

    u_j(g) = s eps_j Re(conj(e_(j-1)) R(g)_(x_(j-1), x_j) e_j),
    w(c) = s eps_1...eps_k Re(R(c)_(x_0, x_k) e_k).

Why its logits depend on `h = g_1...g_k c^-1` alone (docs/theory.md, Lemma 14 and Theorem 15):

- signs (polarisation): `sum_eps eps_1...eps_k (sum_j eps_j t_j)^k = 2^(k-1) k! t_1...t_k`;
- phases: `sum_(e in E) Re(p e) Re(conj(e) r) = Re(p r)` and `sum_(e in E) Re(p e) Re(r e) = Re(p conj(r))`;
- basis vectors: matrix products, and a trace at the end.

So the block adds `2^(k-1) k! s^(k+1) Re tr_F R(h)` to the logit of `c`, and `Re tr_F R = Re chi`, or half
of it over H. By Schur `sum_g Re(R(g)_xy e)^2 = n/(d nu)`, so all neurons of a block have the same norm, and
if the block's share of `||theta||^(k+1) = 1` is `beta = a_R s_R / cost*`, its part of the logit is

    k! ((k+1) n)^(-(k+1)/2) (beta / s_R) X_R(h) = k! ((k+1) n)^(-(k+1)/2) a_R X_R(h) / cost*:

the margin at `h` is `gamma* sum_R a_R (1 - X_R(h)) >= gamma*`, with equality on the classes where `a` is
tight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import factorial, sqrt

import numpy as np
from jaxtyping import Float, Int

from theory.errors import LimitError
from theory.groups.finite_group import FiniteGroup
from theory.margins.solution import IrrepRow, MarginSolution
from theory.representations.irreps import Irrep, check_memory, explicit_irreps
from theory.representations.quaternionic import quaternions

__all__ = [
    "WIDTH_LIMIT",
    "AttainingNetwork",
    "NetworkBlock",
    "NetworkWeights",
    "Recipe",
    "block_width",
    "build",
    "check_limits",
    "trace_factor",
]

WIDTH_LIMIT = 10**9  # neurons; listing more takes minutes even for a single input

# e_a conj(e_b) = sign * unit, for the units 1, i, j, k
_UNIT = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
_SIGN = np.array([[1, -1, -1, -1], [1, 1, -1, 1], [1, 1, 1, -1], [1, -1, 1, 1]])


@dataclass(frozen=True, eq=False)
class NetworkWeights:
    """A network `f(g_1..g_k)[c] = sum_i (u_i1(g_1) + ... + u_ik(g_k))^k w_i(c)`.

    Args:
        input_weights: `u_ij(g)` at `[j, i, g]`.
        output_weights: `w_i(c)` at `[i, c]`.
    """

    input_weights: Float[np.ndarray, "k m n"]
    output_weights: Float[np.ndarray, "m n"]


@dataclass(frozen=True, eq=False)
class Recipe:
    """Neurons by reference: weight `j` of neuron `i` is `scale * sign[j, i] * functions[index[j, i]]`.

    Rows `0..k-1` are the input weights, row `k` is the output weight.
    """

    index: Int[np.ndarray, "k1 m"]
    sign: Float[np.ndarray, "k1 m"]


@dataclass(frozen=True, eq=False)
class NetworkBlock:
    """All neurons of one irrep, or of a complex pair.

    Args:
        row: the row of the program.
        share: `a_R s_R / cost*`.
        scale: `s`, so that the block spends `share` of `||theta||^(k+1) = 1`.
        width: number of neurons.
        arity: `k`.
        components: components of `R(g)_xy` over R at `[unit, x, y, g]`.
        irrep: where they come from (its `matrices` are the same numbers).
    """

    row: IrrepRow
    share: float
    scale: float
    width: int
    arity: int
    components: Float[np.ndarray, "v q q n"]
    irrep: Irrep

    @property
    def functions(self) -> Float[np.ndarray, "p n"]:
        """The `v q^2` functions on `G` that all weights of the block are multiples of."""
        return self.components.reshape(-1, self.components.shape[-1])

    @property
    def traces(self) -> Float[np.ndarray, " n"]:
        """`Re tr_F R(g)`."""
        return np.asarray(np.einsum("xxg->g", self.components[0]))

    def recipe(self, start: int, stop: int) -> Recipe:
        """The neurons `start, ..., stop - 1`.

        A neuron's number has the digits, lowest first: signs `eps_2..eps_k` (base 2), phases `e_1..e_k`
        (base v), basis vectors `x_0..x_k` (base q).
        """
        units, q = self.components.shape[:2]
        k = self.arity
        number = np.arange(start, stop, dtype=np.int64)

        def digit(base: int) -> Int[np.ndarray, " m"]:
            nonlocal number
            number, last = np.divmod(number, base)
            return last

        eps = [np.ones(stop - start)] + [1.0 - 2.0 * digit(2) for _ in range(k - 1)]
        phase = [np.zeros(stop - start, dtype=np.int64)] + [digit(units) for _ in range(k)]
        vector = [digit(q) for _ in range(k + 1)]
        index = np.empty((k + 1, stop - start), dtype=np.int64)
        sign = np.empty((k + 1, stop - start))
        for j in range(k + 1):
            # Re(conj(e) z e') = Re(z e' conj(e)), and Re(z unit_t) is z_0 for t = 0 and -z_t otherwise
            left, right = (j, j + 1) if j < k else (0, k)
            unit = _UNIT[phase[right], phase[left]]
            turned = _SIGN[phase[right], phase[left]] * np.where(unit == 0, 1, -1)
            index[j] = (unit * q + vector[left]) * q + vector[right]
            sign[j] = turned * (eps[j] if j < k else np.prod(eps, axis=0))
        return Recipe(index, sign)

    def weights(self, start: int, stop: int) -> NetworkWeights:
        """The neurons `start, ..., stop - 1` written out."""
        recipe = self.recipe(start, stop)
        everything = self.functions[recipe.index]
        everything *= (self.scale * recipe.sign)[..., None]
        return NetworkWeights(everything[:-1], everything[-1])


@dataclass(frozen=True, eq=False)
class AttainingNetwork:
    """A network whose normalised margin is `gamma*`; its weights are made block by block on demand.

    Args:
        group: the group.
        solution: what the shares come from.
        blocks: one for each row with `a_R > 0`.
    """

    group: FiniteGroup
    solution: MarginSolution
    blocks: tuple[NetworkBlock, ...]

    @property
    def width(self) -> int:
        """The number of neurons."""
        return sum(block.width for block in self.blocks)

    def chunks(self, size: int) -> Iterator[tuple[NetworkBlock, int, int]]:
        """All neurons in pieces `(block, start, stop)` of at most `size`."""
        for block in self.blocks:
            for start in range(0, block.width, size):
                yield block, start, min(start + size, block.width)

    def weights(self) -> NetworkWeights:
        """All weights at once: `(k + 1) width n` numbers."""
        parts = [block.weights(0, block.width) for block in self.blocks]
        return NetworkWeights(
            np.concatenate([part.input_weights for part in parts], axis=1),
            np.concatenate([part.output_weights for part in parts]),
        )


def block_width(degree: int, indicator: int, arity: int) -> int:
    """Neurons of a block: real `2^(k-1) d^(k+1)`, complex pair `2^(2k-1) d^(k+1)`, quaternionic `2^(2k-2)
    d^(k+1)`.

    >>> [block_width(2, indicator, 2) for indicator in (1, 0, -1)]
    [16, 64, 32]
    """
    return int(2 ** {1: arity - 1, 0: 2 * arity - 1, -1: 2 * arity - 2}[indicator] * degree ** (arity + 1))


def check_limits(solution: MarginSolution) -> None:
    """Raise LimitError if the network would be too large, from the solution alone.

    The limits: `WIDTH_LIMIT` neurons, and `theory.representations.irreps.MEMORY_LIMIT` bytes of matrices.
    """
    rows = [row for row, a in zip(solution.rows, solution.primal, strict=True) if a > 0]
    width = sum(block_width(row.degree, row.indicator, solution.arity) for row in rows)
    if width > WIDTH_LIMIT:
        raise LimitError(
            f"{solution.table.name}: the explicit network for arity {solution.arity} has {width:,} neurons, "
            f"the limit is {WIDTH_LIMIT:,}"
        )
    check_memory(solution.table, [row.index for row in rows])


def build(
    solution: MarginSolution,
    group: FiniteGroup,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> AttainingNetwork:
    """The network of the module's docstring for the solution's `a`.

    Args:
        solution: a solved program.
        group: the group of its table.
        seed: of the bases in which the irreps are written.
        progress: called with (irreps done, irreps in all).

    Raises:
        LimitError: before any heavy work, as `check_limits`.
        InputError: if the table is not the group's.
    """
    check_limits(solution)
    used = [(row, a) for row, a in zip(solution.rows, solution.primal, strict=True) if a > 0]
    irreps = explicit_irreps(group, solution.table, [row.index for row, _ in used], seed, progress)
    cost = float(solution.cost)
    blocks = [
        _block(row, float(a) * float(row.cost) / cost, irrep, solution.arity)
        for (row, a), irrep in zip(used, irreps, strict=True)
    ]
    return AttainingNetwork(group, solution, tuple(blocks))


def _block(row: IrrepRow, share: float, irrep: Irrep, arity: int) -> NetworkBlock:
    matrices = irrep.matrices
    if irrep.indicator == 1:
        parts = matrices[None]
    elif irrep.indicator == 0:
        parts = np.stack([matrices.real, matrices.imag])
    else:
        parts = quaternions(matrices)
    components = np.ascontiguousarray(parts.transpose(0, 2, 3, 1))
    width = block_width(irrep.degree, irrep.indicator, arity)
    units, q, _, n = components.shape
    assert width == 2 ** (arity - 1) * units**arity * q ** (arity + 1)
    # ||omega||^2 = (k+1) s^2 n/(d nu), and width * ||omega||^(k+1) = share
    nu = 1 if irrep.indicator == 1 else 2
    scale = (share / width) ** (1 / (arity + 1)) / sqrt((arity + 1) * n / (irrep.degree * nu))
    return NetworkBlock(row, share, scale, width, arity, components, irrep)


def trace_factor(block: NetworkBlock) -> float:
    """`2^(k-1) k! s^(k+1)`: what the block adds to a logit, for each unit of `Re tr_F R(h)`."""
    k = block.arity
    return float(2 ** (k - 1) * factorial(k) * block.scale ** (k + 1))
