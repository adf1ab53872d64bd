"""Named configurations of unit vectors, their orthogonal direct sums, random rotations and noise.

Columns are points throughout, as the features of a toy model are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import block_diag

from theory.errors import InputError, LimitError, UnknownNameError

__all__ = [
    "NAMES",
    "Configuration",
    "add_noise",
    "add_summand_noise",
    "configuration",
    "cross_polytope",
    "direct_sum",
    "polygon",
    "random_rotation",
    "rotate",
    "simplex",
    "square_antiprism",
]

TWISTED_CUBE_HEIGHT = 1 / math.sqrt(3)
LARGEST = 4096  # points of one configuration
LONGEST = 200  # characters of an expression


@dataclass(frozen=True, eq=False)
class Configuration:
    """Points and the finest direct sum (tegum) that they are by construction.

    Args:
        name: the expression that it was made from.
        points: one a column, of length 1 unless scaled or noisy.
        blocks: column indices of the summands, in the order of the expression; a square counts as two digons
            and a cross polytope as its axes.
        dimensions: of the summands' spans, beside `blocks`.
    """

    name: str
    points: Float[np.ndarray, "m n"]
    blocks: tuple[tuple[int, ...], ...]
    dimensions: tuple[int, ...]


def polygon(n: int) -> Float[np.ndarray, "m n"]:
    """The regular `n`-gon on the unit circle; a digon on the line for `n = 2`, a point on it for `n = 1`.

    Point `k` stands at angle `2 pi k / n`; the coordinates 0, 1/2 and 1 are exact.

    Args:
        n: number of points.

    Raises:
        InputError: `n < 1`.
    """
    _check_size(n, 1, "polygon")
    if n <= 2:
        return np.array([[1.0, -1.0][:n]])
    return np.array([[_cosine(4 * k, n), _cosine(4 * k - n, n)] for k in range(n)]).T


def simplex(d: int) -> Float[np.ndarray, "d n"]:
    """The regular simplex of dimension `d` on the unit sphere: `d + 1` points with cosine `-1/d`.

    Args:
        d: dimension; 1 gives a digon, 2 a triangle, 3 a tetrahedron.

    Raises:
        InputError: `d < 1`.
    """
    _check_size(d, 1, "simplex")
    if d == 3:
        return np.array([[1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / math.sqrt(3)
    points = np.zeros((d, d + 1))
    for axis in range(d):
        # w_axis = (..., height), and what follows it has -height / (d - axis) there: so that all sum to zero
        height = math.sqrt((d + 1) * (d - axis) / (d * (d - axis + 1)))
        points[axis, axis], points[axis, axis + 1 :] = height, -height / (d - axis)
    return points


def cross_polytope(d: int) -> Float[np.ndarray, "d n"]:
    """`e_1, -e_1, ..., e_d, -e_d`: the direct sum of `d` digons.

    Args:
        d: dimension; 3 gives an octahedron, 4 the 16-cell.

    Raises:
        InputError: `d < 1`.
    """
    _check_size(d, 1, "cross polytope")
    return block_diag(*[polygon(2)] * d)


def square_antiprism(height: float = TWISTED_CUBE_HEIGHT) -> Float[np.ndarray, "3 8"]:
    """A square at `z = height` and one at `-height`, turned by an eighth, on the unit sphere.

    At `1/sqrt(3)`, the default, it is a cube with one face twisted, and a tight frame.

    Args:
        height: above the plane, between 0 and 1.

    Raises:
        InputError: a height outside of (0, 1).
    """
    if not 0 < height < 1:
        raise InputError(f"square antiprism: height {height:g}; a number between 0 and 1 would be right")
    octagon = math.sqrt(1 - height**2) * polygon(8)
    turns = [0, 2, 4, 6, 1, 3, 5, 7]
    return np.vstack([octagon[:, turns], np.repeat([height, -height], 4)])


def direct_sum(parts: Sequence[Float[np.ndarray, "_ _"]]) -> Float[np.ndarray, "m n"]:
    """The orthogonal direct sum: a block diagonal matrix.

    Args:
        parts: matrices with points in columns; scale one to scale a summand.

    Raises:
        InputError: no parts.
    """
    if not parts:
        raise InputError("direct sum: no parts; at least one would be right")
    return block_diag(*parts)


def configuration(expression: str) -> Configuration:
    """A configuration by name, such as `5+5`, `tetra+3+2`, `oct`, `3*digon` or `antiprism(0.5)+2`.

    A number is a regular polygon; `2` a digon, `1` a single unit vector. `simplex(d)`, `cross(d)` and
    `antiprism(z)` take a dimension or a height; the rest are `NAMES`. Parts are joined by `+`.

    Args:
        expression: parts.

    Raises:
        UnknownNameError: a part that is no name.
        InputError: nothing, or a part outside of what it can be.
        LimitError: more than 4096 points or dimensions.
    """
    if not expression.strip() or len(expression) > LONGEST:
        raise InputError(
            f"configuration: {len(expression)} characters; parts such as 5+5 or tetra+3+2 would be right"
        )
    points: list[np.ndarray] = []
    blocks: list[tuple[int, ...]] = []
    dimensions: list[int] = []
    columns = 0
    for part in expression.replace("⊕", "+").split("+"):
        for matrix, own_blocks, own_dimensions in _part(part.strip().lower(), expression):
            points.append(matrix)
            blocks += [tuple(columns + column for column in block) for block in own_blocks]
            dimensions += own_dimensions
            columns += matrix.shape[1]
            if columns > LARGEST:
                raise LimitError(f"configuration {expression!r}: more than {LARGEST} points; the limit")
    return Configuration(expression.strip(), direct_sum(points), tuple(blocks), tuple(dimensions))


def random_rotation(m: int, generator: np.random.Generator) -> Float[np.ndarray, "m m"]:
    """An orthogonal matrix, uniformly from `O(m)`.

    Args:
        m: dimension.
        generator: of the randomness.
    """
    basis, upper = np.linalg.qr(generator.standard_normal((m, m)))
    # without the signs of the diagonal, the distribution would depend on the convention of qr
    return basis * np.where(np.diag(upper) < 0, -1.0, 1.0)


def rotate(points: Float[np.ndarray, "m n"], generator: np.random.Generator) -> Float[np.ndarray, "m n"]:
    """The same points in a random orthonormal basis.

    Args:
        points: one a column.
        generator: of the rotation.
    """
    return random_rotation(points.shape[0], generator) @ points


def add_noise(
    points: Float[np.ndarray, "m n"], deviation: float, generator: np.random.Generator
) -> Float[np.ndarray, "m n"]:
    """Points with independent Gaussian noise on every coordinate: noise on the sum.

    Args:
        points: one a column.
        deviation: standard deviation of each coordinate.
        generator: of the noise.

    Raises:
        InputError: a negative deviation, or one that is not finite.
    """
    _check_deviation(deviation)
    return points + deviation * generator.standard_normal(points.shape)


def add_summand_noise(
    made: Configuration, deviation: float, generator: np.random.Generator
) -> Float[np.ndarray, "m n"]:
    """Points with Gaussian noise within the span of their own summand: what they are a direct sum of changes,
    that they are one does not.

    Args:
        made: not rotated: each summand uses its own coordinates.
        deviation: standard deviation of each coordinate.
        generator: of the noise.

    Raises:
        InputError: a negative deviation, or one that is not finite.
    """
    _check_deviation(deviation)
    noise = deviation * generator.standard_normal(made.points.shape)
    allowed = np.zeros(made.points.shape, dtype=bool)
    for block in made.blocks:
        columns = np.array(block)
        allowed[:, columns] = (made.points[:, columns] != 0).any(1)[:, None]
    return made.points + np.where(allowed, noise, 0.0)


def _cosine(quarters: int, n: int) -> float:
    """`cos(2 pi quarters / (4 n))`, exactly where it is 0, 1/2 or 1."""
    twelfths, remainder = divmod(3 * (quarters % (4 * n)), n)
    exact = {0: 1.0, 2: 0.5, 3: 0.0, 4: -0.5, 6: -1.0, 8: -0.5, 9: 0.0, 10: 0.5}
    if remainder == 0 and twelfths in exact:
        return exact[twelfths]
    return math.cos(2 * math.pi * (quarters % (4 * n)) / (4 * n))


Part = tuple[np.ndarray, list[tuple[int, ...]], list[int]]


def _whole(matrix: np.ndarray) -> Part:
    """A part that is no sum."""
    return matrix, [tuple(range(matrix.shape[1]))], [matrix.shape[0]]


def _axes(d: int) -> Part:
    return cross_polytope(d), [(2 * axis, 2 * axis + 1) for axis in range(d)], [1] * d


def _square() -> Part:
    return polygon(4), [(0, 2), (1, 3)], [1, 1]


def _cube() -> Part:
    signs = np.array([[1 - 2 * (k >> axis & 1) for k in range(8)] for axis in range(3)])
    return _whole(signs / math.sqrt(3))


def _icosahedron() -> Part:
    golden = (1 + math.sqrt(5)) / 2
    corners = [
        np.roll([0, first, golden * second], turn)
        for turn in range(3)
        for first in (1, -1)
        for second in (1, -1)
    ]
    return _whole(np.array(corners).T / math.sqrt(1 + golden**2))


FIXED = {
    "point": lambda: _whole(polygon(1)),
    "digon": lambda: _whole(polygon(2)),
    "triangle": lambda: _whole(polygon(3)),
    "square": _square,
    "pentagon": lambda: _whole(polygon(5)),
    "hexagon": lambda: _whole(polygon(6)),
    "heptagon": lambda: _whole(polygon(7)),
    "octagon": lambda: _whole(polygon(8)),
    "tetra": lambda: _whole(simplex(3)),
    "tetrahedron": lambda: _whole(simplex(3)),
    "oct": lambda: _axes(3),
    "octahedron": lambda: _axes(3),
    "16-cell": lambda: _axes(4),
    "cube": _cube,
    "antiprism": lambda: _whole(square_antiprism()),
    "twisted-cube": lambda: _whole(square_antiprism()),
    "icosahedron": _icosahedron,
}
NAMES = tuple(FIXED)


def _part(text: str, expression: str) -> list[Part]:
    """The summands that a part of an expression stands for."""
    repeated = re.fullmatch(r"(\d{1,4})\*([^*]+)", text)
    if repeated:
        if int(repeated[1]) < 1:
            raise InputError(f"configuration {expression!r}: {text!r}; at least once would be right")
        return _part(repeated[2], expression) * int(repeated[1])
    if text in FIXED:
        return [FIXED[text]()]
    if re.fullmatch(r"\d{1,4}", text):
        n = int(text)
        return [_square() if n == 4 else _whole(polygon(n))]
    call = re.fullmatch(r"(simplex|cross|antiprism)\((\d{1,4}|\d*\.\d{1,17})\)", text)
    if call and (call[1] == "antiprism" or call[2].isdigit()):
        if call[1] == "antiprism":
            return [_whole(square_antiprism(float(call[2])))]
        d = int(call[2])
        return [_whole(simplex(d)) if call[1] == "simplex" else _axes(d)]
    raise UnknownNameError(
        f"configuration {expression!r}: no part {text!r}; numbers, simplex(d), cross(d), antiprism(z) and "
        f"{', '.join(NAMES)} are known"
    )


def _check_size(size: int, least: int, name: str) -> None:
    if size < least:
        raise InputError(f"{name}: {size}; at least {least} would be right")
    if size > LARGEST:
        raise LimitError(f"{name}: {size}; the limit is {LARGEST}")


def _check_deviation(deviation: float) -> None:
    if not (deviation >= 0 and math.isfinite(deviation)):
        raise InputError(f"noise: deviation {deviation:g}; a number from 0 on would be right")
