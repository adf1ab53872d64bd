"""The exact loss of many small models at once, with gradients.

Output `i` reads `z = b_i + sum_j G_ij x_j`. For every set `T` of active features `F_T(c) = E z_+^2 / 2`, `z
= c + sum_(j in T) a_j u_j`, `u` uniform on the cube, obeys (`z φ_1(z) = 2 φ_2(z)` and one integration by
parts a coordinate, `k = |T|`)

    (k + 2) F_T(c) = (c / a_J) (F_(T-J)(c + a_J) - F_(T-J)(c)) + sum_(j in T) F_(T-j)(c + a_j)

for any `J` in `T`. With `J` the largest `|a_j|` nothing is divided by a small number: where the ReLU has its
kink in the range of `z`, `|c| <= k |a_J|`, and elsewhere `F_T` is 0 or a quadratic. So entries of `G` may be
0 or tiny, without a threshold, and the derivative at `G_ij = 0` is the right one.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from theory.errors import InputError, LimitError

__all__ = ["FEATURES_LIMIT", "exact_losses", "exact_output_losses"]

FEATURES_LIMIT = 10  # 3^10 states an output


def exact_losses(
    weights: Float[Tensor, "batch m n"],
    bias: Float[Tensor, "batch n"],
    sparsity: float | Float[Tensor, " batch"],
    importance: float | Float[Tensor, " n"] | Float[Tensor, "batch n"] = 1.0,
) -> Float[Tensor, " batch"]:
    """`E sum_i I_i (x_i - x'_i)^2`, every model's, differentiable in all arguments.

    Args:
        weights: `W`, in double precision.
        bias: `b`.
        sparsity: `S`, one or one a model.
        importance: `I`, one number, one a feature, or one a feature and model.

    Raises:
        InputError: sparsity outside of [0, 1].
        LimitError: more than `FEATURES_LIMIT` features.
    """
    return (exact_output_losses(weights, bias, sparsity) * importance).sum(-1)


def exact_output_losses(
    weights: Float[Tensor, "batch m n"],
    bias: Float[Tensor, "batch n"],
    sparsity: float | Float[Tensor, " batch"],
) -> Float[Tensor, "batch n"]:
    """`E (x_i - x'_i)^2` of every output, without importances. Cost: `n 3^n` a model.

    Args:
        weights: `W`, in double precision.
        bias: `b`.
        sparsity: `S`, one or one a model.

    Raises:
        InputError: sparsity outside of [0, 1].
        LimitError: more than `FEATURES_LIMIT` features.
    """
    n = weights.shape[-1]
    if n > FEATURES_LIMIT:
        raise LimitError(f"exact losses: {n} features; the limit is {FEATURES_LIMIT}")
    absent = torch.as_tensor(sparsity, dtype=weights.dtype, device=weights.device)
    if not bool(((absent >= 0) & (absent <= 1)).all()):
        raise InputError(f"S = {sparsity}: numbers in [0, 1] would be right")
    absent = absent.reshape(-1, 1)
    slopes = _own_first(weights.mT @ weights)
    halves, crosses = _moments(slopes, bias)
    loss = (1 - absent) / 3
    for members, half in enumerate(halves):
        active = members.bit_count()
        # 0^0 = 1 here, and its derivative is finite, unlike that of pow with tensors as exponents
        chance = _power(1 - absent, active) * _power(absent, n - active)
        loss = loss + chance * 2 * half
        if members & 1:
            loss = loss - chance * 2 * crosses[members >> 1]
    return loss


def _own_first(gram: Float[Tensor, "batch n n"]) -> Float[Tensor, "batch n n"]:
    """Rows of `G` as `a_0 = G_ii` and then the others by ascending absolute value."""
    n = gram.shape[-1]
    if n == 1:
        return gram
    own = gram.diagonal(dim1=-2, dim2=-1)
    others = torch.tensor([[j for j in range(n) if j != i] for i in range(n)], device=gram.device)
    rest = gram.gather(-1, others.expand(gram.shape[0], n, n - 1))
    rest = rest.gather(-1, rest.detach().abs().argsort(-1))
    return torch.cat([own[..., None], rest], -1)


def _moments(
    slopes: Float[Tensor, "batch n n"], bias: Float[Tensor, "batch n"]
) -> tuple[list[Float[Tensor, "batch n"]], list[Float[Tensor, "batch n"]]]:
    """`E z_+^2 / 2` for all sets of active features, and `E u_0 z_+` for those with feature 0, by bitmask."""
    n = slopes.shape[-1]
    corners = bias
    for j in range(n):
        corners = torch.stack([corners, corners + _like(slopes[..., j], corners)], -1)
    integrals = {0: corners.clamp(min=0).square() / 2}
    halves, crosses = [_first(integrals[0])], []
    for members in range(1, 2**n):
        integrals[members], cross = _integrate(members, slopes, corners, integrals)
        halves.append(_first(integrals[members]))
        if members & 1:
            crosses.append(cross)
    return halves, crosses


def _integrate(
    members: int, slopes: Float[Tensor, "batch n n"], corners: Tensor, integrals: dict[int, Tensor]
) -> tuple[Tensor, Tensor]:
    """`F_T` at every corner of the coordinates outside of `T`, and `E u_0 z_+` where these are 0."""
    n = slopes.shape[-1]
    inside = [j for j in range(n) if members >> j & 1]
    start = corners  # c: all of T at 0
    for j in reversed(inside):
        start = start.select(2 + j, 0)
    a = slopes[..., inside]
    lowest = start + _like(a.clamp(max=0).sum(-1), start)
    highest = start + _like(a.clamp(min=0).sum(-1), start)
    linear, kinked = lowest >= 0, (lowest < 0) & (highest > 0)
    mean = start + _like(a.sum(-1) / 2, start)
    quadratic = (mean.square() + _like(a.square().sum(-1) / 12, start)) / 2

    without = {j: integrals[members ^ 1 << j] for j in inside}
    axis = {j: 2 + sum(1 for i in range(j) if not members >> i & 1) for j in inside}
    ends = {j: without[j].select(axis[j], 1) for j in inside}
    last = inside[-1]
    slope, rise = _like(slopes[..., last], start), ends[last] - without[last].select(axis[last], 0)
    if members & 1 and last:
        own = slopes[..., 0] > slopes[..., last].abs()
        slope = torch.where(_like(own, start), _like(slopes[..., 0], start), slope)
        rise = torch.where(_like(own, start), ends[0] - without[0].select(axis[0], 0), rise)
    slope = torch.where(kinked, slope, torch.ones_like(slope))
    recurrence = (start / slope * rise + torch.stack(list(ends.values())).sum(0)) / (len(inside) + 2)
    integral = torch.where(kinked, recurrence, torch.where(linear, quadratic, 0.0))
    if not members & 1:
        return integral, integral
    # a_0 E[u_0 z_+] = φ_2 at u_0 = 1 less E φ_2; a quadratic has it without a division
    first = slopes[..., 0]
    divisor = torch.where(_first(kinked) & (first > 0), first, 1.0)
    cross = torch.where(
        _first(kinked), (_first(ends[0]) - _first(integral)) / divisor, _first(mean) / 2 + first / 12
    )
    return integral, torch.where(_first(linear) | _first(kinked), cross, 0.0)


def _like(values: Tensor, other: Tensor) -> Tensor:
    """With as many axes at the end as `other` has more."""
    return values.reshape(*values.shape, *[1] * (other.ndim - values.ndim))


def _power(base: Tensor, exponent: int) -> Tensor:
    return torch.ones_like(base) if exponent == 0 else base**exponent


def _first(corners: Tensor) -> Shaped[Tensor, "batch n"]:
    """Where the coordinates outside are 0."""
    return corners.reshape(*corners.shape[:2], -1)[..., 0]
