"""Permutations as rows of images: cycle notation, cycle lengths, the smallest dtype that holds the points.

A permutation `g` of `{0, ..., degree - 1}` is the array of its images. `gh` acts by `g` first: `(gh)[i] =
h[g[i]]`. Cycle notation is 1-based, as in GAP and in books.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Integer

from theory.errors import InputError

__all__ = [
    "cycle_notation",
    "parse_cycles",
    "permutation_orders",
    "permutation_powers",
    "point_dtype",
    "validated",
]

_CYCLES = re.compile(r"\s*(\(\s*(\d+(\s*[,\s]\s*\d+)*)?\s*\)\s*)+")
MAX_DEGREE = 100_000


def point_dtype(degree: int) -> np.dtype:
    """The smallest unsigned integer type that holds the points `0, ..., degree - 1`."""
    return np.min_scalar_type(max(degree - 1, 0))


def cycle_notation(images: Sequence[int]) -> str:
    """The permutation as a product of disjoint cycles, `()` for the identity.

    >>> cycle_notation([1, 0, 3, 2, 4])
    '(1,2)(3,4)'
    """
    seen = [False] * len(images)
    cycles = []
    for start in range(len(images)):
        cycle = []
        point = start
        while not seen[point]:
            seen[point] = True
            cycle.append(str(point + 1))
            point = int(images[point])
        if len(cycle) > 1:
            cycles.append(f"({','.join(cycle)})")
    return "".join(cycles) or "()"


def parse_cycles(text: str, where: str) -> dict[int, int]:
    """Read 1-based cycle notation such as `(1,2)(3,4)` into the moved points, 0-based.

    Raises:
        InputError: the text is no product of disjoint cycles; `where` begins the message.
    """
    if not _CYCLES.fullmatch(text):
        raise InputError(f"{where}: {text!r} is not in cycle notation; write it like '(1,2)(3,4,5)'")
    moved: dict[int, int] = {}
    for cycle in re.findall(r"\(([^)]*)\)", text):
        if any(len(point) > 9 for point in re.findall(r"\d+", cycle)):
            raise InputError(
                f"{where}: a point of {text[:40]!r} is beyond the limit of {MAX_DEGREE:,} points"
            )
        points = [int(point) - 1 for point in re.findall(r"\d+", cycle)]
        for point, image in zip(points, points[1:] + points[:1], strict=True):
            if point < 0:
                raise InputError(f"{where}: cycle notation counts points from 1, but {text!r} holds 0")
            if point >= MAX_DEGREE:
                raise InputError(f"{where}: point {point + 1} is beyond the limit of {MAX_DEGREE:,} points")
            if point in moved:
                raise InputError(f"{where}: {text!r} holds {point + 1} twice; cycles must be disjoint")
            moved[point] = image
    return moved


def validated(images: Sequence[int], where: str) -> list[int]:
    """The images, if they are a permutation of `0, ..., len - 1`.

    Raises:
        InputError: names the image that is out of range or occurs twice.
    """
    first: dict[int, int] = {}
    for point, image in enumerate(images):
        if not 0 <= image < len(images):
            raise InputError(
                f"{where}: not a permutation: the image of {point} is {image}, outside 0..{len(images) - 1}"
            )
        if image in first:
            raise InputError(f"{where}: not a permutation: {first[image]} and {point} both go to {image}")
        first[image] = point
    return list(images)


def permutation_powers(
    images: Integer[np.ndarray, "b degree"], exponent: int
) -> Integer[np.ndarray, "b degree"]:
    """Images under `g^exponent` for each row `g`, by squaring.

    Args:
        exponent: at least 0.
    """
    base = images.astype(np.intp)
    result = np.broadcast_to(np.arange(images.shape[1], dtype=np.intp), images.shape)
    while exponent:
        if exponent & 1:
            result = np.take_along_axis(base, result, axis=1)
        exponent >>= 1
        if exponent:
            base = np.take_along_axis(base, base, axis=1)
    return result


def permutation_orders(images: Integer[np.ndarray, "b degree"]) -> Integer[np.ndarray, " b"]:
    """The order of each permutation: the least common multiple of its cycle lengths."""
    rows, degree = images.shape
    if degree == 0:
        return np.ones(rows, dtype=np.int64)
    # The least point of each cycle by pointer doubling: after t rounds a label is the least of 2^t
    # successive points.
    offsets = (np.arange(rows, dtype=np.intp) * degree)[:, None]
    jump = (images.astype(np.intp) + offsets).ravel()
    label = np.arange(rows * degree, dtype=np.intp)
    for _ in range(max(degree - 1, 1).bit_length()):
        label = np.minimum(label, label[jump])
        jump = jump[jump]
    lengths = np.bincount(label, minlength=rows * degree).reshape(rows, degree)
    return np.lcm.reduce(np.maximum(lengths, 1), axis=1)
