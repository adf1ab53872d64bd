"""Primes, factorisations and units modulo n on Python integers; standard library only."""

from __future__ import annotations

from functools import lru_cache
from math import gcd, isqrt

__all__ = ["factorised", "is_prime", "prime_factors", "prime_power", "primitive_root", "unit_generators"]


def is_prime(number: int) -> bool:
    """Primality of numbers below 3.3e24, by the Miller–Rabin test on bases that are proved to suffice there.

    Sorenson and Webster, *Strong pseudoprimes to twelve prime bases*, arXiv:1509.00864 (13 bases: below
    3.3e24).
    """
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    assert number < 3_317_044_064_679_887_385_961_981
    if number < 2:
        return False
    for base in bases:
        if number % base == 0:
            return number == base
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in bases:
        power = pow(base, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def prime_power(number: int) -> tuple[int, int] | None:
    """`(p, k)` with `number = p^k`, `k >= 1`, or None.

    >>> prime_power(27), prime_power(12), prime_power(1)
    ((3, 3), None, None)
    """
    for k in range(1, number.bit_length() + 1):
        root = _root(number, k)
        if root > 1 and root**k == number and is_prime(root):
            return root, k
    return None


def _root(number: int, k: int) -> int:
    """The integer part of the k-th root."""
    if k == 1:
        return number
    if k == 2:
        return isqrt(number)
    low, high = 0, 1 << (number.bit_length() // k + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**k <= number:
            low = middle
        else:
            high = middle - 1
    return low


@lru_cache(maxsize=256)
def factorised(number: int) -> tuple[tuple[int, int], ...]:
    """The prime factorisation as ascending (prime, multiplicity), by trial division.

    >>> factorised(360)
    ((2, 3), (3, 2), (5, 1))
    """
    factors = []
    prime = 2
    while prime * prime <= number:
        multiplicity = 0
        while number % prime == 0:
            number //= prime
            multiplicity += 1
        if multiplicity:
            factors.append((prime, multiplicity))
        prime += 1
    if number > 1:
        factors.append((number, 1))
    return tuple(factors)


def prime_factors(number: int) -> tuple[int, ...]:
    """The primes that divide the number, ascending."""
    return tuple(prime for prime, _ in factorised(number))


def primitive_root(prime: int, multiplicity: int = 1) -> int:
    """The least primitive root `r` modulo an odd prime power, or `r + p` where `r` is none modulo `p^2`."""
    if prime == 2 and multiplicity == 1:
        return 1
    root = next(
        r
        for r in range(1, prime)
        if all(pow(r, (prime - 1) // q, prime) != 1 for q in prime_factors(prime - 1))
    )
    # A primitive root modulo p is one modulo every power of p if r^(p-1) is not 1 modulo p^2.
    return root if multiplicity == 1 or pow(root, prime - 1, prime * prime) != 1 else root + prime


def unit_generators(modulus: int) -> tuple[int, ...]:
    """Generators of the multiplicative group modulo `modulus`, each 1 modulo all prime powers but one.

    >>> unit_generators(24)
    (7, 13, 17)
    """
    generators = []
    for prime, multiplicity in factorised(modulus):
        power = prime**multiplicity
        if prime == 2:
            local = [power - 1, 5 % power] if power > 4 else [power - 1]
        else:
            local = [primitive_root(prime, multiplicity)]
        rest = modulus // power
        for residue in local:
            # residue modulo the prime power, 1 modulo the rest (Chinese remainder theorem)
            unit = (1 + rest * ((residue - 1) * pow(rest, -1, power) % power)) % modulus
            assert gcd(unit, modulus) == 1
            if unit != 1:
                generators.append(unit)
    return tuple(sorted(generators))
