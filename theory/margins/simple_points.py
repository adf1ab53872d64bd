"""Extremes of an optimal face without a linear program: rational points, and ones with one irrational step.

Vertices of an irrational face are dense irrational vectors, while simple points often show the same. Let `K`
be the kernel of the `T x B` matrix `1 - X_R(C)`: the directions of the face. From rational points of the face
(orbit-constant ones, of the merged program) one goes along rational circuits of `K`, vectors of small
support. Nothing here is taken on trust: points are proved to lie in the face, bounds by their multipliers; if
either fails, or nothing simple attains the extreme, the answer is None and a linear program has to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import islice
from math import lcm
from typing import TYPE_CHECKING, TypeAlias

from flint import arb, arb_mat, ctx, nmod_mat

from theory.characters.cyclotomic import Value, conductor, from_terms, residue, terms_of
from theory.margins.cyclotomic_system import as_fmpq, common_fractions, real_ball, root_modulo, solve_exactly
from theory.margins.face import Extreme, Face, proven_multipliers
from theory.margins.simplex import PrecisionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["SimplePoints", "rational_sum"]

BITS = 256
SIMPLE = 64  # numerators and denominators of a circuit
REFINEMENTS = 24
ENOUGH = 2.0**-160  # as a residual: multipliers are rounded to fewer bits
HALVINGS = 16
NOTHING = 1e-9  # a rate that floats may make of 0
TRIES = 16  # points of one search that are put to the proof
STEPS = 4  # circuits tried for the irrational step

_Circuit: TypeAlias = Mapping[int, Fraction]
_Floats: TypeAlias = "NDArray[np.float64]"


@dataclass(frozen=True, eq=False)
class SimplePoints:
    """Where to look for simple points of a face.

    Args:
        face: the face of an unmerged program; its columns in T are stable under Galois automorphisms, as
            are its rows.
        starts: rational points of the face, a row of the face.
    """

    face: Face
    starts: tuple[tuple[Fraction, ...], ...]

    def highest(self, row: int) -> Extreme | None:
        """The minimum of `-a_R`, where a weight `R'` blocks a circuit and `a_R + kappa a_R'` is constant."""
        left = TRIES
        for start in sorted(self.starts, key=lambda start: -start[row]):
            for circuit in self._through[row]:
                sense = 1 if circuit[row] > 0 else -1
                step, blocking = min(
                    (start[other] / abs(entry), other)
                    for other, entry in circuit.items()
                    if entry * sense < 0
                )
                ratio = abs(circuit[row] / circuit[blocking])
                if not left or not self._constant({row: Fraction(1), blocking: ratio}):
                    continue
                left -= 1
                point = _moved(start, circuit, sense * step)
                if not self._inside(point):
                    continue
                functional = [-int(other == row) for other in range(len(start))]
                with ctx.workprec(BITS):
                    multipliers = self._multipliers({row: Fraction(-1), blocking: -ratio}, functional)
                if multipliers is not None:
                    return Extreme(-point[row], point, multipliers)
        return None

    def lowest(self, row: int) -> tuple[Value, ...] | None:
        """A point with `a_R = 0`."""
        ends = (
            _moved(start, circuit, -start[row] / circuit[row])
            for start in self.starts
            for circuit in self._through[row]
        )
        candidates = islice((point for point in ends if min(point) >= 0), TRIES)
        return next((point for point in candidates if self._inside(point)), None)

    def touching(self, column: int) -> tuple[Value, ...] | None:
        """A point that is tight at a column off T, and with luck at no other.

        In floats, from each start down the gradient of the slack in the coordinates of the circuits; the
        best of these points is rounded, and one circuit makes up for what rounding did.
        """
        import numpy as np

        if not self._circuits:
            return None
        position = self._open.index(column)
        gradient = self._directions.T @ self._matrix[:, column]
        move = -self._directions @ gradient
        rates = self._matrix[:, self._open].T @ move
        if rates[position] > -NOTHING:
            return None
        found: list[tuple[float, tuple[Fraction, ...], _Floats]] = []
        for start in self._centres:
            weights = np.array([float(a) for a in start])
            slacks = self._matrix[:, self._open].T @ weights - 1
            time = -slacks[position] / rates[position]
            others = np.delete(slacks + time * rates, position)
            moving = np.abs(self._directions).sum(axis=1) > 0
            room = min(others.min(initial=1), len(weights) * (weights + time * move)[moving].min(initial=1))
            found.append((float(room), start, -time * gradient))
        _, start, steps = max(found, key=lambda candidate: candidate[0])
        return next(self._corrected(start, steps, gradient, column), None)

    def _corrected(
        self, start: tuple[Fraction, ...], steps: _Floats, gradient: _Floats, column: int
    ) -> Iterator[tuple[Value, ...]]:
        line = [row[column] for row in self.face.coefficients]
        best = sorted(range(len(steps)), key=lambda number: -abs(gradient[number]))[:STEPS]
        changes = {number: rational_sum(line, self._circuits[number]) for number in best}
        unit = min((a for a in start if a), default=Fraction(1))
        for halving in range(HALVINGS):
            lattice = unit / (1 << halving)
            point = start
            for circuit, step in zip(self._circuits, steps, strict=True):
                point = _moved(point, circuit, round(float(step / lattice)) * lattice)
            floats = [float(a) for a in point]
            slack = sum(self._matrix[row, column] * a for row, a in enumerate(floats)) - 1
            for number, change in changes.items():
                if not change:
                    continue
                circuit = self._circuits[number]
                late = -slack / gradient[number]
                if any(floats[row] + late * float(entry) < 0 for row, entry in circuit.items()):
                    continue
                exact = solve_exactly([[change]], [1 - rational_sum(line, dict(enumerate(point)))])
                assert exact is not None
                moved: list[Value] = list(point)
                for row, entry in circuit.items():
                    moved[row] = moved[row] + exact[0] * entry
                if self._inside(moved, tight=column, on_tight=point):
                    yield tuple(moved)

    @cached_property
    def _centres(self) -> tuple[tuple[Fraction, ...], ...]:
        count = len(self.starts)
        middle = tuple(sum(weights, Fraction(0)) / count for weights in zip(*self.starts, strict=True))
        return (middle, *self.starts)

    @cached_property
    def _open(self) -> list[int]:
        """Columns off T."""
        return [column for column in range(len(self.face.dual)) if column not in self.face.tight]

    @cached_property
    def _tight(self) -> list[int]:
        return sorted(self.face.tight)

    @cached_property
    def _matrix(self) -> _Floats:
        """`1 - X_R(C)`, rows by columns."""
        import numpy as np

        height, width = len(self.face.costs), len(self.face.dual)
        return -np.array(self.face.floats).reshape(width, height).T

    @cached_property
    def _directions(self) -> _Floats:
        """The circuits as columns."""
        import numpy as np

        result = np.zeros((len(self.face.costs), len(self._circuits)))
        for number, circuit in enumerate(self._circuits):
            for row, entry in circuit.items():
                result[row, number] = float(entry)
        return result

    @cached_property
    def _field(self) -> tuple[int, int]:
        """A common conductor, and a common denominator, of all coefficients in T."""
        values = {id(row[column]): row[column] for row in self.face.coefficients for column in self._tight}
        n = lcm(*(conductor(value) for value in values.values()))
        return n, lcm(*(c.denominator for value in values.values() for _, c in terms_of(value)))

    def _images(self, number: int) -> tuple[int, nmod_mat]:
        """The `T x B` matrix modulo the prime of a number, under one homomorphism."""
        if number not in self._known_images:
            n, _ = self._field
            prime, root = root_modulo(n, number)
            known: dict[int, int] = {}
            entries = []
            for column in self._tight:
                for row in self.face.coefficients:
                    value = row[column]
                    if id(value) not in known:
                        known[id(value)] = residue(value, prime, root, n)
                    entries.append(known[id(value)])
            height = len(self.face.costs)
            self._known_images[number] = prime, nmod_mat(len(self._tight), height, entries, prime)
        return self._known_images[number]

    @cached_property
    def _known_images(self) -> dict[int, tuple[int, nmod_mat]]:
        return {}

    @cached_property
    def _kernel(self) -> tuple[tuple[dict[int, int], ...], int]:
        """Circuits that span the kernel modulo a prime: each has one row that no other has, and a 1 there."""
        prime, matrix = self._images(0)
        reduced, rank = matrix.rref()
        lines = [[int(entry) for entry in line] for line in reduced.tolist()[:rank]]
        pivots = [next(row for row, entry in enumerate(line) if entry) for line in lines]
        free = sorted(set(range(len(self.face.costs))) - set(pivots))
        vectors = (
            {row: 1}
            | {pivot: -line[row] % prime for pivot, line in zip(pivots, lines, strict=True) if line[row]}
            for row in free
        )
        return tuple(vectors), prime

    @cached_property
    def _circuits(self) -> tuple[_Circuit, ...]:
        """The circuits with small rational entries, proved to be directions of the face."""
        vectors, prime = self._kernel
        found = []
        for vector in vectors:
            fractions = common_fractions(list(vector.values()), prime)
            if fractions is None or max(fractions[0], *map(abs, fractions[1])) > SIMPLE:
                continue
            circuit = {row: Fraction(x, fractions[0]) for row, x in zip(vector, fractions[1], strict=True)}
            if len(circuit) > 1 and self._solves(circuit, 0):
                found.append(circuit)
        return tuple(found)

    @cached_property
    def _through(self) -> tuple[tuple[_Circuit, ...], ...]:
        """The circuits through each row."""
        rows: list[list[_Circuit]] = [[] for _ in self.face.costs]
        for circuit in sorted(self._circuits, key=len):
            for row in circuit:
                rows[row].append(circuit)
        return tuple(map(tuple, rows))

    def _solves(self, weights: Mapping[int, Fraction], side: int) -> bool:
        """Whether `sum_R w_R (1 - X_R(C)) = side` on all of T, for rational `w`, exactly.

        Cleared of denominators, the differences of the two sides are algebraic integers `z_C`, with
        `sigma(z_C) = z_(sigma C)`, so one homomorphism on all of T does what all homomorphisms do on one
        column: Theorem 40(a) of docs/theory.md, with `|1 - X_R(C)| <= 2` for the conjugates.
        """
        _, scale = self._field
        denominator = lcm(*(w.denominator for w in weights.values()))
        whole = {row: int(w * denominator) for row, w in weights.items()}
        bound = scale * (2 * sum(map(abs, whole.values())) + denominator * abs(side))
        modulus, number = 1, 0
        while modulus <= bound:
            prime, matrix = self._images(number)
            number += 1
            if scale * denominator % prime == 0:
                continue
            column = [whole.get(row, 0) % prime for row in range(len(self.face.costs))]
            product = matrix * nmod_mat(len(column), 1, column, prime)
            if any(int(entry) != denominator * side % prime for entry in product.entries()):
                return False
            modulus *= prime
        return True

    def _constant(self, functional: Mapping[int, Fraction]) -> bool:
        """Whether a functional seems not to vary on the face: it vanishes on the kernel modulo a prime."""
        vectors, prime = self._kernel
        images = [(row, c.numerator * pow(c.denominator, -1, prime) % prime) for row, c in functional.items()]
        return not any(sum(vector.get(row, 0) * c for row, c in images) % prime for vector in vectors)

    def _inside(
        self,
        point: Sequence[Value],
        tight: int | None = None,
        on_tight: Sequence[Fraction] | None = None,
    ) -> bool:
        """Whether a point is proved to lie in the face.

        Args:
            point: the point.
            tight: a column off T where it is known to be tight.
            on_tight: a rational point that differs from it by a direction of the face.
        """
        rational = point if on_tight is None else on_tight
        with ctx.workprec(BITS):
            weights = [real_ball(a) for a in point]
            if not all(not a or weight > 0 for a, weight in zip(point, weights, strict=True)):
                return False
            used = [row for row, a in enumerate(point) if a]
            columns = [column for column in self._open if column != tight]
            if columns:
                balls = self.face.balls()
                matrix = arb_mat([[balls[row][column] for row in used] for column in columns])
                covers = (matrix * arb_mat([[weights[row]] for row in used])).entries()
                for column, cover in zip(columns, covers, strict=True):
                    if cover >= 1:
                        continue
                    rows = [line[column] for line in self.face.coefficients]
                    if on_tight is not None or cover < 1 or rational_sum(rows, dict(enumerate(point))) != 1:  # type: ignore[arg-type]
                        return False
        return self._solves(dict(enumerate(rational)), 1)  # type: ignore[arg-type]

    def _multipliers(
        self, sides: Mapping[int, Fraction], functional: Sequence[Value]
    ) -> tuple[Fraction, ...] | None:
        """Multipliers on T with `sum_C lambda_C (1 - X_R(C)) = side_R`, nearly, that prove a bound."""
        key = tuple(sorted(sides.items()))
        if key not in self._known_solutions:
            self._known_solutions[key] = self._least_squares(sides)
        try:
            return proven_multipliers(self.face, functional, self._known_solutions[key])
        except PrecisionError:
            return None

    def _least_squares(self, sides: Mapping[int, Fraction]) -> dict[int, arb]:
        """In floats, refined by residuals in balls as long as these are not small."""
        import numpy as np

        known = arb_mat(len(self._tight), 1)
        right = arb_mat([[arb(as_fmpq(sides.get(row, Fraction(0))))] for row in range(len(self._matrix))])
        for _ in range(REFINEMENTS):
            rest = right - self._ball_matrix * known
            floats = np.array([float(entry.mid()) for entry in rest.entries()])
            size = float(np.abs(floats).max())
            if size < ENOUGH:
                break
            # scaled, as floats have little room below
            correction = self._inverse @ (floats / size)
            known = (known + arb_mat([[arb(float(x)) * arb(size)] for x in correction])).mid()
        return dict(zip(self._tight, known.entries(), strict=True))

    @cached_property
    def _known_solutions(self) -> dict[tuple[tuple[int, Fraction], ...], dict[int, arb]]:
        return {}

    @cached_property
    def _ball_matrix(self) -> arb_mat:
        balls = self.face.balls()
        return arb_mat([[row[column] for column in self._tight] for row in balls])

    @cached_property
    def _inverse(self) -> _Floats:
        """The pseudoinverse of the matrix that takes multipliers on T to rows."""
        import numpy as np

        # by the Gram matrix, quicker than singular values: what it loses, the refinement makes up for
        matrix = self._matrix[:, self._tight]
        values, vectors = np.linalg.eigh(matrix.T @ matrix)
        kept = values > 1e-11 * values[-1]
        inverse: _Floats = (vectors[:, kept] / values[kept]) @ (vectors[:, kept].T @ matrix.T)
        return inverse


def _moved(point: Sequence[Fraction], circuit: _Circuit, step: Fraction) -> tuple[Fraction, ...]:
    result = list(point)
    for row, entry in circuit.items():
        result[row] += step * entry
    return tuple(result)


def rational_sum(values: Sequence[Value], weights: Mapping[int, Fraction]) -> Value:
    """`sum_R w_R v_R`, in integers up to the end."""
    used = {row: w for row, w in weights.items() if w}
    n = lcm(*(conductor(values[row]) for row in used))
    scale = lcm(*(c.denominator for row in used for _, c in terms_of(values[row])))
    denominator = lcm(*(w.denominator for w in used.values()))
    total: dict[int, int] = {}
    for row, w in used.items():
        whole, stretch = int(w * denominator), n // conductor(values[row])
        for exponent, c in terms_of(values[row]):
            place = exponent * stretch
            total[place] = total.get(place, 0) + whole * int(c * scale)
    return from_terms(n, total) * Fraction(1, scale * denominator)
