"""Column orthogonality of a character table, proved modulo primes.

Let the automorphisms of `Q(zeta_N)` permute the rows. Then `sum_R conj(chi_R(C)) chi_R(C')` is rational and,
being an algebraic integer, an integer, of absolute value at most `B = max_C sum_R h(chi_R(C))^2`
(Cauchy–Schwarz), `h` the sum of the absolute coefficients. It equals `[C = C'] n/|C|` iff it does so modulo
primes `p = 1 mod N` whose product exceeds `B + n`, under one homomorphism `Z[zeta_N] -> GF(p)` each.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt, prod

import numpy as np
from jaxtyping import Shaped

from theory.arithmetic import prime_factors
from theory.characters.cyclotomic import residue, terms_of
from theory.characters.table import CharacterTable

__all__ = ["column_defect", "root_of_unity", "split_primes"]

_ROOM = 2**10  # numbers = 1 mod N there must be below the cap for us to look for primes among them


def column_defect(table: CharacterTable, primes: tuple[int, ...]) -> tuple[int, int] | None:
    """The first pair of columns whose inner product is wrong modulo one of the primes, if any."""
    for p in primes:
        root = root_of_unity(table.conductor, p)
        right = _residues(table, p, root)
        left = right if table.is_rational else _residues(table, p, pow(root, -1, p))
        small = p <= _float_cap(len(table.values))
        place = (_float_defect if small else _flint_defect)(table, p, left, right)
        if place is not None:
            return divmod(place, len(table.class_sizes))
    return None


def split_primes(table: CharacterTable) -> tuple[int, ...]:
    """Primes `p = 1 mod N` whose product exceeds `B + n`."""
    bound = _entry_bound(table) + table.order
    primes = tuple(_primes(table.conductor, bound, _float_cap(len(table.values))))
    assert prod(primes) > bound
    return primes


def root_of_unity(n: int, p: int) -> int:
    """An element of order exactly `n` in `GF(p)`, for a prime `p = 1 mod n`."""
    primes = prime_factors(n)
    powers = (pow(base, (p - 1) // n, p) for base in range(1, p))
    return next(root for root in powers if all(pow(root, n // q, p) != 1 for q in primes))


def _entry_bound(table: CharacterTable) -> int:
    """`max_C sum_R h(chi_R(C))^2`."""
    if table.is_rational:
        return max(sum([value * value for value in column]) for column in table.integers.T.tolist())
    heights = [sum(abs(int(c)) for _, c in terms_of(value)) for value in table.alphabet]
    word = _word(max(heights) ** 2 * len(table.values))
    squares: Shaped[np.ndarray, " a"] = np.array([h * h for h in heights], dtype=word)
    return int(squares[table.codes].sum(axis=0).max())


def _primes(n: int, bound: int, cap: int) -> Iterator[int]:
    """Primes `p = 1 mod n` until their product exceeds the bound: below the cap, or one if n is too large."""
    from flint import fmpz

    if n > cap // _ROOM:
        p = bound + 1 - bound % n
        while p <= bound or not fmpz(p).is_prime():
            p += n
        yield p
        return
    product = 1
    p = cap - (cap - 1) % n
    while product <= bound:
        assert p > 1, "there are enough primes below the cap"
        if fmpz(p).is_prime():
            product *= p
            yield p
        p -= n


def _float_cap(rows: int) -> int:
    """Below it, sums of `rows` products of residues in `-p/2..p/2` stay within `2^53`: float64 is exact."""
    return isqrt(2**55 // rows)


def _float_defect(
    table: CharacterTable, p: int, left: Shaped[np.ndarray, "r c"], right: Shaped[np.ndarray, "r c"]
) -> int | None:
    assert len(left) * (p // 2) ** 2 <= 2**53
    first, second = (np.where(m > p // 2, m - p, m).astype(np.float64) for m in (left, right))
    gram = (first.T @ second).astype(np.int64)
    gram.flat[:: len(gram) + 1] -= np.array([z % p for z in table.centraliser_orders])
    defects = np.flatnonzero(gram % p)
    return int(defects[0]) if defects.size else None


def _flint_defect(
    table: CharacterTable, p: int, left: Shaped[np.ndarray, "r c"], right: Shaped[np.ndarray, "r c"]
) -> int | None:
    from flint import fmpz_mat

    gram = fmpz_mat(left.T.tolist()) * fmpz_mat(right.tolist())
    expected = [0] * gram.nrows() ** 2
    expected[:: gram.nrows() + 1] = table.centraliser_orders
    defects = zip(gram.entries(), expected, strict=True)
    return next((place for place, (value, z) in enumerate(defects) if (int(value) - z) % p), None)


def _residues(table: CharacterTable, p: int, root: int) -> Shaped[np.ndarray, "r c"]:
    """The table in `GF(p)` under `zeta_N -> root`: int64, or Python integers where they do not fit."""
    if table.is_rational:
        return table.integers % p
    images: Shaped[np.ndarray, " a"] = np.array(
        [residue(value, p, root, table.conductor) for value in table.alphabet], dtype=_word(p)
    )
    return images[table.codes]


def _word(bound: int) -> type:
    return np.int64 if bound < 2**62 else object
