"""Linear algebra over GF(p) on numpy's int64, as much as splitting a class algebra needs."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

__all__ = ["berlekamp_massey", "krylov", "multiply_modulo", "quotients_by_roots"]


def multiply_modulo(
    left: Int[np.ndarray, "a k"], right: Int[np.ndarray, "k b"], p: int
) -> Int[np.ndarray, "a b"]:
    """`left @ right` modulo `p`, in `0..p-1`; inner sums are cut so that they fit into int64."""
    assert p < 2**31
    step = (2**63 - 1 - p) // (p - 1) ** 2  # step (p-1)^2 + p < 2^63
    total = np.zeros((left.shape[0], right.shape[1]), dtype=np.int64)
    for start in range(0, left.shape[1], step):
        total = (total + left[:, start : start + step] @ right[start : start + step]) % p
    return total


def krylov(
    vector: Int[np.ndarray, " c"], matrix: Int[np.ndarray, "c c"], count: int, p: int
) -> Int[np.ndarray, "count c"]:
    """The rows `v, vA, vA^2, ...`."""
    rows = np.empty((count, len(vector)), dtype=np.int64)
    row = vector[None, :]
    for i in range(count):
        rows[i] = row[0]
        if i + 1 < count:
            row = multiply_modulo(row, matrix, p)
    return rows


def berlekamp_massey(sequence: Int[np.ndarray, " s"], p: int) -> list[int]:
    """The shortest linear recurrence of a sequence over GF(p): monic, coefficients by ascending degree.

    `sum_k m_k s_(i+k) = 0` for all `i`. Source: J. L. Massey, IEEE Trans. Inf. Theory 15 (1969) 122-127. It
    is the minimal polynomial of the sequence if that has a degree of at most half the length.
    """
    size = len(sequence) + 1
    current, previous = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    current[0] = previous[0] = 1
    length, shift, last = 0, 1, 1
    for i in range(len(sequence)):
        window = sequence[i - length : i + 1][::-1]
        defect = int(multiply_modulo(current[None, : length + 1], window[:, None], p)[0, 0])
        if not defect:
            shift += 1
            continue
        scale = defect * pow(last, -1, p) % p
        saved = current.copy()
        current[shift:] = (current[shift:] - scale * previous[: size - shift]) % p
        if 2 * length <= i:
            length, previous, last, shift = i + 1 - length, saved, defect, 1
        else:
            shift += 1
    return [int(c) for c in current[: length + 1][::-1]]


def quotients_by_roots(
    polynomial: list[int], roots: Int[np.ndarray, " d"], p: int
) -> tuple[Int[np.ndarray, "d d"], Int[np.ndarray, " d"]]:
    """Coefficients (ascending) of `m(x) / (x - r)` for each root `r` of a monic `m`, and `m'(r)`."""
    d = len(polynomial) - 1
    quotients = np.empty((len(roots), d), dtype=np.int64)
    top = np.ones(len(roots), dtype=np.int64)
    for k in range(d - 1, -1, -1):  # Horner: q_(k-1) = m_k + r q_k
        quotients[:, k] = top
        top = (polynomial[k] + roots * top) % p
    assert not top.any()  # the remainders m(r)
    derivative = np.zeros(len(roots), dtype=np.int64)
    for k in range(d - 1, -1, -1):  # m'(r) is the quotient's value at r
        derivative = (derivative * roots + quotients[:, k]) % p
    return quotients, derivative
