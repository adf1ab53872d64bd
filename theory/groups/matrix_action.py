"""Matrix groups over finite fields as permutations of row vectors or of projective points: `v -> v M`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Integer

from theory.errors import LimitError
from theory.groups.finite_field import FiniteField

__all__ = ["projective_action", "vector_action"]

POINT_LIMIT = 2**16


def vector_action(
    field: FiniteField, matrices: Sequence[Integer[np.ndarray, "n n"]], name: str
) -> Integer[np.ndarray, "k degree"]:
    """The generators as permutations of the union of the orbits of the unit vectors: a faithful action.

    Raises:
        LimitError: the orbits have more than 65,536 points.
    """
    return _action(field, matrices, projective=False, name=name)


def projective_action(
    field: FiniteField, matrices: Sequence[Integer[np.ndarray, "n n"]], name: str
) -> Integer[np.ndarray, "k degree"]:
    """The generators as permutations of lines; scalar matrices act trivially.

    Raises:
        LimitError: the orbits have more than 65,536 points.
    """
    return _action(field, matrices, projective=True, name=name)


def _action(
    field: FiniteField, matrices: Sequence[Integer[np.ndarray, "n n"]], *, projective: bool, name: str
) -> Integer[np.ndarray, "k degree"]:
    dimension = matrices[0].shape[0]
    if field.order**dimension > 2**62:
        raise LimitError(f"{name}: vectors of {dimension} entries over GF({field.order}) are beyond 64 bits")
    place = field.order ** np.arange(dimension, dtype=np.int64)
    codes = np.empty(0, dtype=np.int64)  # sorted codes of the points that are known
    for unit in np.eye(dimension, dtype=np.int64):
        frontier = unit[None, :]
        while len(frontier):
            code = np.unique(frontier @ place)
            code = np.setdiff1d(code, codes, assume_unique=True)
            codes = np.union1d(codes, code)
            if len(codes) > POINT_LIMIT:
                raise LimitError(
                    f"{name}: the matrices move more than {POINT_LIMIT:,} vectors, which is the limit"
                )
            vectors = code[:, None] // place % field.order
            frontier = np.concatenate([_moved(field, vectors, m, projective) for m in matrices])
    vectors = codes[:, None] // place % field.order
    return np.stack([np.searchsorted(codes, _moved(field, vectors, m, projective) @ place) for m in matrices])


def _moved(
    field: FiniteField,
    vectors: Integer[np.ndarray, "b n"],
    matrix: Integer[np.ndarray, "n n"],
    projective: bool,
) -> Integer[np.ndarray, "b n"]:
    images = field.apply(vectors, matrix)
    if not projective or not len(images):
        return images
    # A line is its vector whose first nonzero entry is one.
    leading = images[np.arange(len(images)), (images != 0).argmax(axis=1)]
    return field.multiply(images, field.inverse(leading)[:, None])
