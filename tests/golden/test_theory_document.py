"""docs/theory.md: its numbering, every reference to it, its numbers, and the formulas' survival on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod, sqrt
from pathlib import Path

import numpy as np
import pytest

from theory.characters.library import character_table
from theory.margins.exact import solve
from theory.margins.plancherel import plancherel_optimal
from theory.margins.solution import MarginSolution

KINDS = "Definition|Lemma|Theorem|Corollary|Proposition"
RESULT = re.compile(rf"^\*\*({KINDS}) (\d+)\*\*", re.MULTILINE)
REFERENCE = re.compile(rf"\b({KINDS}) (\d+)")
ROW = re.compile(r"^\| (\S+) \| (\d+) \| `(.+?)` \| (\S+) \| ([\d,]+) \| (yes|no) \|$", re.MULTILINE)
# Markdown eats a backslash before punctuation, and GitHub forbids these macros in formulas.
HOSTILE = re.compile(r"\\[,;!:{}|_#%&]|\\operatorname|\\newcommand|\\def\b")


@pytest.fixture(scope="module")
def document(root: Path) -> str:
    return (root / "docs" / "theory.md").read_text(encoding="utf-8")


def results(document: str) -> dict[int, str]:
    """Number -> kind; AssertionError unless the results are numbered 1, 2, 3, ... in order."""
    found = [(int(number), kind) for kind, number in RESULT.findall(document)]
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    return dict(found)


def wrong_references(text: str, known: Mapping[int, str]) -> list[str]:
    """References to results that do not exist under that kind and number, other papers' left out."""
    # "Theorem 7 of [MEOZK]", "[MEOZK, Theorem 8]", "arXiv:2311.07568, Theorems 7", "Theorem 9 of arXiv:..."
    text = re.sub(rf"({KINDS})s? \d+(, \d+)*( and \d+)? of (\[|arXiv|Morwani)", "", text)
    text = re.sub(rf"\[MEOZK, ({KINDS}) \d+\]", "", text)
    return [f"{kind} {number}" for kind, number in REFERENCE.findall(text) if known.get(int(number)) != kind]


def citations(text: str) -> Iterator[str]:
    """Whatever follows `docs/theory.md,` or stands beside it in one bracket or sentence."""
    for match in re.finditer(r"docs/theory\.md,?\s((?:[^.;)\"]|\n)*)", text):
        yield re.sub(r"arXiv:[\d.]+,\s(?:Theorem|Appendix)\s\w+", "", match.group(1))


def test_results_are_numbered_in_order(document: str) -> None:
    assert len(results(document)) >= 41


@pytest.mark.parametrize(
    "text", ["**Lemma 1** a\n\n**Lemma 3** b", "**Lemma 2** a", "**Lemma 1**\n**Theorem 1**"]
)
def test_a_gap_in_the_numbering_is_noticed(text: str) -> None:
    with pytest.raises(AssertionError):
        results(text)


def test_the_contents_cover_every_result(document: str) -> None:
    head = document[: document.index("## 1.")]
    ranges = re.findall(r"\| (\d+)[–-](\d+) \||\| (\d+) \|$", head, re.MULTILINE)
    covered = [n for a, b, single in ranges for n in (range(int(a), int(b) + 1) if a else [int(single)])]
    assert covered == sorted(results(document))


def test_references_inside_the_document_exist(document: str) -> None:
    assert wrong_references(document, results(document)) == []


def test_references_from_the_code_exist(document: str, root: Path) -> None:
    known = results(document)
    files = [
        path
        for folder in ("theory", "certificates", "empirics", "tests", "benchmarks")
        for path in (root / folder).rglob("*.py")
    ]
    files += [*root.glob("*.md"), *(root / "docs").glob("*.md")]
    cited = 0
    for path in files:
        if path.name == Path(__file__).name:
            continue
        for citation in citations(path.read_text(encoding="utf-8")):
            cited += bool(REFERENCE.search(citation))
            assert wrong_references(citation, known) == [], f"{path}: {citation}"
    assert cited >= 15


@pytest.mark.parametrize(
    "text",
    [
        "(docs/theory.md, Theorem 99)",
        "(docs/theory.md, Theorem 14)",  # Lemma 14
        "Source: docs/theory.md, Theorem 12 and Corollary 20.",
        '"docs/theory.md, Lemma 4; arXiv:2311.07568, Theorem 9" docs/theory.md, Corollary 26',
    ],
)
def test_wrong_references_are_noticed(text: str, document: str) -> None:
    known = results(document)
    assert any(wrong_references(citation, known) for citation in citations(text))


def test_references_to_papers_are_no_references_to_us(document: str) -> None:
    known = results(document)
    text = '"docs/theory.md, Corollary 25; arXiv:2311.07568, Theorem 9" and docs/theory.md, Theorem 26'
    assert all(not wrong_references(citation, known) for citation in citations(text))


def hostile_formulas(document: str) -> list[str]:
    """What GitHub would mangle: backslash-punctuation inline, forbidden macros, stray or loose dollars."""
    inline = re.sub(r"^```math$.*?^```$", "", document, flags=re.MULTILINE | re.DOTALL)
    inline = re.sub(r"`[^`\n]*`", "", inline)
    found = [match.group() for match in HOSTILE.finditer(inline)]
    for paragraph in re.split(r"\n\s*\n", inline):
        parts = paragraph.split("$")
        if len(parts) % 2 == 0:
            found.append(paragraph[:40])
        for before, formula, after in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            # a formula starts after and ends before something that is no letter or digit, without inner space
            if formula != formula.strip() or re.search(r"\w\Z", before) or re.match(r"\w", after):
                found.append(formula)
    return found + re.findall(r"\\operatorname", document)


@pytest.mark.parametrize("name", ["theory.md", "conventions.md"])
def test_formulas_survive_github(name: str, root: Path) -> None:
    assert hostile_formulas((root / "docs" / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text", [r"$a\,b$", r"$\{1\}$", r"$\operatorname{tr}$", "$a", "$a$ and $b", "$ a$", "x$a$", "$n$th"]
)
def test_hostile_formulas_are_noticed(text: str) -> None:
    assert hostile_formulas(text)


def missing_modules(document: str, root: Path) -> list[str]:
    named = re.findall(r"`([\w/]+\.py)`", document)
    assert named
    return [path for path in named if not (root / path).is_file()]


def test_the_modules_named_exist(document: str, root: Path) -> None:
    assert missing_modules(document, root) == []
    assert missing_modules("`theory/margins/nowhere.py`", root) == ["theory/margins/nowhere.py"]


def network_width(solution: MarginSolution) -> int:
    """The width of docs/theory.md, Theorem 15, for the weights that the solver returns."""
    k = solution.arity
    factor = {1: 2 ** (k - 1), 0: 2 ** (2 * k - 1), -1: 2 ** (2 * k - 2)}
    return sum(
        factor[row.indicator] * row.degree ** (k + 1)
        for row, a in zip(solution.rows, solution.primal, strict=True)
        if a
    )


def table_row(name: str, arity: int) -> tuple[str, str, str, str, str, str]:
    solution = solve(character_table(name), arity)
    optimal = "yes" if plancherel_optimal(solution.table, arity) else "no"
    return (
        name,
        str(arity),
        str(solution.cost),
        repr(solution.gamma_star),
        f"{network_width(solution):,}",
        optimal,
    )


def test_the_numbers_are_what_the_solver_finds(document: str) -> None:
    rows = ROW.findall(document)
    assert len(rows) >= 20
    assert sum(line.count("| yes |") + line.count("| no |") for line in document.splitlines()) == len(rows)
    assert rows == [table_row(name, int(arity)) for name, arity, *_ in rows]


@pytest.mark.requires("gap")
def test_a_quotient_can_cost_more(document: str) -> None:
    """The example after Proposition 33: no monotone law for quotients."""
    cover, quotient = (
        solve(character_table(f'gap:CharacterTable("{name}")')) for name in ("4_1.L3(4)", "L3(4)")
    )
    assert (str(cover.cost), str(quotient.cost)) == ("32/7", "5/2*sqrt(5)")
    assert cover.cost < quotient.cost
    assert {row.degree for row, a in zip(cover.rows, cover.primal, strict=True) if a} == {8}
    assert r"\frac{32}7" in document
    assert r"\frac52\sqrt5" in document


def test_a_wrong_number_is_noticed() -> None:
    text = "| S3 | 2 | `1/6 + 2/3*sqrt(2)` | 0.0236049693104908 | 18 | yes |"
    ((name, arity, *rest),) = ROW.findall(text)
    assert (name, arity, *rest) != table_row(name, int(arity))


def test_how_far_theorem_9_falls_short_of_a5(document: str) -> None:
    ratio = (18 * sqrt(3) + 32 + 25 * sqrt(5)) / 60 / float(solve(character_table("A5")).cost)
    assert f"$ {ratio:.4f}$".replace(" ", "") in document


def cosine_neurons(n: int, frequency: int, phases: list[tuple[Fraction, Fraction]]) -> list[np.ndarray]:
    """Neurons `(u_1, u_2, w)` of cosines of one frequency; phases in units of a full turn."""
    turn = 2 * np.pi * frequency * np.arange(n) / n
    return [
        np.array([np.cos(turn + 2 * np.pi * float(x)) for x in (first, second, first + second)])
        for first, second in phases
    ]


def normalised_margin(neurons: list[np.ndarray]) -> float:
    """The normalised margin for two factors on `Z_n`, over every input and wrong label."""
    n = neurons[0].shape[1]
    logits = sum((u[:, None] + v[None, :])[:, :, None] ** 2 * w for u, v, w in neurons)
    label = np.add.outer(np.arange(n), np.arange(n)) % n
    correct = np.take_along_axis(logits, label[:, :, None], axis=2)
    gaps = correct - logits
    np.put_along_axis(gaps, label[:, :, None], np.inf, axis=2)
    return float(gaps.min() / sum(np.linalg.norm(neuron) ** 3 for neuron in neurons))


SIX = [(Fraction(s, 6), Fraction(4 * s, 6)) for s in range(6)]
FOUR = [(Fraction(a, 8), Fraction(b, 8)) for a, b in ((3, 7), (7, 5), (5, 1), (5, 3))]


def small_network(n: int) -> list[np.ndarray]:
    """The networks named after Theorem 15: each row's neurons spend its Plancherel share of the budget."""
    if n % 2:
        return [neuron for f in range(1, (n + 1) // 2) for neuron in cosine_neurons(n, f, SIX)]
    sign = (-1.0) ** np.arange(4)
    rows = [
        (1.0, [np.array([sign, sign, sign]), np.array([sign, -sign, -sign])]),
        (2 * sqrt(2), cosine_neurons(4, 1, FOUR)),
    ]
    return [
        neuron * (share / len(neurons)) ** (1 / 3) / np.linalg.norm(neuron)
        for share, neurons in rows
        for neuron in neurons
    ]


@pytest.mark.parametrize(("n", "width"), [(3, 6), (4, 6), (5, 12)])
def test_small_networks_attain_gamma_star(n: int, width: int) -> None:
    network = small_network(n)
    assert len(network) == width
    assert normalised_margin(network) == pytest.approx(solve(character_table(f"Z{n}")).gamma_star, rel=1e-12)


def test_an_odd_phase_spoils_a_small_network() -> None:
    network = cosine_neurons(3, 1, [*SIX[:-1], (Fraction(1, 7), Fraction(2, 3))])
    assert normalised_margin(network) < 0.999 * solve(character_table("Z3")).gamma_star


@pytest.mark.parametrize("n", [5, 9, 11])
def test_the_purity_bound_is_sharp_on_the_centred_memorising_network(n: int) -> None:
    """docs/theory.md, Proposition 35."""
    eye = np.eye(n) - 1 / n
    neurons = [np.array([eye[a], eye[b], eye[(a + b) % n]]) for a in range(n) for b in range(n)]
    ratio = normalised_margin(neurons) / solve(character_table(f"Z{n}")).gamma_star
    spectrum = np.abs(np.fft.fft(neurons[1], axis=1)) ** 2 / n
    purity = 2 * spectrum.sum(axis=0)[1 : (n + 1) // 2] / (neurons[1] ** 2).sum()
    assert purity == pytest.approx(np.full((n - 1) // 2, 2 / (n - 1)))
    assert ratio**2 == pytest.approx(2 / (n - 1))
    assert prod(purity.shape) == (n - 1) // 2
