"""Finite fields and matrices over them, as integer arrays.

Elements are the integers `0, ..., q - 1` as galois writes them: the digits in base `p` are the coefficients
of a polynomial in a root `x` of a primitive polynomial, the constant term first. Powers of `x` give
logarithms, and these give everything else. Nothing is compiled, unlike in galois, whose tables cost seconds
before the first product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from jaxtyping import Bool, Integer

from theory.arithmetic import prime_power, primitive_root
from theory.errors import InputError, LimitError

__all__ = ["FiniteField", "finite_field"]

FIELD_LIMIT = 2**16


@dataclass(frozen=True, eq=False)
class FiniteField:
    """The field of `order = characteristic^degree` elements.

    Args:
        exp: powers `w^0, ..., w^(q-2)` of a primitive element `w` (`x`, for a field that is not prime).
        log: the exponent of each nonzero element; `log[0]` is never used.
    """

    order: int
    characteristic: int
    degree: int
    exp: Integer[np.ndarray, " units"]
    log: Integer[np.ndarray, " q"]

    @property
    def primitive_element(self) -> int:
        return int(self.exp[1 % len(self.exp)])

    def add(self, a: Integer[np.ndarray, "*#b"], b: Integer[np.ndarray, "*#b"]) -> Integer[np.ndarray, "*b"]:
        p = self.characteristic
        if self.degree == 1:
            return np.asarray((a + b) % p)
        if p == 2:
            return np.asarray(a ^ b)
        total: Integer[np.ndarray, "*b"] = np.zeros(np.broadcast_shapes(a.shape, b.shape), dtype=np.int64)
        for position in range(self.degree):
            digit = p**position
            total += (a // digit + b // digit) % p * digit
        return total

    def multiply(
        self, a: Integer[np.ndarray, "*#b"], b: Integer[np.ndarray, "*#b"]
    ) -> Integer[np.ndarray, "*b"]:
        if self.degree == 1:
            return np.asarray(a * b % self.characteristic)
        product = self.exp[(self.log[a] + self.log[b]) % (self.order - 1)]
        return np.where((a == 0) | (b == 0), 0, product)

    def inverse(self, a: Integer[np.ndarray, "*b"]) -> Integer[np.ndarray, "*b"]:
        """Inverses of nonzero elements."""
        return np.asarray(self.exp[-self.log[a] % (self.order - 1)])

    def negative(self, a: int) -> int:
        p = self.characteristic
        return sum(-(a // p**i) % p * p**i for i in range(self.degree))

    def apply(
        self, vectors: Integer[np.ndarray, "b n"], matrix: Integer[np.ndarray, "n n"]
    ) -> Integer[np.ndarray, "b n"]:
        """Row vectors times matrix."""
        if self.degree == 1:
            return vectors @ matrix % self.characteristic
        result = np.zeros_like(vectors)
        for row in range(len(matrix)):
            result = self.add(result, self.multiply(vectors[:, row, None], matrix[None, row]))
        return result

    def rank(self, matrix: Integer[np.ndarray, "n n"]) -> int:
        """The rank, by Gaussian elimination."""
        work = np.array(matrix, dtype=np.int64)
        rank = 0
        for column in range(work.shape[1]):
            candidates: Bool[np.ndarray, " r"] = work[rank:, column] != 0
            if not candidates.any():
                continue
            pivot = rank + int(np.argmax(candidates))
            work[[rank, pivot]] = work[[pivot, rank]]
            scaled = self.multiply(work[rank], self.inverse(work[rank, column : column + 1]))
            minus_one = np.array(self.negative(1))
            factors = self.multiply(work[rank + 1 :, column], minus_one)
            work[rank + 1 :] = self.add(work[rank + 1 :], self.multiply(factors[:, None], scaled[None, :]))
            rank += 1
        return rank


@lru_cache(maxsize=8)
def finite_field(order: int, where: str = "field", polynomial: tuple[int, ...] | None = None) -> FiniteField:
    """The field with `order` elements.

    Args:
        polynomial: coefficients of a monic primitive polynomial, the constant term first and without the
            leading one; by default the first one in lexicographic order. It decides what the integers mean.

    Raises:
        InputError: the order is no prime power; `where` begins the message.
        LimitError: the order is above 65,536.
    """
    if not 2 <= order <= FIELD_LIMIT:
        kind = LimitError if order > FIELD_LIMIT else InputError
        raise kind(f"{where}: a field of {order} elements; give a prime power from 2 to {FIELD_LIMIT:,}")
    power = prime_power(order)
    if power is None:
        raise InputError(f"{where}: {order} is not a prime power, so there is no field of {order} elements")
    characteristic, degree = power
    if degree == 1:
        root = primitive_root(characteristic)
        powers = [1]
        for _ in range(order - 2):
            powers.append(powers[-1] * root % order)
    elif polynomial is not None:
        powers = _powers_of_x(characteristic, polynomial)
    else:
        candidates = product(range(characteristic), repeat=degree)
        # The order of x is q - 1 exactly when the polynomial is primitive.
        powers = next(p for c in candidates if len(p := _powers_of_x(characteristic, c)) == order - 1)
    if len(powers) != order - 1:
        raise InputError(f"{where}: the polynomial {polynomial} is not primitive over GF({characteristic})")
    exp = np.array(powers, dtype=np.int64)
    log = np.zeros(order, dtype=np.int64)
    log[exp] = np.arange(order - 1)
    assert len(np.unique(exp)) == order - 1
    return FiniteField(order, characteristic, degree, exp, log)


def _powers_of_x(p: int, polynomial: tuple[int, ...]) -> list[int]:
    """`1, x, x^2, ...` until a power is 1 again or `p^k - 1` of them are found, as integers in base `p`."""
    degree = len(polynomial)
    top = p ** (degree - 1)
    if polynomial[0] == 0:  # x divides the polynomial
        return []
    powers = [1]
    while len(powers) < p**degree - 1:
        leading, rest = divmod(powers[-1], top)
        # x^k = -(c_0 + c_1 x + ...)
        shifted = rest * p
        value = sum((shifted // p**i - leading * c) % p * p**i for i, c in enumerate(polynomial))
        if value == 1:
            break
        powers.append(value)
    return powers
