"""What holds in every optimum: the optimal face `F`, statuses of irreps and classes, shares.

Let `a*, y*` be the stated optimal pair, `B` the rows with `a*_R > 0`, `T` the classes with `y*_C > 0`.
Complementary slackness: every optimal `a` vanishes on each row of positive dual slack, and every class of
`T` is tight in every optimal `a`; conversely such a feasible `a` is optimal. By strict complementarity
(shown) the rows of zero dual slack are `B` and the classes of zero primal slack are `T`, hence

    F = {a >= 0 : a_R = 0 off B,  sum_R a_R (1 - X_R(C)) = 1 on T,  >= 1 off T}

and `a*` satisfies all inequalities of `F` strictly, so `dim F = |B| - rank M`, `M` the `T x B` matrix of `1
- X_R(C)`.

- *F is a point* if the images of the `2 d_R (1 - X_R(C))` modulo a prime have rank `|B|`: then a minor is
  not zero. It is none if a listed point of it differs from `a*`.
- *Bounds.* Let `sum_C lambda_C (1 - X_R(C)) <= c_R` on `B` and `lambda_C >= 0` off `T`. For `a` in `F`,
  `sum_R c_R a_R >= sum_C lambda_C sum_R a_R (1 - X_R(C)) >= sum_C lambda_C`.
- *Required*: a bound shows `a_R > 0` on `F`. *Possible*: `a*_R > 0`, and an exact point of `F` has `a_R = 0`.
- A class is tight in *every* optimum (`T`), in *some* (a point of `F` with slack exactly 0; `a*` has
  slack), in *none* (a bound shows `sum_R a_R (1 - X_R(C)) > 1` on `F`).
- *Symmetry.* For `sigma` in the Galois group the permutation of the rows by `sigma` maps `F` to itself:
  costs are equal on an orbit, and `sum_R a_(sigma R) (1 - X_R(C)) = sum_R a_R (1 - X_R(C'))` with `C'` the
  column whose values are the images of those of `C` under the inverse of `sigma`. So a witness for one
  member of a Galois orbit serves all.
- *Shares* `a_R s_R / cost*`: stated decimals lie within `TOLERANCE` of the true extremes over `F`: the
  extreme is at most what a point of `F` attains and at least what a bound shows (and the reverse for the
  upper end).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from flint import arb, ctx, fmpq, fmpz_mod_ctx, fmpz_mod_mat, nmod_mat

from certificates.checker import radicals
from certificates.checker.certificate import Bound, Certificate, Interval, Orbit
from certificates.checker.cyclotomic import (
    FIRST_PRECISION,
    Embedding,
    RootSum,
    Value,
    accumulate,
    accumulate_product,
    ball,
    common_field,
    conductor,
    conjugate,
    is_real,
    is_zero,
    sign,
    split_prime,
)
from certificates.checker.errors import Falsehood
from certificates.checker.program import Program, separations

__all__ = [
    "TOLERANCE",
    "Face",
    "check_classes",
    "check_complementarity",
    "check_face",
    "check_shares",
    "check_statuses",
]

TOLERANCE = fmpq(1, 10**12)  # between a stated share and the true one
FIRST_PRIME = 1 << 61
PRIMES_TRIED = 2
WORD = 1 << 63  # flint's word-size matrices take moduli below it


@dataclass(frozen=True, eq=False)
class Face:
    """The optimal face of a proved, strictly complementary pair: `support` is `B`, `tight` is `T`."""

    program: Program
    certificate: Certificate
    support: tuple[int, ...]
    tight: frozenset[int]

    @property
    def is_point(self) -> bool:
        """Whether the certificate says so; `check_face` proves it."""
        return self.certificate.unique

    @cached_property
    def point_slacks(self) -> tuple[tuple[int, ...], ...]:
        """Signs of `sum_R a_R (1 - X_R(C)) - 1` of each point, a class, each point proved to lie in F."""
        return tuple(self._slacks(number, point) for number, point in enumerate(self.certificate.points))

    def _slacks(self, number: int, point: Sequence[Value]) -> tuple[int, ...]:
        for row, value in enumerate(point):
            if not is_real(value) or value_sign(value) < 0:
                raise Falsehood(f"point {number}: a of row {row} is no real number of at least 0")
            if row not in self.support and value_sign(value) != 0:
                raise Falsehood(f"point {number}: a of row {row} is not 0, though the dual has slack there")
        signs, slacks = [0], self._point_slacks(point)
        for column in range(1, self.program.table.classes):
            signs.append(sign(*slacks(column)))
            if signs[-1] < 0 or (column in self.tight and signs[-1] != 0):
                wrong = "not tight" if signs[-1] > 0 else "below 1"
                raise Falsehood(f"point {number} is not optimal: class {column} is {wrong}")
        return tuple(signs)

    def _point_slacks(self, point: Sequence[Value]) -> Callable[[int], tuple[int, dict[int, Any]]]:
        """`sum_R a_R (1 - X_R(C)) - 1`, as a collected sum, for a column."""
        sums = separations(self.program, [fmpq(0) if isinstance(a, RootSum) else a for a in point])
        irrational = [a if isinstance(a, RootSum) else fmpq(0) for a in point]
        if not any(isinstance(a, RootSum) for a in point):
            return lambda column: (sums[column][0], {**sums[column][1], 0: sums[column][1].get(0, 0) - 1})

        def slack(column: int) -> tuple[int, dict[int, Any]]:
            f, terms = sums[column]
            e, collected = self._slack(irrational, column, f)
            for t, c in terms.items():
                place = t * (e // f)
                collected[place] = collected.get(place, 0) + c
            return e, collected

        return slack

    def _slack(self, point: Sequence[Value], column: int, field: int = 1) -> tuple[int, dict[int, Any]]:
        """The same term by term; `e` a multiple of the field."""
        table, half = self.program.table, fmpq(1, 2)
        used = [(row, point[row]) for row in self.support if point[row] != 0]
        values = [table.value(self.program.rows[row][0], column) for row, _ in used]
        e = common_field({field, *map(conductor, values), *(conductor(a) for _, a in used)})
        collected: dict[int, Any] = {0: fmpq(-1)}
        for (row, a), value in zip(used, values, strict=True):
            accumulate(collected, e, a)
            share = -half / table.degree(self.program.rows[row][0])
            inverse = conjugate(value)
            # the value first: it has fewer terms than the weight
            if inverse == value:
                accumulate_product(collected, e, value, a, 2 * share)
            else:
                accumulate_product(collected, e, value, a, share)
                accumulate_product(collected, e, inverse, a, share)
        return e, collected

    @cached_property
    def _separations(self) -> dict[tuple[int, int], tuple[int, dict[int, Any], Any]]:
        return {}

    def separation(self, row: int, column: int) -> tuple[int, dict[int, Any], Any]:
        """`1 - X_R(C)` for a row of the program: field, collected sum, ball."""
        key = (row, column)
        if key not in self._separations:
            index = self.program.rows[row][0]
            e, collected = self.program.table.column_sum(
                {index: fmpq(-1, self.program.table.degree(index))}, column
            )
            collected[0] = collected.get(0, 0) + 1
            self._separations[key] = (e, collected, ball(e, collected))
        return self._separations[key]

    def proved(self, bound: Bound, functional: Callable[[int], tuple[int, dict[int, Any]]], what: str) -> Any:
        """The lower bound `sum_C lambda_C` on `sum_R c_R a_R` over F, its conditions proved."""
        for column, multiplier in bound.multipliers:
            if column not in self.tight and multiplier < 0:
                raise Falsehood(
                    f"{what}: the multiplier of class {column} is negative, though the class is not tight"
                )
        for row in self.support:
            e, collected = functional(row)
            with ctx.workprec(FIRST_PRECISION):
                slack = ball(e, collected)
                for column, multiplier in bound.multipliers:
                    slack -= arb(multiplier) * self.separation(row, column)[2]
            if not slack > 0 and self._exact_slack(row, bound, e, collected) < 0:
                raise Falsehood(f"{what}: sum_C lambda_C (1 - X_R(C)) exceeds c_R on row {row}")
        return sum((multiplier for _, multiplier in bound.multipliers), fmpq(0))

    def _exact_slack(self, row: int, bound: Bound, e: int, collected: dict[int, Any]) -> int:
        parts = [(e, collected, fmpq(1))]
        parts += [
            (*self.separation(row, column)[:2], -multiplier) for column, multiplier in bound.multipliers
        ]
        field = common_field({part[0] for part in parts})
        total: dict[int, Any] = {}
        for f, terms, factor in parts:
            for t, c in terms.items():
                place = t * (field // f)
                total[place] = total.get(place, 0) + factor * c
        return sign(field, total)


def value_sign(value: Value) -> int:
    """The sign of a real value."""
    collected: dict[int, Any] = {}
    accumulate(collected, conductor(value), value)
    return sign(conductor(value), collected)


def check_complementarity(
    program: Program, certificate: Certificate, primal_signs: Sequence[int], dual_signs: Sequence[int]
) -> Face:
    """`a_R > 0` exactly where the dual has no slack, `y_C > 0` exactly where the primal has none."""
    support = tuple(number for number, row in enumerate(certificate.rows) if row.weight != 0)
    for number, slack in enumerate(dual_signs):
        if (slack == 0) != (number in support):
            wrong = "and slack in the dual are both positive" if slack else "and slack in the dual are both 0"
            raise Falsehood(f"row {number}: a {wrong}")
    tight = frozenset(column for column, y in enumerate(certificate.dual) if y)
    for column, slack in enumerate(primal_signs[1:], start=1):
        if (slack == 0) != (column in tight):
            wrong = (
                "y and slack in the primal are both positive"
                if slack
                else "y and slack in the primal are both 0"
            )
            raise Falsehood(f"class {column}: {wrong}")
    return Face(program, certificate, support, tight)


def check_face(face: Face) -> str:
    """F is a point exactly if the certificate says so; all stated points lie in F."""
    if not face.is_point:
        count = len(face.point_slacks)  # forms them, and so proves that each lies in F
        if not any(_differs(face, point) for point in face.certificate.points):
            raise Falsehood("F is said to be no point, but no listed optimum differs from a")
        return f"no point: {count} listed optima, each exact"
    if face.certificate.points:
        raise Falsehood("F is said to be a point and yet other optimal points are listed")
    table, count = face.program.table, len(face.support)
    kept = [c for c, inverse in enumerate(table.galois_columns(-1)) if c in face.tight and c <= inverse]
    rows = [face.program.rows[row][0] for row in face.support]
    e, prime = table.conductor_of(rows, kept), FIRST_PRIME
    for _ in range(PRIMES_TRIED):  # a minor that is not zero vanishes modulo few primes
        prime = split_prime(e, prime)
        embedding = Embedding(e, prime)
        rank = _matrix([table.separation_images(row, kept, embedding) for row in rows], prime).rank()
        if rank == count:
            return f"a point: rank {count} modulo {prime}"
    raise Falsehood(f"the {len(kept)} x {count} matrix of F has rank {rank}: F is no point")


def _differs(face: Face, point: Sequence[Value]) -> bool:
    """Whether a point is another one than `a*`, exactly."""
    for row, value in zip(face.certificate.rows, point, strict=True):
        difference: dict[int, Any] = {0: -row.weight}
        accumulate(difference, conductor(value), value)
        if not is_zero(conductor(value), difference):
            return True
    return False


def _matrix(lines: Sequence[Sequence[int]], prime: int) -> Any:
    rows, columns = len(lines), len(lines[0])
    flat = [entry for line in lines for entry in line]
    if prime < WORD:
        return nmod_mat(rows, columns, flat, prime)
    return fmpz_mod_mat(rows, columns, flat, fmpz_mod_ctx(prime))


def check_statuses(face: Face) -> str:
    """The orbits are the Galois orbits of the rows, and every status holds."""
    certificate = face.certificate
    expected: dict[int, list[int]] = {}
    for row, place in enumerate(face.program.orbits):
        expected.setdefault(place, []).append(row)
    if [list(orbit.rows) for orbit in certificate.orbits] != list(expected.values()):
        raise Falsehood(
            "the orbits listed are not the Galois orbits of the rows, in order of first appearance"
        )
    counts = {"required": 0, "possible": 0, "excluded": 0}
    for number, orbit in enumerate(certificate.orbits):
        inside = {row in face.support for row in orbit.rows}
        if len(inside) != 1 or (orbit.status == "excluded") == inside.pop():
            raise Falsehood(f"orbit {number} is said to be {orbit.status}, which the signs of a contradict")
        if orbit.status != "excluded":
            _check_present(face, number, orbit)
        counts[orbit.status] += len(orbit.rows)
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count)


def _check_present(face: Face, number: int, orbit: Orbit) -> None:
    if face.is_point:
        if orbit.status != "required":
            raise Falsehood(
                f"orbit {number} is said to be possible, but the optimum is unique and positive there"
            )
        return
    row, witness = orbit.rows[0], orbit.share_witness
    if witness is None:
        raise Falsehood(f"orbit {number} has no witness for its status")
    if orbit.status == "required":
        value = face.proved(witness.lower_bound, _indicator((row,)), f"lower bound of orbit {number}")
        if value <= 0:
            raise Falsehood(f"orbit {number} is said to be required, but its lower bound is {value}")
    elif value_sign(face.certificate.points[witness.lower_point][row]) != 0:
        raise Falsehood(f"orbit {number} is said to be possible, but its lower point is not 0 on row {row}")


def _indicator(rows: Sequence[int], factor: int = 1) -> Callable[[int], tuple[int, dict[int, Any]]]:
    """The functional `factor * sum of a_R over these rows`."""
    return lambda row: (1, {0: fmpq(factor if row in rows else 0)})


def check_shares(face: Face) -> str:
    """Every stated share and orbit share lies within the tolerance of the truth."""
    for number, orbit in enumerate(face.certificate.orbits):
        single = len(orbit.rows) == 1
        if single and orbit.orbit_share != orbit.share:
            raise Falsehood(f"orbit {number} has one row, but its two intervals differ")
        if (single or orbit.status == "excluded" or face.is_point) and orbit.orbit_witness is not None:
            raise Falsehood(f"orbit {number} holds a witness that proves nothing")
        parts = [("share", orbit.rows[:1], orbit.share, orbit.share_witness)]
        if not single:
            parts.append(("orbit share", orbit.rows, orbit.orbit_share, orbit.orbit_witness))
        for name, rows, (low, high), witness in parts:
            what = f"{name} of orbit {number}"
            if orbit.status == "excluded" or face.is_point:
                if witness is not None:
                    raise Falsehood(f"orbit {number} holds a witness that proves nothing")
                weight = sum((face.certificate.rows[row].weight for row in rows), fmpq(0))
                _check_near(face, rows[0], weight, low, what)
                _check_near(face, rows[0], weight, high, what)
            elif witness is None:
                raise Falsehood(f"{what} has no witness")
            else:
                _check_interval(face, rows, (low, high), witness, what)
    return "within 10^-12"


def _share(face: Face, row: int, weight: Any) -> Any:
    """A ball of `a s_R / cost*`, from a ball or a rational `a`."""
    with ctx.workprec(FIRST_PRECISION):
        cost = radicals.ball(face.certificate.cost)
        return arb(weight) * radicals.ball(face.program.costs[row]) / cost


def _check_near(face: Face, row: int, weight: Any, stated: Any, what: str) -> None:
    with ctx.workprec(FIRST_PRECISION):
        if not abs(_share(face, row, weight) - arb(stated)) < arb(TOLERANCE):
            raise Falsehood(f"{what} is not {stated}")


def _check_interval(
    face: Face, rows: Sequence[int], interval: tuple[Any, Any], witness: Interval, what: str
) -> None:
    low, high = interval
    attained = []
    for number in (witness.lower_point, witness.upper_point):
        point = face.certificate.points[number]
        with ctx.workprec(FIRST_PRECISION):
            attained.append(sum((_value_ball(point[row]) for row in rows), arb(0)))
    least = face.proved(witness.lower_bound, _indicator(rows), f"lower bound of the {what}")
    most = -face.proved(witness.upper_bound, _indicator(rows, -1), f"upper bound of the {what}")
    with ctx.workprec(FIRST_PRECISION):
        low_ball, high_ball, width = arb(low), arb(high), arb(TOLERANCE)
        if not (
            _share(face, rows[0], attained[0]) < low_ball + width
            and _share(face, rows[0], least) > low_ball - width
        ):
            raise Falsehood(f"{what}: its point and its bound do not prove the lower end {low}")
        if not (
            _share(face, rows[0], attained[1]) > high_ball - width
            and _share(face, rows[0], most) < high_ball + width
        ):
            raise Falsehood(f"{what}: its point and its bound do not prove the upper end {high}")


def _value_ball(value: Value) -> Any:
    collected: dict[int, Any] = {}
    accumulate(collected, conductor(value), value)
    return ball(conductor(value), collected)


def _separation(face: Face, column: int, row: int) -> tuple[int, dict[int, Any]]:
    """The functional `sum_R a_R (1 - X_R(C))`."""
    return face.separation(row, column)[:2]


def check_classes(face: Face) -> str:
    """Every class's status holds."""
    certificate, orbits = face.certificate, face.program.table.column_orbits
    loose, slack = set(), set()  # Galois orbits of classes proved tight somewhere, proved slack everywhere
    for signs in face.point_slacks:
        loose |= {orbits[column] for column, value in enumerate(signs) if value == 0}
    for column, bound in certificate.slack_bounds.items():
        value = face.proved(bound, partial(_separation, face, column), f"slack bound of class {column}")
        if value <= 1:
            raise Falsehood(f"the slack bound of class {column} is {value}, not above 1")
        slack.add(orbits[column])
    counts = {"every": 0, "some": 0, "none": 0}
    for column, status in enumerate(certificate.class_statuses):
        if (status is None) != (column == 0):
            raise Falsehood(f"class {column} has the status {status}; the identity alone has none")
        if status is None:
            continue
        counts[status] += 1
        if (status == "every") != (column in face.tight):
            sign_of_y = "positive" if column in face.tight else "0"
            raise Falsehood(
                f"class {column} is said to be tight in {status} optimum, but its y is {sign_of_y}"
            )
        if status == "some" and orbits[column] not in loose:
            raise Falsehood(
                f"class {column} is said to be tight in some optimum, but no listed point is tight there"
            )
        if status == "none" and not face.is_point and orbits[column] not in slack:
            raise Falsehood(f"class {column} is said to be tight in no optimum, but no bound shows it")
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count)
