"""The analytic steps of docs/theory.md by brute force: sums over all inputs, and direct maximisation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from math import factorial

import numpy as np
import pytest

from theory.characters.burnside_dixon import character_table_of
from theory.characters.cyclotomic import to_complex
from theory.groups.conjugacy import conjugacy_classes
from theory.groups.naming import parse
from theory.margins.exact import solve
from theory.margins.network import build
from theory.margins.solution import MarginSolution


@dataclass(frozen=True)
class Brute:
    """A small group with its multiplication table and the projections on its rows, in floats."""

    product: np.ndarray  # n x n
    inverse: np.ndarray
    classes: np.ndarray  # class of each element
    rows: tuple[tuple[int, int, np.ndarray], ...]  # d, nu, normalised real character X_R on elements

    @property
    def order(self) -> int:
        return len(self.inverse)

    def projection(self, row: int) -> np.ndarray:
        """The orthogonal projection on `V_R`: `(1/n) dim-weighted chi(g^-1 h)`."""
        degree, _, x = self.rows[row]
        complex_pair = 2 if self.is_complex(row) else 1
        return complex_pair * degree**2 / self.order * x[self.product[self.inverse]]

    def is_complex(self, row: int) -> bool:
        degree, nu, x = self.rows[row]
        return nu == 2 and bool(np.isclose((x**2).sum() * degree**2, self.order / 2))

    def convolve(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        result = np.zeros(self.order)
        np.add.at(result, self.product, np.multiply.outer(left, right))
        return result

    def form(self, factors: list[np.ndarray], out: np.ndarray) -> float:
        """`Lambda(u_1, ..., u_k, w)`."""
        total = factors[0]
        for factor in factors[1:]:
            total = self.convolve(total, factor)
        return float(total @ out)


@cache
def brute(name: str) -> Brute:
    group = parse(name).build()
    n = group.order
    index = np.arange(n)
    table = character_table_of(group)
    classes = np.asarray(conjugacy_classes(group).class_of)
    rows = []
    for row in range(1, len(table.degrees)):
        if row <= table.conjugate_rows[row]:
            x = np.array([to_complex(value).real for value in table.values[row]]) / table.degrees[row]
            rows.append((table.degrees[row], 1 if table.indicators[row] == 1 else 2, x[classes]))
    return Brute(group.multiply(index[:, None], index[None, :]), group.inverse(index), classes, tuple(rows))


def class_distribution(group: Brute, rng: np.random.Generator) -> np.ndarray:
    """A random distribution on the nontrivial elements, constant on classes and symmetric under inversion."""
    weights = rng.random(group.classes.max() + 1)[group.classes]
    weights[0] = 0
    weights = weights + weights[group.inverse]
    return weights / weights.sum()


def expected_margin(group: Brute, factors: list[np.ndarray], out: np.ndarray, errors: np.ndarray) -> float:
    """`E psi` by summing over every input and every error."""
    total = 0.0
    for inputs in product(range(group.order), repeat=len(factors)):
        label = 0
        for g in inputs:
            label = group.product[label, g]
        activation = sum(u[g] for u, g in zip(factors, inputs, strict=True)) ** len(factors)
        total += activation * (out[label] - errors @ out[group.product[label]])
    return total / group.order ** len(factors)


def best_on_block(group: Brute, row: int, arity: int, rng: np.random.Generator) -> float:
    """The largest `Lambda` on unit vectors of a block, by maximising over one vector at a time."""
    project, flip = group.projection(row), group.inverse
    best = 0.0
    for _ in range(4):
        vectors = [project @ rng.normal(size=group.order) for _ in range(arity + 1)]
        vectors = [vector / np.linalg.norm(vector) for vector in vectors]
        value = 0.0
        for _ in range(60):
            for place in range(arity + 1):
                if place == arity:
                    gradient = vectors[0]
                    for u in vectors[1:arity]:
                        gradient = group.convolve(gradient, u)
                else:
                    gradient = vectors[arity]
                    for u in vectors[:place]:
                        gradient = group.convolve(u[flip], gradient)
                    for u in reversed(vectors[place + 1 : arity]):
                        gradient = group.convolve(gradient, u[flip])
                gradient = project @ gradient
                value = float(np.linalg.norm(gradient))
                vectors[place] = gradient / value
            best = max(best, value)
    return best


BLOCKS = [
    ("Z4", 2),
    ("Z4", 3),
    ("S3", 2),
    ("S3", 3),
    ("Q8", 2),
    ("Q8", 3),
    ("Dic3", 2),
    ("Z7:Z3", 2),
    ("A4", 2),
]


@pytest.mark.parametrize(("name", "arity"), BLOCKS)
def test_the_block_bound_is_attained_and_not_exceeded(name: str, arity: int) -> None:
    """docs/theory.md, Theorem 10: `(n / (d nu))^((k-1)/2)`, for real, complex and quaternionic rows."""
    group = brute(name)
    rng = np.random.default_rng(0)
    for row, (degree, nu, _) in enumerate(group.rows):
        bound = (group.order / (degree * nu)) ** ((arity - 1) / 2)
        assert best_on_block(group, row, arity, rng) == pytest.approx(bound, rel=1e-9)


def test_all_three_types_are_met() -> None:
    kinds = {
        (nu, group.is_complex(r))
        for group in map(brute, ("S3", "Z4", "Q8"))
        for r, (_, nu, _) in enumerate(group.rows)
    }
    assert kinds == {(1, False), (2, True), (2, False)}


@pytest.mark.parametrize(
    ("name", "arity"), [("Z4", 2), ("S3", 2), ("S3", 3), ("Q8", 2), ("Z4", 4), ("A4", 2)]
)
def test_monomials_that_miss_a_factor_vanish(name: str, arity: int) -> None:
    """docs/theory.md, Lemma 6 and Lemma 8: the block formula of Section 4, for random neurons."""
    group = brute(name)
    rng = np.random.default_rng(1)
    errors = class_distribution(group, rng)
    *factors, out = rng.normal(size=(arity + 1, group.order))
    total = 0.0
    for row, (_, _, x) in enumerate(group.rows):
        project = group.projection(row)
        total += (1 - errors @ x) * group.form([project @ u for u in factors], project @ out)
    predicted = factorial(arity) / group.order**arity * total
    assert expected_margin(group, factors, out, errors) == pytest.approx(predicted, rel=1e-9)


@pytest.mark.parametrize(("name", "arity"), [("Z5", 2), ("S3", 2), ("S3", 3), ("Q8", 2), ("A4", 2)])
def test_no_neuron_beats_its_energies(name: str, arity: int) -> None:
    """docs/theory.md, Theorem 11, on random neurons and on mixtures of two rows."""
    group = brute(name)
    n, half = group.order, (arity + 1) / 2
    rng = np.random.default_rng(2)
    for _ in range(20):
        errors = class_distribution(group, rng)
        scales = rng.random(len(group.rows)) ** 4
        neuron = rng.normal(size=(arity + 1, n))
        neuron = sum(s * neuron @ group.projection(r) for r, s in enumerate(scales))
        neuron /= np.linalg.norm(neuron)
        value = bound = 0.0
        for row, (degree, nu, x) in enumerate(group.rows):
            block = neuron @ group.projection(row)
            gain = 1 - errors @ x
            value += gain * group.form(list(block[:-1]), block[-1])
            bound += gain / (degree * nu) ** ((arity - 1) / 2) * (block**2).sum() ** half
        value *= factorial(arity) / n**arity
        bound *= factorial(arity) / ((arity + 1) * n) ** half
        assert value <= bound * (1 + 1e-12)


def test_projections_split_the_functions() -> None:
    """docs/theory.md, Lemma 7: orthogonal projections that add up to the identity less the mean."""
    for name in ("Z4", "S3", "Q8", "Z7:Z3"):
        group = brute(name)
        projections = [group.projection(row) for row in range(len(group.rows))]
        for p in projections:
            assert np.allclose(p @ p, p)
        assert np.allclose(sum(projections), np.eye(group.order) - 1 / group.order)


def test_a_bound_without_the_type_is_refuted() -> None:
    """The constant with nu = 1 for every row is too large to be attained by a quaternionic or complex row."""
    group = brute("Q8")
    row = next(r for r, (_, nu, _) in enumerate(group.rows) if nu == 2)
    wrong = (group.order / group.rows[row][0]) ** 0.5
    assert best_on_block(group, row, 2, np.random.default_rng(0)) < 0.8 * wrong


@dataclass(frozen=True)
class Measured:
    """A network's normalised margin and the energies of its neurons, over every input and wrong label."""

    margin: float
    weights: np.ndarray  # share of each neuron of `||theta||^(k+1)`
    energies: np.ndarray  # fraction of each neuron's energy on each nontrivial row

    @property
    def purity(self) -> float:
        return float(self.weights @ self.energies.max(axis=1))

    @property
    def mean(self) -> np.ndarray:
        return self.weights @ self.energies


@cache
def attained(name: str, arity: int) -> tuple[Brute, MarginSolution, np.ndarray]:
    """The group, its exact solution, and the explicit network: `(u_1, ..., u_k, w)` at `[i]`."""
    group = parse(name).build()
    solution = solve(character_table_of(group), arity)
    weights = build(solution, group).weights()
    neurons = np.concatenate([weights.input_weights, weights.output_weights[None]]).transpose(1, 0, 2)
    return brute(name), solution, neurons


def measure(group: Brute, neurons: np.ndarray) -> Measured:
    m, k, n = neurons.shape[0], neurons.shape[1] - 1, group.order
    worst = np.inf
    for inputs in product(range(n), repeat=k - 1):  # the last factor runs through the group at once
        head = 0
        for g in inputs:
            head = group.product[head, g]
        labels = group.product[head]
        activation = sum((neurons[:, j, g] for j, g in enumerate(inputs)), np.zeros(m))
        logits = ((activation[:, None] + neurons[:, k - 1]) ** k).T @ neurons[:, k]
        correct = logits[np.arange(n), labels]
        logits[np.arange(n), labels] = -np.inf
        worst = min(worst, float((correct - logits.max(axis=1)).min()))
    squares = (neurons**2).sum(axis=(1, 2))
    powers = squares ** ((k + 1) / 2)
    energies = [
        ((neurons @ group.projection(r)) ** 2).sum(axis=(1, 2)) / squares for r in range(len(group.rows))
    ]
    return Measured(worst / powers.sum(), powers / powers.sum(), np.array(energies).T)


def perturbed(group: Brute, neurons: np.ndarray, kind: str, size: float) -> np.ndarray:
    """A network near the explicit one, in five ways that an optimiser or an adversary could find."""
    rng = np.random.default_rng(7)
    scale = np.linalg.norm(neurons, axis=(1, 2), keepdims=True)
    noise = rng.normal(size=neurons.shape)
    noise *= scale / np.linalg.norm(noise, axis=(1, 2), keepdims=True)
    match kind:
        case "noise":
            return neurons + size * noise
        case "one row too many":  # every neuron gets a little of one other block
            block = noise @ group.projection(-1)  # the excluded one of A5
            return neurons + size * scale * block / np.linalg.norm(block, axis=(1, 2), keepdims=True)
        case "constants":
            return neurons + size * scale / np.sqrt(neurons[0].size)
        case "rubbish neurons":
            keep = 1 - size
            rubbish = noise[: 7 if size else 0] * size
            return np.concatenate([neurons * keep ** (1 / neurons.shape[1]), rubbish])
        case "uneven":
            return neurons * (1 + size * rng.uniform(-1, 1, size=(len(neurons), 1, 1)))
    raise AssertionError(kind)


KINDS = ["noise", "one row too many", "constants", "rubbish neurons", "uneven"]
NETWORKS = [
    *product(["S3", "Z5", "Q8", "A4"], [2], KINDS),
    *product(["Dic3"], [3], KINDS),
    *product(["A5"], [2], ["one row too many"]),
]


@pytest.mark.parametrize(("name", "arity", "kind"), NETWORKS)
def test_a_margin_bounds_the_structure(name: str, arity: int, kind: str) -> None:
    """docs/theory.md, Theorem 34, on networks near the optimum; each inequality up to rounding."""
    group, solution, neurons = attained(name, arity)
    proved = 0
    for size in (0.0, 0.02, 0.2):
        found = measure(group, perturbed(group, neurons, kind, size))
        assert found.margin <= solution.gamma_star * (1 + 1e-9)  # Theorem 12, on a network nobody designed
        rho = max(0.0, found.margin / solution.gamma_star)
        proved += rho > 0.5
        assert found.purity >= (rho**2 if arity == 2 else rho) - 1e-9
        gaps = np.array([[1 - x[g] for g in range(1, group.order)] for _, _, x in group.rows])
        costs = np.array([(d * nu) ** ((arity - 1) / 2) for d, nu, _ in group.rows])
        cost = float(solution.cost)
        assert (found.mean / costs * cost @ gaps).min() >= rho - 1e-9
        dual = np.array([float(y) for y in solution.dual])
        x_of_class = np.array(
            [[x[np.argmax(group.classes == c)] for c in range(len(dual))] for _, _, x in group.rows]
        )
        loads = (1 - x_of_class) @ dual / costs
        trivial = 1 - found.mean.sum()
        assert loads.max() <= 1 + 1e-12
        assert (1 - loads) @ found.mean + trivial <= 1 - found.margin / solution.gamma_star + 1e-9
    assert proved >= 2


def test_a_margin_above_the_bound_would_be_noticed() -> None:
    """The inequalities are no tautologies: a wrong exponent fails on the centred memorising network."""
    group = brute("Z5")
    eye = np.eye(5) - 0.2
    neurons = np.array([[eye[a], eye[b], eye[group.product[a, b]]] for a in range(5) for b in range(5)])
    found = measure(group, neurons)
    rho = found.margin / solve(character_table_of(parse("Z5").build())).gamma_star
    assert found.purity == pytest.approx(rho**2)
    assert found.purity < rho - 0.1
