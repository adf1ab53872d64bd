"""The evidence on docs/findings.md: one function a block, from the rows of the census to Markdown."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Any

from findings_partitions import conjugate, partitions, restricted_degree
from findings_rows import ARITIES, KINDS, Census, Irrep, Row

EQUAL = Path(__file__).resolve().parents[1] / "results" / "atlas" / "equal_tables.json"


def table(head: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """A table in Markdown."""
    columns = list(head)
    text = "| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|\n"
    return text + "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def listed(items: Iterable[str], most: int = 12) -> str:
    """Items with commas, the first few of many."""
    found = list(items)
    return ", ".join(found[:most]) + (f", ... ({len(found)} in all)" if len(found) > most else "")


def data(census: Census) -> str:
    groups = census.groups()
    small = census.small(2)
    return (
        f"{len(groups):,} entries (a group may have several names), each with two, three and four factors "
        f"({len(census.rows):,} rows); {len(small):,} of them are all groups of order 2 to "
        f"{max(row.order for row in small)}.\n"
    )


def dichotomy(census: Census) -> str:
    rows = [row for row in census.rows if row.irreps]
    wrong = [row for row in rows if (row.count("excluded") == 0) != row.plancherel_optimal]
    strict = [row for row in rows if row.plancherel_optimal and not set(row.classes) <= {"every"}]
    return (
        f"In {len(rows) - len(wrong):,} of {len(rows):,} rows with their irreps the two agree. Where the "
        f"condition holds, some $y_C$ is zero in {len(strict)} rows"
        + (f" ({listed(f'{row.name}, k={row.arity}' for row in strict)})" if strict else "")
        + ".\n"
    )


def kinds(census: Census) -> str:
    lines = []
    for name in [*KINDS, "all"]:
        cells: list[object] = [name]
        for arity in ARITIES:
            rows = [row for row in census.small(arity) if name in (row.kind, "all")]
            if arity == 2:
                cells.append(f"{len(rows):,}")
            cells.append(f"{sum(row.plancherel_optimal for row in rows):,}")
        lines.append(cells)
    return table(["kind", "groups", "k = 2", "k = 3", "k = 4"], lines)


def theorem9(census: Census) -> str:
    rows = [row for row in census.small(2) if row.theorem9_condition is not None]
    holds = [row for row in rows if row.theorem9_condition]
    general = [row for row in rows if row.plancherel_optimal]
    failing = [row.label for row in rows if not row.theorem9_condition]
    same = "the same groups" if {r.key for r in holds} == {r.key for r in general} else "not the same groups"
    return (
        f"All irreps are real in {len(rows)} groups; the published condition holds in {len(holds)} of them, "
        f"the general one in {len(general)} ({same}). It fails in {listed(failing, 20)}.\n"
    )


def least(census: Census) -> str:
    lines = []
    for name in KINDS:
        cells = [name]
        for arity in ARITIES:
            failing = [r for r in census.small(arity) if r.kind == name and not r.plancherel_optimal]
            cells.append(failing[0].label if failing else "none")
        lines.append(cells)
    return "The least groups in which the condition fails:\n\n" + table(
        ["kind", "k = 2", "k = 3", "k = 4"], lines
    )


def arity(census: Census) -> str:
    text = ""
    for low, high in ((2, 3), (3, 4), (2, 4)):
        pairs = [(g[low], g[high]) for g in census.groups().values() if {low, high} <= set(g)]
        lost = sum(a.plancherel_optimal and not b.plancherel_optimal for a, b in pairs)
        gained = [b.name for a, b in pairs if b.plancherel_optimal and not a.plancherel_optimal]
        text += (
            f"- from k = {low} to k = {high}: {lost} groups lose the condition, {len(gained)} gain it"
            + (f" ({listed(gained)})" if gained else "")
            + ".\n"
        )
    return text


def frobenius(census: Census) -> str:
    rows = [row for k in ARITIES for row in census.small(k) if "Frobenius" in row.properties]
    holding = sum(row.plancherel_optimal for row in rows)
    affine = census.family("AGL(1,q)")
    return (
        f"The condition holds in {holding} of the {len(rows)} rows of Frobenius groups of order at most 100 "
        f"({len(rows) // 3} groups), and in {sum(row.plancherel_optimal for row in affine)} of the "
        f"{len(affine)} rows of AGL(1,q), q at most 64.\n"
    )


def primes(census: Census) -> str:
    lines = []
    for order in (8, 16, 32, 64, 27, 81):
        cells: list[object] = [order]
        for arity in ARITIES:
            rows = [row for row in census.small(arity) if row.order == order]
            if arity == 2:
                cells.append(len(rows))
            cells.append(sum(row.plancherel_optimal for row in rows))
        lines.append(cells)
    odd = [row for k in ARITIES for row in census.small(k) if row.order % 2]
    text = table(["order", "groups", "condition, k = 2", "k = 3", "k = 4"], lines)
    holding = sum(row.plancherel_optimal for row in odd)
    return (
        text + f"\nOdd order up to 100: it holds in {holding} of {len(odd)} rows ({len(odd) // 3} groups).\n"
    )


def bounded(census: Census) -> str:
    rows = [r for k in ARITIES for r in census.small(k) if all(irrep.size <= 2 for irrep in r.irreps)]
    holding = sum(row.plancherel_optimal for row in rows)
    return (
        f"{len(rows) // 3} groups of order at most 100 are of this kind; it holds in {holding} of "
        f"{len(rows)} rows.\n"
    )


def powers(census: Census) -> str:
    first: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = census.family("direct powers", arity=2)
    for row in rows:
        base, exponent = row.name.rsplit("^", 1)
        if not row.plancherel_optimal:
            first[base].append((int(exponent), row.order))
    shown = sorted((min(found)[1], base, min(found)[0]) for base, found in first.items())
    abelian = [row for row in rows if "abelian" in row.properties]
    others = [row.name for row in rows if row.plancherel_optimal and "abelian" not in row.properties]
    return (
        f"Of {len(rows)} direct powers, {sum(r.plancherel_optimal for r in rows)} satisfy the condition at "
        f"k = 2: {sum(r.plancherel_optimal for r in abelian)} of the {len(abelian)} abelian ones and "
        f"{len(others)} others"
        + (f" ({listed(others, 20)})" if others else "")
        + ". The first power that fails: "
        + listed(f"{base}^{exponent}" for _, base, exponent in shown)
        + ".\n"
    )


def cheapest(census: Census) -> str:
    text = ""
    for k in ARITIES:
        by_order: dict[int, list[Row]] = defaultdict(list)
        for row in census.small(k):
            by_order[row.order].append(row)
        attained = [
            row
            for order, rows in by_order.items()
            for row in rows
            if row.cost_exact == str(_least_cost(order, k))
        ]
        missing = len(by_order) - len({row.order for row in attained})
        least = all(min(r.cost for r in rows) == next(r.cost for r in attained if r.order == order)
                    for order, rows in by_order.items() if not missing)  # fmt: skip
        nonabelian = [row for row in attained if "abelian" not in row.properties]
        text += (
            f"- k = {k}: the bound is attained in each of the {len(by_order) - missing} orders"
            f"{' and is the least cost there' if least else ''}, by {len(attained)} groups, "
            f"{len(nonabelian)} of them not abelian.\n"
        )
    return text


def _least_cost(order: int, arity: int) -> Any:
    from theory.margins.radicals import RadicalSum, half_power

    twos = order & -order
    return (RadicalSum.of(twos - 1) + half_power(2, arity - 1) * (order - twos)) / order


def dearest(census: Census) -> str:
    lines = []
    for k in ARITIES:
        rows = census.small(k)
        worst = min((row for row in rows if row.order > 3), key=lambda row: row.structure_gain)
        nonabelian = min((r for r in rows if "abelian" not in r.properties), key=lambda r: r.structure_gain)
        dear = max(rows, key=lambda row: row.cost)
        best = max(rows, key=lambda row: row.structure_gain)
        lines.append(
            [
                k,
                *(f"{r.label} {r.structure_gain:.3f}" for r in (best, worst, nonabelian)),
                f"{dear.label} {dear.cost:.4f}",
            ]
        )
    text = table(
        ["k", "largest gain", "least gain, order above 3", "least gain, not abelian", "largest cost"], lines
    )
    last, records = 0.0, []
    for row in sorted(census.small(2), key=lambda row: (row.order, -row.cost)):
        if row.cost > last + 1e-12 and row.order > 6:
            records.append(f"{row.label} {row.cost:.4f}")
        last = max(last, row.cost)
    return (
        text
        + "\nGroups dearer than all of smaller order (k = 2, order above 6): "
        + listed(records, 40)
        + ".\n"
    )


def bounds(census: Census) -> str:
    low, high = [], []
    for row in census.rows:
        h = (row.arity - 1) / 2
        low.append((row.structure_gain / (sqrt(row.order) / 2) ** h, row))
        high.append((row.structure_gain * (1 - 1 / row.order) / row.order**h, row))
    (a, below), (b, above) = min(low, key=lambda x: x[0]), max(high, key=lambda x: x[0])
    return (
        f"Over all {len(census.rows):,} rows the gain is at least {a:.3f} times the lower bound "
        f"({below.name}, k = {below.arity}) and at most {b:.3f} times the upper one ({above.name}).\n"
    )


def symmetric(census: Census) -> str:
    groups = census.groups()
    lines = []
    for n in range(5, 21):
        cells: list[object] = [n]
        for k in ARITIES:
            cells.append(_used_partitions(n, groups[f"a{n}"][k]))
        equal = [k for k in ARITIES if groups[f"a{n}"][k].cost_exact == groups[f"s{n}"][k].cost_exact]
        cells.append(", ".join(map(str, equal)) or "none")
        cells.append("; ".join(_statuses(groups[f"s{n}"][k]) for k in ARITIES))
        lines.append(cells)
    return table(
        [
            "n",
            "used in A_n, k = 2",
            "k = 3",
            "k = 4",
            "cost of S_n = cost of A_n at k",
            "S_n: required + possible of irreps, k = 2; 3; 4",
        ],
        lines,
    )


def _statuses(row: Row) -> str:
    return f"{row.count('required')} + {row.count('possible')} of {len(row.irreps)}"


def _used_partitions(n: int, row: Row) -> str:
    """The irreps used, by partitions; a conjugate partition has the same restriction and is not repeated."""
    if not row.count("excluded"):
        return "all"
    names = []
    for degree in sorted({irrep.degree for irrep in row.used}):
        found = [p for p in partitions(n) if p >= conjugate(p) and restricted_degree(p) == degree]
        names.append(" or ".join("(" + ",".join(map(str, p)) + ")" for p in found))
    return ", ".join(names)


def psl(census: Census) -> str:
    seen: Counter[str] = Counter()
    wrong = []
    for row in census.family("PSL(2,q)"):
        q = int(row.expression.split(",")[1].rstrip(")"))
        case = "even q" if q % 2 == 0 else f"q = {q % 4} mod 4"
        expected = _psl_cost(q, row.arity)
        seen[case] += expected is not None
        if expected is not None and row.cost_exact != str(expected):
            wrong.append(f"{row.name}, k = {row.arity}")
    counts = ", ".join(f"{number} rows with {case}" for case, number in sorted(seen.items()))
    return (
        f"The formulas agree with the census in {counts}"
        + (f", except {listed(wrong)}" if wrong else "")
        + ".\n"
    )


def _psl_cost(q: int, arity: int) -> Any:
    """The cost by the formulas of the page; None where they do not claim anything."""
    from theory.margins.radicals import half_power

    h = arity - 1
    if q % 4 == 1:
        return (
            half_power((q + 1) // 2, h) * Fraction(q + 1, q - 1)
            if q >= 13 or (q == 9 and arity > 2)
            else None
        )
    torus = q + 1 if q % 2 == 0 else (q + 1) // 2
    if arity <= 3:
        other = half_power(q, h) * Fraction(q, torus * (q - 1))
        return half_power(q - 1, h) * Fraction(torus - 1, torus) + other
    delta = Fraction(2, (q - 1) * (torus - 1))
    return half_power(q - 1, h) / (1 - delta) if q != 7 or arity > 4 else None


SIMPLE = ("alternating", "PSL(2,q)", "sporadic", "simple")


def simple(census: Census) -> str:
    lines = []
    for k in ARITIES:
        rows = [r for r in census.family(*SIMPLE, arity=k) if {"simple"} & set(r.properties)]
        one = [row for row in rows if len(row.used) == 1]
        smallest = [r for r in rows if all(i.size == min(x.size for x in r.irreps) for i in r.used)]
        required = [row for row in rows if row.count("required") == 1]
        lines.append(
            [k, len(rows), len(one), len(required), len(smallest), sum(r.plancherel_optimal for r in rows)]
        )
    return table(
        [
            "k",
            "entries",
            "one row used",
            "one row required",
            "only rows of least d ν used",
            "condition",
        ],
        lines,
    )


def sporadic(census: Census) -> str:
    lines = []
    groups = census.groups()
    for row in census.family("sporadic", arity=2):
        cells: list[object] = [row.name, len(row.irreps)]
        for k in ARITIES:
            used = groups[row.key][k].used
            cells.append(
                ", ".join(_degree_text(irrep) for irrep in used) if len(used) < 9 else f"{len(used)} rows"
            )
        lines.append(cells)
    return table(["group", "rows", "used, k = 2", "k = 3", "k = 4"], lines)


def _degree_text(irrep: Irrep) -> str:
    pair = "+conj." if irrep.conjugates == 2 else ""
    return f"{irrep.degree}{pair}" + ("?" if irrep.status == "possible" else "")


def few(census: Census) -> str:
    text = ""
    for k in ARITIES:
        rows = census.small(k)
        one = [row.label for row in rows if len(row.used) == 1]
        required = [row.label for row in rows if row.count("required") == 1]
        none = [row.label for row in rows if row.count("required") == 0]
        text += (
            f"- k = {k}: one row used in {listed(one, 4)}; exactly one required in {listed(required, 5)}; "
            f"none required in {listed(none, 4)}.\n"
        )
    return text


def required(census: Census) -> str:
    lines = []
    for k in ARITIES:
        rows = census.small(k)
        total = sum(len(row.irreps) for row in rows)
        counts = [sum(row.count(status) for row in rows) for status in ("required", "possible", "excluded")]
        full = sum(row.count("required") == len(row.irreps) for row in rows)
        lines.append([k, f"{total:,}", *(f"{count:,} ({count / total:.1%})" for count in counts), full])
    return table(
        ["k", "rows in all", "required", "possible", "excluded", "groups in which every row is required"],
        lines,
    )


def weight(census: Census) -> str:
    rows = [row for row in census.rows if row.irreps]
    heavy = [row for row in rows if row.total >= 1]
    light = [row for row in rows if row.total == 1 - Fraction(1, row.order)]
    agree = all(row.plancherel_optimal == (row.total < 1) for row in rows)
    return (
        f"Of {len(rows):,} rows with their irreps the weights of the certificate add up to $1-1/n$ in "
        f"{len(light):,}, to at least one in {len(heavy):,}, to something else in "
        f"{len(rows) - len(light) - len(heavy)}; "
        + (
            "these are those where the condition holds and fails.\n"
            if agree
            else "THIS IS NOT THE CONDITION.\n"
        )
    )


def faithful(census: Census) -> str:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in census.small(2):
        found[row.faithful_degree or 0].append(row)
    lines = []
    for d, rows in sorted(found.items()):
        dear = max(rows, key=lambda row: row.cost)
        lines.append([d or "no faithful irrep", len(rows), f"{dear.cost:.4f}", dear.label])
    return table(["least degree of a faithful irrep", "groups", "largest cost, k = 2", "of"], lines)


def tables(census: Census) -> str:
    rows = census.small(2)
    digests = len({row.table_invariant for row in rows})
    equal = json.loads(EQUAL.read_text(encoding="utf-8"))
    costs = {(row.order, row.gap_id, k): row.cost_exact for k in ARITIES for row in census.small(k)}
    differ = [(n, numbers) for n, numbers in equal["values"] if len({costs[n, i, 2] for i in numbers}) > 1]
    agree = all(
        len({costs[n, i, k] for i in numbers}) == 1 for n, numbers in equal["program"] for k in ARITIES
    )
    (n, numbers), *_ = same = equal["program"]
    sharing, classes = sum(len(numbers) for _, numbers in equal["values"]), len(equal["values"])
    pairs = sum(len(numbers) * (len(numbers) - 1) // 2 for _, numbers in same)
    return (
        f"The {len(rows):,} groups of order at most 100 have {digests:,} different digests. Without power "
        f"maps, {sharing} of them share their matrix of values with another, in {classes} classes; the costs "
        f"differ within {len(differ)} of these (k = 2), the least at order {differ[0][0]}, because the "
        f"indicators do. With equal values and indicators, hence equal programs: "
        f"{sum(len(numbers) for _, numbers in same)} groups in {len(same)} classes ({pairs} pairs), the "
        f"least being order {n}, numbers {' and '.join(map(str, numbers))}; the costs within a class "
        f"{'agree' if agree else 'DISAGREE'} at every arity.\n"
    )


def equal_costs(census: Census) -> str:
    text = []
    for chosen in ((2,), ARITIES):
        costs: dict[tuple[object, ...], list[str]] = defaultdict(list)
        groups = census.groups()
        for row in census.small(2):
            costs[(row.order, *(groups[row.key][k].cost_exact for k in chosen))].append(row.label)
        shared = [rows for rows in costs.values() if len(rows) > 1]
        text.append(
            f"{len(costs)} different pairs of order and cost at k = {', '.join(map(str, chosen))}, "
            f"{len(shared)} of them shared, first by {' and '.join(shared[0])}"
        )
    return "; ".join(text) + ".\n"


def trades(census: Census) -> str:
    text = ""
    for k in ARITIES:
        rows = census.small(k)
        possible = [row.label for row in rows if row.count("possible")]
        orbits = [row.label for row in rows if _traded(row)]
        off = [row.label for row in rows if "none" in row.classes]
        text += (
            f"- k = {k}: some row is only possible in {len(possible)} groups, first {possible[0]}; a Galois "
            f"orbit of several rows is only possible in {len(orbits)}, first {orbits[0]}; a class lies on no "
            f"margin in {len(off)}, first {off[0]}.\n"
        )
    return text


def _traded(row: Row) -> bool:
    orbits: dict[int, set[str]] = defaultdict(set)
    sizes = Counter(irrep.orbit for irrep in row.irreps)
    for irrep in row.irreps:
        orbits[irrep.orbit].add(irrep.status)
    return any(found == {"possible"} and sizes[number] > 1 for number, found in orbits.items())


EVIDENCE: dict[str, Callable[[Census], str]] = {
    function.__name__: function
    for function in (
        data, dichotomy, weight, bounded, kinds, theorem9, least, arity, frobenius, primes, powers,
        cheapest, bounds, dearest, symmetric, psl, simple, sporadic, faithful, tables, equal_costs,
        required, few, trades,
    )
}  # fmt: skip
