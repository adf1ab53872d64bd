"""The explicit network attains gamma*: on every input, for irreps of all three types, for several factors."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest

import theory.margins.attaining as attaining_module
import theory.margins.network as network_module
from theory.characters.library import character_table
from theory.errors import LimitError
from theory.groups.naming import resolve
from theory.margins.attaining import AttainingNetwork, NetworkWeights, block_width, build, check_limits
from theory.margins.exact import solve
from theory.margins.forward import forward_pass, rounding_bound
from theory.margins.network import evaluate
from theory.margins.sampling import IdentityMargin, identity_margin, sampled_margin
from theory.margins.solution import ClassStatus, MarginSolution
from theory.representations.alignment import columns_of_elements

RATIO = 1e-10  # the promise of the acceptance list; what comes out is below 1e-14

# Width and cost* of the design (shared/design.md, section 1).
REFERENCE = {
    ("Z5", 2): 16,
    ("Z4", 2): 10,
    ("S3", 2): 18,
    ("D4", 2): 22,
    ("Q8", 2): 38,
    ("SL(2,3)", 2): 158,
    ("S3", 3): 68,
    ("Q8", 3): 268,
}
CASES = [
    *REFERENCE,
    *(
        (name, 2)
        for name in ("Z2", "Z3", "Z12", "V4", "A4", "D5", "S4", "A5", "AGL(1,5)", "Heis(3)", "Z7:Z3", "Q16")
    ),
    *((name, 3) for name in ("Z2", "Z5", "Z6", "V4", "D4", "A4", "Dic3", "SL(2,3)")),
    *((name, 4) for name in ("Z2", "Z3", "Z4", "S3", "Q8")),
]


@cache
def solved(name: str, arity: int) -> MarginSolution:
    return solve(character_table(resolve(name)), arity)


@cache
def network_of(name: str, arity: int) -> AttainingNetwork:
    return build(solved(name, arity), resolve(name).build())


@pytest.mark.parametrize(("name", "arity"), CASES)
def test_every_input_has_the_margin(name: str, arity: int) -> None:
    evaluation = evaluate(network_of(name, arity))
    assert evaluation.method == "every input"
    assert evaluation.inputs_checked == resolve(name).build().order ** arity
    assert abs(evaluation.ratio - 1) <= RATIO
    assert abs(evaluation.margin_normalised - evaluation.gamma_star) <= evaluation.error_bound
    assert evaluation.error_bound <= 1e-9 * evaluation.gamma_star


@pytest.mark.parametrize(("case", "width"), REFERENCE.items())
def test_reference_widths(case: tuple[str, int], width: int) -> None:
    network = network_of(*case)
    assert network.width == width
    weights = network.weights()
    assert weights.input_weights.shape == (case[1], width, network.group.order)


@pytest.mark.parametrize(("indicator", "arity", "degree", "width"), [
    (1, 2, 3, 2 * 3**3),
    (0, 2, 3, 8 * 3**3),
    (-1, 2, 4, 4 * 4**3),
    (1, 4, 2, 8 * 2**5),
    (0, 4, 2, 128 * 2**5),
    (-1, 4, 2, 64 * 2**5),
])  # fmt: skip
def test_block_widths(indicator: int, arity: int, degree: int, width: int) -> None:
    assert block_width(degree, indicator, arity) == width


@pytest.mark.parametrize(("name", "arity"), [("S4", 2), ("Q8", 3), ("SL(2,3)", 2), ("A5", 2)])
def test_neurons_of_a_block_have_one_norm_and_the_block_its_share(name: str, arity: int) -> None:
    network = network_of(name, arity)
    for block in network.blocks:
        weights = block.weights(0, block.width)
        squares = (weights.input_weights**2).sum(axis=(0, 2)) + (weights.output_weights**2).sum(axis=1)
        assert np.ptp(squares) <= 1e-13 * squares.mean()
        assert abs((squares ** ((arity + 1) / 2)).sum() - block.share) <= 1e-13
        # equality in AM-GM: all k+1 weight vectors of a neuron are equally long
        parts = [*(weights.input_weights**2).sum(axis=2), (weights.output_weights**2).sum(axis=1)]
        assert np.ptp(parts) <= 1e-13 * np.mean(parts)
    assert abs(sum(block.share for block in network.blocks) - 1) <= 1e-13


@pytest.mark.parametrize(("name", "arity"), [("S3", 2), ("Q8", 2), ("Z4", 3), ("SL(2,3)", 2), ("Z3", 4)])
def test_logits_are_the_class_function(name: str, arity: int) -> None:
    """Every logit, from the definition in pure Python loops, is `gamma* sum_R a_R X_R(g_1...g_k c^-1)`."""
    network, solution = network_of(name, arity), solved(name, arity)
    weights, group = network.weights(), network.group
    columns = columns_of_elements(group, solution.table)
    generator = np.random.default_rng(0)
    for _ in range(20):
        inputs = generator.integers(0, group.order, size=arity)
        c = int(generator.integers(0, group.order))
        logit = 0.0
        for i in range(network.width):
            preactivation = sum(weights.input_weights[j, i, g] for j, g in enumerate(inputs))
            logit += preactivation**arity * weights.output_weights[i, c]
        label = np.array(0)
        for g in inputs:
            label = group.multiply(label, np.array(g))
        column = columns[group.multiply(label, group.inverse(np.array(c)))]
        exact = sum(
            float(a) * complex(_number(solution.table.values[row.index][column])).real / row.degree
            for row, a in zip(solution.rows, solution.primal, strict=True)
        )
        assert abs(logit - solution.gamma_star * exact) <= 1e-12 * solution.gamma_star


def _number(value: object) -> complex:
    from theory.characters.cyclotomic import to_complex

    return to_complex(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "arity"), [("S4", 2), ("A5", 2), ("SL(2,3)", 2), ("Q8", 3)])
def test_classes_of_every_optimum_lie_on_the_margin(name: str, arity: int) -> None:
    network, solution = network_of(name, arity), solved(name, arity)
    margins = identity_margin(network).margins / solution.gamma_star
    columns = columns_of_elements(network.group, solution.table)
    assert ClassStatus.EVERY in solution.structure.classes
    for h in range(1, network.group.order):
        if solution.structure.classes[columns[h]] is ClassStatus.EVERY:
            assert abs(margins[h] - 1) <= 1e-13
        else:
            assert margins[h] >= 1 - 1e-13


@pytest.mark.parametrize(
    ("name", "arity"), [("S4", 2), ("SL(2,3)", 2), ("Q8", 3), ("Z5", 4), ("S3", 4), ("A5", 2), ("Z4", 5)]
)
def test_both_methods_agree(name: str, arity: int) -> None:
    """The trace identity, the compiled samples and the forward pass over every input."""
    network = network_of(name, arity)
    identity = identity_margin(network)
    full = forward_pass(network.weights(), network.group)
    assert abs(identity.least - full.normalised) <= identity.error_bound + full.error_bound
    assert identity.error_bound <= 1e-11 * identity.least
    samples = sampled_margin(network, identity, 1000, seed=3)
    assert samples.deviation <= 1e-12 * identity.least
    assert samples.least >= identity.least - identity.error_bound - full.error_bound


def test_recipes_in_pieces_are_the_whole() -> None:
    for block in network_of("SL(2,3)", 3).blocks:
        whole = block.weights(0, block.width)
        cut = block.width // 3
        parts = [block.weights(0, cut), block.weights(cut, block.width)]
        assert np.array_equal(np.concatenate([part.output_weights for part in parts]), whole.output_weights)
        joined = np.concatenate([part.input_weights for part in parts], axis=1)
        assert np.array_equal(joined, whole.input_weights)


def test_method_and_samples_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "EVERY_INPUT_LIMIT", 10)
    told: list[tuple[int, int]] = []
    evaluation = evaluate(network_of("S4", 2), lambda *work: told.append(work), samples=5000)
    assert evaluation.method == "identity and samples"
    assert evaluation.inputs_checked == 5000
    assert evaluation.sample_deviation is not None
    assert evaluation.sample_deviation <= 1e-12 * evaluation.gamma_star
    assert abs(evaluation.ratio - 1) <= RATIO
    assert told[-1][0] == told[-1][1] == 5000 * network_of("S4", 2).width
    monkeypatch.setattr(network_module, "ACTIVATION_LIMIT", 1000 * network_of("S4", 2).width)
    assert evaluate(network_of("S4", 2)).inputs_checked == 1000


def test_progress_over_every_input() -> None:
    told: list[tuple[int, int]] = []
    evaluate(network_of("Q8", 2), lambda *work: told.append(work))
    assert told[-1] == (64, 64)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "arity"), [("S6", 2), ("M11", 2), ("S5", 3)])
def test_large_groups(name: str, arity: int) -> None:
    evaluation = evaluate(build(solved(name, arity), resolve(name).build()))
    assert evaluation.method == "identity and samples"
    assert evaluation.inputs_checked == 10**6
    assert abs(evaluation.ratio - 1) <= RATIO
    assert evaluation.error_bound <= 1e-10 * evaluation.gamma_star


@pytest.mark.slow
@pytest.mark.parametrize(("name", "arity"), [("S5", 2), ("SL(2,5)", 2), ("S4", 3), ("S4", 4), ("SL(2,3)", 4)])
def test_every_input_of_larger_groups(name: str, arity: int) -> None:
    evaluation = evaluate(build(solved(name, arity), resolve(name).build()))
    assert evaluation.method == "every input"
    assert abs(evaluation.ratio - 1) <= RATIO


# Networks that must not pass.


@pytest.mark.parametrize(("name", "arity"), [("Z5", 2), ("S3", 2), ("Q8", 2), ("S3", 3)])
def test_perturbed_networks_have_a_smaller_margin(name: str, arity: int) -> None:
    """gamma* is the maximum: no perturbation of any size gains; and the forward pass sees the loss."""
    network = network_of(name, arity)
    weights = network.weights()
    gamma = solved(name, arity).gamma_star
    generator = np.random.default_rng(1)
    for size in (1e-6, 1e-3, 1e-1):
        for _ in range(5):
            noise = [
                generator.standard_normal(w.shape) for w in (weights.input_weights, weights.output_weights)
            ]
            typical = np.sqrt((weights.output_weights**2).mean())
            moved = NetworkWeights(
                weights.input_weights + size * typical * noise[0],
                weights.output_weights + size * typical * noise[1],
            )
            found = forward_pass(moved, network.group)
            assert found.normalised < gamma * (1 - size * 1e-3)


def test_dropping_a_neuron_or_a_sign_is_noticed() -> None:
    network = network_of("S3", 2)
    weights, gamma = network.weights(), solved("S3", 2).gamma_star
    for i in range(network.width):
        kept = np.delete(np.arange(network.width), i)
        fewer = NetworkWeights(weights.input_weights[:, kept], weights.output_weights[kept])
        assert forward_pass(fewer, network.group).normalised < gamma * 0.99
        flipped = weights.output_weights.copy()
        flipped[i] *= -1
        worse = NetworkWeights(weights.input_weights, flipped)
        assert forward_pass(worse, network.group).normalised < gamma * 0.99


def test_zero_network_has_no_margin() -> None:
    weights = network_of("S3", 2).weights()
    zero = NetworkWeights(0 * weights.input_weights, 1 + 0 * weights.output_weights)
    assert forward_pass(zero, network_of("S3", 2).group).margin == 0


def test_network_of_another_group_fails() -> None:
    """D4 and Q8 have equal character tables, but the network of one does not multiply in the other."""
    d4, q8 = network_of("D4", 2), network_of("Q8", 2)
    assert forward_pass(d4.weights(), q8.group).normalised < 0


def test_samples_notice_wrong_neurons() -> None:
    network = network_of("SL(2,3)", 2)
    identity = identity_margin(network)
    block = network.blocks[-1]
    components = block.components.copy()
    components[0, 0, 0] *= 1.001
    wrong = replace(network, blocks=(*network.blocks[:-1], replace(block, components=components)))
    assert sampled_margin(wrong, identity, 500).deviation > 1e-5 * identity.least


def test_failed_identity_stops_the_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "EVERY_INPUT_LIMIT", 10)
    right = network_module.identity_margin

    def wrong(network: AttainingNetwork) -> IdentityMargin:
        identity = right(network)
        return replace(identity, margins=identity.margins * (1 + 1e-7))

    monkeypatch.setattr(network_module, "identity_margin", wrong)
    with pytest.raises(AssertionError, match="S3: the trace identity fails"):
        evaluate(network_of("S3", 2), samples=100)


def test_worst_input_is_where_the_margin_is() -> None:
    """One wrong output weight: the forward pass names the input and the label that suffer."""
    network = network_of("Z5", 2)
    weights = network.weights()
    outputs = weights.output_weights.copy()
    outputs[:, 3] = 0
    found = forward_pass(NetworkWeights(weights.input_weights, outputs), network.group)
    g, h, c = found.worst
    total = weights.input_weights[0, :, g] + weights.input_weights[1, :, h]
    label = int(network.group.multiply(np.array(g), np.array(h)))
    assert 3 in (label, c)
    assert np.isclose(total**2 @ (outputs[:, label] - outputs[:, c]), found.margin, rtol=1e-12)


def test_rounding_bound_holds_against_exact_arithmetic() -> None:
    """Fractions of the very same float weights: the true margin of a small network, without any rounding."""
    from fractions import Fraction

    network = network_of("S3", 2)
    weights, group = network.weights(), network.group
    exact_in = [[[Fraction(x) for x in row] for row in part] for part in weights.input_weights]
    exact_out = [[Fraction(x) for x in row] for row in weights.output_weights]
    least = None
    for g, h in product(range(6), repeat=2):
        squares = [(a[g] + b[h]) ** 2 for a, b in zip(*exact_in, strict=True)]
        logits = [sum(s * w[c] for s, w in zip(squares, exact_out, strict=True)) for c in range(6)]
        label = int(group.multiply(np.array(g), np.array(h)))
        margin = min(logits[label] - logits[c] for c in range(6) if c != label)
        least = margin if least is None else min(least, margin)
    found = forward_pass(weights, group)
    assert least is not None
    assert abs(found.margin - float(least)) <= rounding_bound(weights) <= 1e-12 * found.margin


def test_limits_are_stated_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LimitError, match=r"S12: explicit matrices .* the limit is 2 GiB"):
        check_limits(solved("S12", 2))
    check_limits(solved("S6", 4))
    monkeypatch.setattr(attaining_module, "WIDTH_LIMIT", 99_999)
    message = "S6: the explicit network for arity 4 has 100,000 neurons, the limit is 99,999"
    with pytest.raises(LimitError, match=message):
        check_limits(solved("S6", 4))
    with pytest.raises(LimitError, match=message):
        build(solved("S6", 4), resolve("S6").build())
