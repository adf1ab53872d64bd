"""The rows of the census that docs/findings.md speaks of, without what it does not need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

ARITIES = (2, 3, 4)
BULKY = ("cyclic", "dihedral", "dicyclic")  # their irreps are not read: closed forms settle them
FLAT = (
    "key collection expression name order gap_id properties faithful_degree table_invariant arity cost "
    "cost_exact structure_gain theorem9_condition plancherel_optimal"
).split()
PARTS = [f"irreps.list.element.{name}" for name in "degree indicator conjugates orbit status weight".split()]
PARTS.append("classes.list.element.status")
KINDS: dict[str, Callable[[Row], bool]] = {
    "abelian": lambda row: "abelian" in row.properties,
    "$p$-groups, not abelian": lambda row: "p-group" in row.properties,
    "nilpotent, none of these": lambda row: "nilpotent" in row.properties,
    "Frobenius": lambda row: "Frobenius" in row.properties,
    "supersolvable, none of these": lambda row: "supersolvable" in row.properties,
    "solvable, none of these": lambda row: "solvable" in row.properties,
    "not solvable": lambda row: True,
}


@dataclass(frozen=True)
class Irrep:
    """A nontrivial irrep or a pair of complex ones, as in the table."""

    degree: int
    indicator: int
    conjugates: int
    orbit: int
    status: str
    weight: str

    @property
    def size(self) -> int:
        """`d_R nu_R`."""
        return self.degree * (1 if self.indicator == 1 else 2)


@dataclass(frozen=True)
class Row:
    """What the findings need of a row of the census."""

    key: str
    collection: str
    expression: str
    name: str
    order: int
    gap_id: int | None
    properties: tuple[str, ...]
    faithful_degree: int | None
    table_invariant: str
    arity: int
    cost: float
    cost_exact: str
    structure_gain: float
    theorem9_condition: bool | None
    plancherel_optimal: bool
    irreps: tuple[Irrep, ...]
    classes: tuple[str, ...]

    @property
    def used(self) -> list[Irrep]:
        """The irreps that some max-margin network uses."""
        return [irrep for irrep in self.irreps if irrep.status != "excluded"]

    @cached_property
    def total(self) -> Fraction:
        """`sum a_R` in the network of the certificate."""
        return sum((Fraction(irrep.weight) for irrep in self.irreps), Fraction(0))

    def count(self, status: str) -> int:
        """Rows with a status."""
        return sum(irrep.status == status for irrep in self.irreps)

    @property
    def kind(self) -> str:
        """The first of `KINDS` that fits."""
        return next(name for name, holds in KINDS.items() if holds(self))

    @property
    def label(self) -> str:
        """For the text: structure and number."""
        return f"`{self.name}`" + (f" ({self.order}, {self.gap_id})" if self.gap_id else "")


@dataclass(frozen=True)
class Census:
    """All rows but those of the trivial group."""

    rows: tuple[Row, ...]

    def small(self, arity: int) -> list[Row]:
        """The groups of the Small Groups Library, by order and number."""
        found = [row for row in self.rows if row.collection == "small groups" and row.arity == arity]
        return sorted(found, key=lambda row: (row.order, row.gap_id or 0))

    def family(self, *names: str, arity: int | None = None) -> list[Row]:
        """The rows of some collections, by order."""
        found = [row for row in self.rows if row.collection in names and arity in (None, row.arity)]
        return sorted(found, key=lambda row: (row.order, row.key, row.arity))

    def groups(self) -> dict[str, dict[int, Row]]:
        """Key -> arity -> row."""
        found: dict[str, dict[int, Row]] = defaultdict(dict)
        for row in self.rows:
            found[row.key][row.arity] = row
        return found


def load(paths: Iterable[Path]) -> Census:
    """The rows of tables of the census, without what the findings do not need."""
    rows = []
    for path in paths:
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        table = pq.ParquetFile(path).read(columns=[*FLAT, *PARTS])
        table = table.filter(pc.is_valid(table["cost"]))
        bulky = pc.is_in(table["collection"], value_set=_array(BULKY))
        rows += [_row(line, ()) for line in table.filter(bulky).select(FLAT).to_pylist()]
        rows += [_row(line, line.pop("irreps")) for line in table.filter(pc.invert(bulky)).to_pylist()]
    return Census(tuple(rows))


def _array(names: Iterable[str]) -> Any:
    import pyarrow as pa

    return pa.array(list(names))


def _row(line: dict[str, Any], irreps: Iterable[dict[str, Any]]) -> Row:
    line["order"] = int(line["order"])
    line["properties"] = tuple(line["properties"])
    line["classes"] = tuple(part["status"] for part in line.get("classes", ()))
    return Row(irreps=tuple(Irrep(**{**part, "degree": int(part["degree"])}) for part in irreps), **line)
