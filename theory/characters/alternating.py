"""Character tables of alternating groups from those of the symmetric groups.

- A class of even permutations of `S_n` with cycle type `mu` splits in two iff the parts of `mu` are odd and
  distinct.
- `chi_lambda` restricted to `A_n` is irreducible and equal for `lambda` and its transpose, unless these
  agree; then it is the sum of two conjugate characters. They differ on the two halves of the class with cycle
  type the diagonal hook lengths `h_1 > h_2 > ...` of `lambda` only, where they are

      (epsilon +- sqrt(epsilon h_1 h_2 ...)) / 2,   epsilon = (-1)^((n - r)/2),  r hooks.

Source: G. James, A. Kerber, The Representation Theory of the Symmetric Group, theorems 2.5.7 and 2.5.13.
Which half has which sign is a matter of names: any choice, made once for each class, gives the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial, gcd, lcm, prod

import numpy as np

from theory.arithmetic import prime_factors
from theory.characters.assembly import assemble
from theory.characters.cyclotomic import Value, is_integral, root
from theory.characters.symmetric import (
    MAX_DEGREE,
    centraliser_order,
    character_column,
    cycle_name,
    cycle_type_power,
    partitions,
    representative,
)
from theory.characters.table import CharacterTable
from theory.errors import LimitError
from theory.groups.finite_group import PermutationRealisation

__all__ = ["alternating"]


@dataclass(frozen=True)
class _Class:
    """Even permutations of one cycle type; `half` 1 or 2 where the class of `S_n` splits, else 0."""

    cycle_type: tuple[int, ...]
    half: int
    size: int


def alternating(n: int, name: str | None = None) -> CharacterTable:
    """The table of `A_n`, `1 <= n <= 25`, verified.

    Raises:
        LimitError: `n` is above 25.
    """
    name = name or f"A{n}"
    if n > MAX_DEGREE:
        raise LimitError(f"{name}: alternating groups are supported up to A{MAX_DEGREE}")
    if n == 1:
        from theory.characters.symmetric import symmetric

        return symmetric(1, name)
    order = factorial(n) // 2
    classes = sorted(_classes(n), key=lambda c: (lcm(*c.cycle_type), c.size, c.cycle_type, c.half))
    place = {(c.cycle_type, c.half): column for column, c in enumerate(classes)}
    table = assemble(
        name=name,
        order=order,
        class_names=[_images_name(_representative(c)) for c in classes],
        class_sizes=[c.size for c in classes],
        element_orders=[lcm(*c.cycle_type) for c in classes],
        power_maps={p: [_power(c, p, place) for c in classes] for p in prime_factors(order)},
        rows=_rows(n, classes),
        realisation=PermutationRealisation(n, _generators(n), tuple(_representative(c) for c in classes)),
        source="Murnaghan–Nakayama",
    )
    table.verify()
    return table


def _splits(cycle_type: tuple[int, ...]) -> bool:
    return len(set(cycle_type)) == len(cycle_type) and all(k % 2 for k in cycle_type)


def _classes(n: int) -> list[_Class]:
    found = []
    for mu in partitions(n):
        if (n - len(mu)) % 2:
            continue
        size = factorial(n) // centraliser_order(mu)
        found += (
            [_Class(mu, 1, size // 2), _Class(mu, 2, size // 2)]
            if _splits(mu) and n > 1
            else [_Class(mu, 0, size)]
        )
    return found


def _rows(n: int, classes: list[_Class]) -> list[tuple[Value, ...]]:
    shapes = list(partitions(n))
    by_shape = np.stack([character_column(c.cycle_type) for c in classes], axis=1).tolist()
    rows: list[tuple[Value, ...]] = []
    for number, shape in enumerate(shapes):
        transposed = _transpose(shape)
        if shape < transposed:
            continue
        whole: list[Value] = by_shape[number]
        if shape > transposed:
            rows.append(tuple(whole))
            continue
        hooks = tuple(2 * (part - i) - 1 for i, part in enumerate(shape) if part > i)
        first, second = _halves(hooks)
        for plus, minus in ((first, second), (second, first)):
            row: list[Value] = []
            for c, value in zip(classes, whole, strict=True):
                if c.cycle_type == hooks:
                    row.append(plus if c.half == 1 else minus)
                else:
                    assert isinstance(value, int)
                    row.append(_half(value))
            rows.append(tuple(row))
    return rows


def _half(value: int) -> int:
    assert value % 2 == 0  # two conjugate characters agree here
    return value // 2


def _halves(hooks: tuple[int, ...]) -> tuple[Value, Value]:
    """`(epsilon +- sqrt(epsilon h_1 h_2 ...)) / 2`, the square root as a product of quadratic Gauss sums.

    For odd `h`, `g(h) = sum_x zeta_h^(x^2)` has `g(h)^2 = (-1)^((h-1)/2) h`; and
    `epsilon = prod_i (-1)^((h_i-1)/2)`.
    """
    epsilon = (-1) ** sum((h - 1) // 2 for h in hooks)
    square_root: Value = 1
    for h in hooks:
        square_root = square_root * sum((root(h, x * x) for x in range(h)), start=0)
    assert square_root * square_root == epsilon * prod(hooks)
    halved = []
    for sign in (1, -1):
        twice = epsilon + sign * square_root
        halved.append(_integral(twice / 2) if not isinstance(twice, int) else _half(twice))
    return halved[0], halved[1]


def _integral(value: Value) -> Value:
    assert is_integral(value)
    return value


def _transpose(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sum(part > i for part in shape) for i in range(shape[0]))


def _power(c: _Class, p: int, place: dict[tuple[tuple[int, ...], int], int]) -> int:
    """The class of `g^p`: a class that splits is mapped to one that splits only for `p` prime to its order.

    Then `g^p` is `h^-1 g h` with `h` the product of the maps `x -> p x` on the cycles, `Z_k` each. The sign
    of multiplication by `p` on `Z_k` is the Jacobi symbol `(p/k)` for odd `k` (Zolotarev, Frobenius), so the
    two halves are swapped iff the product of the symbols is -1.
    """
    powered = cycle_type_power(c.cycle_type, p)
    if (powered, 0) in place:
        return place[powered, 0]
    if not c.half or any(gcd(p, k) > 1 for k in c.cycle_type):
        raise AssertionError(f"{powered} splits, so its roots of order prime to {p} have the same cycle type")
    sign = prod(_jacobi(p, k) for k in c.cycle_type)
    return place[powered, c.half if sign == 1 else 3 - c.half]


def _jacobi(a: int, k: int) -> int:
    """The Jacobi symbol `(a/k)` for odd `k > 0`, by quadratic reciprocity."""
    a %= k
    sign = 1
    while a:
        while a % 2 == 0:
            a //= 2
            if k % 8 in (3, 5):
                sign = -sign
        a, k = k, a
        if a % 4 == 3 and k % 4 == 3:
            sign = -sign
        a %= k
    return sign if k == 1 else 0


def _representative(c: _Class) -> tuple[int, ...]:
    """The cycle type's permutation; for the second half its conjugate under the transposition (1,2)."""
    images = representative(c.cycle_type)
    if c.half < 2:
        return images
    swap = (1, 0, *range(2, len(images)))
    return tuple(swap[images[swap[i]]] for i in range(len(images)))


def _images_name(images: tuple[int, ...]) -> str:
    seen: set[int] = set()
    text = ""
    for start in range(len(images)):
        cycle = []
        while start not in seen:
            seen.add(start)
            cycle.append(str(start + 1))
            start = images[start]
        if len(cycle) > 1:
            text += f"({','.join(cycle)})"
    return text or cycle_name((1,))


def _generators(n: int) -> tuple[tuple[int, ...], ...]:
    """The 3-cycle (1,2,3), and (1,...,n) or (2,...,n), whichever is even."""
    if n < 3:
        return (tuple(range(n)),)
    long = (*range(1, n), 0) if n % 2 else (0, *range(2, n), 1)
    return tuple(dict.fromkeys([(1, 2, 0, *range(3, n)), long]))
