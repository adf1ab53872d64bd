"""Compiled loops; left un-annotated and out of the type-checking hook, which numba cannot see through."""

import numpy as np
from numba import njit

__all__ = ["accumulate"]

# Inputs side by side: the innermost loops run over them, and a block's functions at them stay in the cache.
LANES = 64


@njit(nogil=True, cache=True)
def accumulate(functions, batch, right, wrong, index, sign, margins):  # type: ignore[no-untyped-def]
    """Add neurons to `f[right] - f[wrong]` of each input.

    functions[g, p]: what the weights are made of; batch[b]: the input's elements; right[b], wrong[b]: the
    two labels; index[j, i], sign[j, i]: the neurons as in `attaining.Recipe`, neurons 2i and 2i+1 with
    equal indices.
    """
    count, k = batch.shape
    places = functions.shape[1]
    values = np.empty((k + 1, places, LANES))  # the functions at the inputs, and right minus wrong
    total = np.empty(LANES)
    for start in range(0, count, LANES):
        lanes = min(LANES, count - start)
        for b in range(LANES):
            at = start + min(b, lanes - 1)  # the last input is repeated to fill the lanes
            for j in range(k):
                row = functions[batch[at, j]]
                for p in range(places):
                    values[j, p, b] = row[p]
            row, other = functions[right[at]], functions[wrong[at]]
            for p in range(places):
                values[k, p, b] = row[p] - other[p]
        total[:] = 0.0
        if k == 2:
            _add_squares(values, index, sign, total)
        elif k == 3:
            _add_cubes(values, index, sign, total)
        elif k == 4:
            _add_fourth_powers(values, index, sign, total)
        else:
            _add_powers(values, index, sign, total)
        for b in range(lanes):
            margins[start + b] += total[b]


@njit(nogil=True, cache=True)
def _add_powers(values, index, sign, total):  # type: ignore[no-untyped-def]
    """`total += (u_1 + ... + u_k)^k w`, neuron by neuron."""
    k = index.shape[0] - 1
    inner, activation = np.empty(LANES), np.empty(LANES)
    for i in range(index.shape[1]):
        row, s = values[0, index[0, i]], sign[0, i]
        for b in range(LANES):
            inner[b] = s * row[b]
        for j in range(1, k):
            row, s = values[j, index[j, i]], sign[j, i]
            for b in range(LANES):
                inner[b] += s * row[b]
        s = sign[k, i]
        for b in range(LANES):
            activation[b] = s * inner[b]
        for _ in range(1, k):
            for b in range(LANES):
                activation[b] *= inner[b]
        row = values[k, index[k, i]]
        for b in range(LANES):
            total[b] += activation[b] * row[b]


# The same for k = 2, 3, 4 in one loop over the lanes and two neurons at a time: half the loads and stores,
# and that is what the time goes into.


@njit(nogil=True, cache=True)
def _add_squares(values, index, sign, total):  # type: ignore[no-untyped-def]
    for i in range(0, index.shape[1], 2):
        first, second, last = values[0, index[0, i]], values[1, index[1, i]], values[2, index[2, i]]
        a0, a1, a2 = sign[0, i], sign[1, i], sign[2, i]
        b0, b1, b2 = sign[0, i + 1], sign[1, i + 1], sign[2, i + 1]
        for b in range(LANES):
            x, y = first[b], second[b]
            one, two = a0 * x + a1 * y, b0 * x + b1 * y
            total[b] += (a2 * (one * one) + b2 * (two * two)) * last[b]


@njit(nogil=True, cache=True)
def _add_cubes(values, index, sign, total):  # type: ignore[no-untyped-def]
    for i in range(0, index.shape[1], 2):
        first, second, third = values[0, index[0, i]], values[1, index[1, i]], values[2, index[2, i]]
        last = values[3, index[3, i]]
        a0, a1, a2, a3 = sign[0, i], sign[1, i], sign[2, i], sign[3, i]
        b0, b1, b2, b3 = sign[0, i + 1], sign[1, i + 1], sign[2, i + 1], sign[3, i + 1]
        for b in range(LANES):
            x, y, z = first[b], second[b], third[b]
            one, two = a0 * x + a1 * y + a2 * z, b0 * x + b1 * y + b2 * z
            total[b] += (a3 * (one * one * one) + b3 * (two * two * two)) * last[b]


@njit(nogil=True, cache=True)
def _add_fourth_powers(values, index, sign, total):  # type: ignore[no-untyped-def]
    for i in range(0, index.shape[1], 2):
        first, second, third = values[0, index[0, i]], values[1, index[1, i]], values[2, index[2, i]]
        fourth, last = values[3, index[3, i]], values[4, index[4, i]]
        a0, a1, a2, a3, a4 = sign[0, i], sign[1, i], sign[2, i], sign[3, i], sign[4, i]
        b0, b1, b2, b3, b4 = sign[0, i + 1], sign[1, i + 1], sign[2, i + 1], sign[3, i + 1], sign[4, i + 1]
        for b in range(LANES):
            x, y, z, w = first[b], second[b], third[b], fourth[b]
            one, two = a0 * x + a1 * y + a2 * z + a3 * w, b0 * x + b1 * y + b2 * z + b3 * w
            one, two = one * one, two * two
            total[b] += (a4 * (one * one) + b4 * (two * two)) * last[b]
