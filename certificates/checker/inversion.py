"""A cyclic group extended by an element that inverts it: dihedral and dicyclic groups by their definition.

The certificate gives `m >= 1` and `z` with `2z = 0` modulo `m` (so `z` is 0 or `m/2`). The elements are the
pairs `(x, s)`, `x` modulo `m`, `s` in {0, 1}, for `a^x t^s` with `t a t^-1 = a^-1` and `t^2 = a^z`:

    (x, s) (x', s') = (x + (-1)^s x' + z s s',  s + s' mod 2).

*Group.* Both ways of bracketing three factors give `x + (-1)^s x' + (-1)^(s+s') x''` plus `z` times
`s s' + (s + s' mod 2) s''` or `(-1)^s s' s'' + s (s' + s'' mod 2)`. As `2z = 0`, signs and multiples of 2
do not matter there: both are `z (s s' + s s'' + s' s'')`. The identity is `(0, 0)`; `a^x` has the inverse
`a^-x`; `(a^x t)^2 = a^z` has order 1 or 2, so `a^x t` has an inverse too. The order is `2m`. For `z = 0` it
is the dihedral group `D_m`, for `z = m/2` the dicyclic group `Dic_(m/2)`; `m <= 2` gives `Z_2`, `V_4` and
`Z_4`.

*Classes.* `a` fixes `a^x` and takes `a^x t` to `a^(x+2) t`; `t` takes `a^x t^s` to `a^-x t^s`, and `x` and
`-x` have one parity if `m` is even. So the classes are the sets `{a^x, a^-x}` and those of the `a^x t` with
`x` in one class modulo `gcd(2, m)`. Powers: `(a^x t)^k = a^(z (k-1)/2 + x) t` for odd `k`, `a^(zk/2)` for
even `k`.

*Characters* come in two forms.

- `[r, v]`: `a^x t^s -> zeta_m^(rx) i^(vs)`. It is multiplicative if `2r = 0` modulo `m` (so that
  `zeta_m^(-rx') = zeta_m^(rx')`) and `zeta_m^(rz) = (-1)^v` (so that `i^v i^v` is the value at `t^2`).
- `[r]`: the trace of `a -> diag(zeta_m^r, zeta_m^-r)`, `t -> ((0, zeta_m^(rz)), (1, 0))`. This is a
  representation: `t` exchanges the two eigenvalues of `a`, and `t^2` is the scalar `zeta_m^(rz)`, which is
  `zeta_m^(-rz)`, so `a^z`. It is irreducible if `2r != 0` modulo `m`: `a` then has two different eigenvalues
  and two eigenlines, which `t` exchanges. The trace is `zeta_m^(rx) + zeta_m^(-rx)` at `a^x`, 0 at `a^x t`.

Restricted to `<a>`, characters of the second form are sums of different characters of a cyclic group, so
`r` and `r'` give the same one only if `r' = r` or `-r`; those of the first form differ if `[r, v]` does. So
distinct descriptors are distinct irreducible characters, and as many as there are classes are all of them.

*Indicators.* `chi` of the first form is real exactly if `v` is even. For the second form `sum_x chi(a^(2x))
= 0` as `2r != 0`, and `m` elements have the square `a^z`: the indicator is `m chi(a^z) / 2m = zeta_m^(rz)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd, lcm

from certificates.checker.certificate import Certificate
from certificates.checker.cyclotomic import Embedding, RootSum, Value
from certificates.checker.errors import Falsehood
from certificates.checker.orbits import OrbitTable, first_members, ramanujan_sum

__all__ = ["InversionTable", "check_characters", "check_classes", "check_group"]


def check_group(certificate: Certificate) -> str:
    """`m` and `z` define a group, of the stated order."""
    m, z = certificate.group.modulus, certificate.group.square
    if 2 * z % m:
        raise Falsehood(f"t^2 = a^{z} commutes with t only if 2*{z} is 0 modulo {m}")
    if certificate.order != 2 * m:
        raise Falsehood(f"it has order {2 * m}, not {certificate.order}")
    return f"a of order {m}, t^2 = a^{z}, t a t^-1 = a^-1"


def check_classes(certificate: Certificate) -> str:
    """The representatives meet every class once, class 0 is that of the identity, the sizes are right."""
    group = certificate.group
    m = group.modulus
    first: dict[tuple[int, int], int] = {}
    for number, (x, s) in enumerate(group.representatives):
        known = first.setdefault(_class_of(m, x, s), number)
        if known != number:
            raise Falsehood(f"representatives {known} and {number} are conjugate")
        size = _class_size(m, x, s)
        if certificate.class_sizes[number] != size:
            raise Falsehood(f"class {number} has {size} elements, not {certificate.class_sizes[number]}")
    covered = sum(certificate.class_sizes)
    if covered != certificate.order:
        raise Falsehood(f"{certificate.order - covered} elements lie in none of the {len(first)} classes")
    if group.representatives[0] != (0, 0):
        raise Falsehood("class 0 is not the class of the identity")
    return f"{len(first)} classes cover the group"


def check_characters(certificate: Certificate) -> InversionTable:
    """The descriptors are those of irreducible characters, each once, as many as classes; row 0 trivial."""
    group, c = certificate.group, len(certificate.class_sizes)
    m, z = group.modulus, group.square
    distinct: set[tuple[int, ...]] = set()
    for number, (r, *rest) in enumerate(certificate.exponents):
        if not rest and 2 * r % m == 0:
            raise Falsehood(f"row {number} is reducible: a has the eigenvalue zeta_{m}^{r} twice")
        if rest and (2 * r % m or (2 * r * z - m * rest[0]) % (2 * m)):
            raise Falsehood(f"row {number} is not multiplicative: [{r}, {rest[0]}] breaks a relation")
        distinct.add(_row_of(m, (r, *rest)))
    if len(distinct) != c:
        raise Falsehood(f"{len(distinct)} distinct characters are listed for {c} classes")
    if certificate.exponents[0] != (0, 0):
        raise Falsehood("row 0 is not the trivial character")
    return InversionTable(m, z, group.representatives, certificate.exponents)


def _class_of(m: int, x: int, s: int) -> tuple[int, int]:
    return (x % gcd(2, m), 1) if s else (min(x % m, -x % m), 0)


def _class_size(m: int, x: int, s: int) -> int:
    return m // gcd(2, m) if s else 2 - (2 * x % m == 0)


def _row_of(m: int, descriptor: tuple[int, ...]) -> tuple[int, ...]:
    return descriptor if len(descriptor) > 1 else (min(descriptor[0], -descriptor[0] % m),)


@dataclass(frozen=True, eq=False)
class InversionTable(OrbitTable):
    """`<a, t | a^m, t a t^-1 = a^-1, t^2 = a^z>`; elements `(x, s)`, descriptors of characters as above."""

    modulus: int
    square: int
    elements: tuple[tuple[int, ...], ...]
    descriptors: tuple[tuple[int, ...], ...]

    @cached_property
    def sizes(self) -> tuple[int, ...]:  # type: ignore[override]
        """By the classes of the module's docstring."""
        return tuple(_class_size(self.modulus, x, s) for x, s in self.elements)

    @cached_property
    def orders(self) -> tuple[int, ...]:  # type: ignore[override]
        """`a^x` has order `m / gcd(x, m)`, `a^x t` twice the order of `t^2 = a^z`."""
        m = self.modulus
        return tuple(4 if s and self.square else 2 if s else m // gcd(x, m) for x, s in self.elements)

    @cached_property
    def conductor(self) -> int:
        """The exponent of the group: even, and a multiple of all that roots of unity need here."""
        return lcm(self.modulus, 4 if self.square else 2)

    @cached_property
    def _place(self) -> dict[tuple[int, int], int]:
        return {_class_of(self.modulus, x, s): column for column, (x, s) in enumerate(self.elements)}

    @cached_property
    def _row_place(self) -> dict[tuple[int, ...], int]:
        return {_row_of(self.modulus, entry): row for row, entry in enumerate(self.descriptors)}

    def degree(self, row: int) -> int:
        return 1 if len(self.descriptors[row]) > 1 else 2

    def power(self, k: int) -> tuple[int, ...]:
        """The class of `g^k`, a class, for any integer `k`."""
        m, half = self.modulus, k // 2 * self.square
        images = [(half + x * (k % 2), k % 2) if s else (k * x, 0) for x, s in self.elements]
        return tuple(self._place[_class_of(m, x, s)] for x, s in images)

    def galois_rows(self, k: int) -> tuple[int, ...]:
        # k is odd, as the conductor is even: signs stay, i goes to i^k
        moved = [(r, *(v * k % 4 for v in rest)) if rest else (k * r,) for r, *rest in self.descriptors]
        return tuple(
            self._row_place[_row_of(self.modulus, tuple([entry[0] % self.modulus, *entry[1:]]))]
            for entry in moved
        )

    def galois_columns(self, k: int) -> tuple[int, ...]:
        # chi(g) is a sum of roots of unity of the order of g, to which k is prime: sigma_k chi(g) = chi(g^k)
        return self.power(k)

    def exponents_of(self, row: int, column: int) -> tuple[int, ...]:
        e, (x, s), (r, *rest) = self.conductor, self.elements[column], self.descriptors[row]
        turn = r * x * (e // self.modulus)
        if rest:
            return ((turn + rest[0] * s * e // 4) % e,)
        return () if s else (turn % e, -turn % e)

    def value(self, row: int, column: int) -> Value:
        exponents, e = self.exponents_of(row, column), self.conductor
        step = gcd(e, *exponents)
        if e // step <= 2:
            return sum((-1) ** (t // step) for t in exponents)
        return RootSum(e // step, tuple(sorted((t // step, 1) for t in exponents)))

    def conductor_of(self, rows: Sequence[int], columns: Sequence[int]) -> int:
        return self.conductor

    def separation_images(self, row: int, columns: Sequence[int], embedding: Embedding) -> list[int]:
        if len(self.descriptors[row]) > 1:
            return super().separation_images(row, columns, embedding)
        m, p, (r,) = self.modulus, embedding.prime, self.descriptors[row]
        if p not in self._entries:  # 4 - 2 (zeta_m^t + zeta_m^-t)
            self._entries[p] = [
                (4 - 2 * (embedding.power(t, m) + embedding.power(-t, m))) % p for t in range(m)
            ]
        entries = self._entries[p]
        elements = [self.elements[column] for column in columns]
        return [4 if s else entries[r * x % m] for x, s in elements]

    @cached_property
    def _entries(self) -> dict[int, list[int]]:
        return {}

    @cached_property
    def orbit_sums(self) -> tuple[tuple[int, ...], ...]:
        """`[r]` of order `d` (its `a` has the eigenvalues `zeta_d^u`, `u` prime to `d`): Ramanujan's sums."""
        m, sizes = self.modulus, self._row_orbit_sizes
        elements = [self.elements[column] for column in first_members(self.column_orbits)]
        lines = []
        for orbit, row in enumerate(first_members(self.row_orbits)):
            r, *rest = self.descriptors[row]
            d = m // gcd(r, m)
            if not rest:
                line = [0 if s else ramanujan_sum(d, x % d) for x, s in elements]
            else:  # [r, 1] and [r, 3] are one orbit: they cancel at a^x t
                signs = [(-1) ** (2 * r * x // m + rest[0] * s // 2) for x, s in elements]
                line = [
                    0 if s and rest[0] % 2 else sizes[orbit] * sign
                    for sign, (_, s) in zip(signs, elements, strict=True)
                ]
            lines.append(tuple(line))
        return tuple(lines)

    def indicator(self, row: int) -> int:
        """By the formulas of the module's docstring."""
        r, *rest = self.descriptors[row]
        if rest:
            return 1 - rest[0] % 2
        return -1 if r * self.square % self.modulus else 1
