"""Orders of the named families as Python integers, by formula; standard library only."""

from __future__ import annotations

from math import factorial, gcd, prod

__all__ = ["group_order"]


def group_order(family: str, parameters: tuple[int | str, ...]) -> int:
    """The order of the atom with this family and these parameters (see `theory.groups.naming.Atom`)."""
    numbers = [p for p in parameters if isinstance(p, int)]
    n = numbers[0] if numbers else 0
    match family:
        case "Z" | "Q":
            return n
        case "D":
            return 2 * n
        case "Dic":
            return 4 * n
        case "V4":
            return 4
        case "S":
            return factorial(n)
        case "A":
            return factorial(n) // 2 if n > 1 else 1
        case "Heis":
            return n**3
        case "M":
            return {11: 7920, 12: 95040}[n]
        case "Ex":
            return n ** (1 + 2 * numbers[1])
        case "Frobenius":
            return n * numbers[1]
        case "AGL":
            return numbers[1] * (numbers[1] - 1)
    return _classical_order(family, n, numbers[1])


def _classical_order(family: str, n: int, q: int) -> int:
    general = prod(q**n - q**i for i in range(n))
    match family:
        case "GL":
            return general
        case "SL":
            return general // (q - 1)
        case "PSL":
            return general // (q - 1) // gcd(n, q - 1)
        case "PSp":
            m = n // 2
            return q ** (m * m) * prod(q ** (2 * i) - 1 for i in range(1, m + 1)) // gcd(2, q - 1)
    raise AssertionError(f"no formula for the order of {family}")
