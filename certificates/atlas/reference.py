"""What GAP says of a batch of groups: generators, name, number in its library, and facts of its own table.

One process a batch, since GAP's start takes longer than most of its answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from certificates.atlas.catalogue import Subject
from theory.characters.table import CharacterTable
from theory.errors import GapError
from theory.groups.gap import EMIT_GROUP, run

__all__ = ["TIME_LIMIT", "Reference", "library_counts", "references"]

TIME_LIMIT = 900.0  # seconds of GAP a batch
IDENTIFIED = 2000  # largest order in the Small Groups Library's identification

_PROGRAM = (
    EMIT_GROUP
    + r"""
GammastarFacts := function(x) local t;
  if IsCharacterTable(x) then t := x; else t := CharacterTable(x); fi;
  return [Size(t), SizesConjugacyClasses(t), OrdersClassRepresentatives(t),
    List(Irr(t), chi -> chi[1]), Indicator(t, 2)];
end;;
GammastarSubject := function(table, group, wanted) local id;
  Print("[");
  if wanted then GammastarGroup(group); else Print("null"); fi;
  Print(",");
  if wanted then Emit(StructureDescription(group)); else Print("null"); fi;
  Print(",");
  id := fail;
  if group <> fail and Size(group) <= LIMIT and ID_AVAILABLE(Size(group)) <> fail then
    id := IdGroup(group)[2];
  fi;
  Emit(id);
  Print(",");
  Emit(GammastarFacts(table));
  Print("]");
end;;
""".replace("LIMIT", str(IDENTIFIED))
)


@dataclass(frozen=True)
class Reference:
    """GAP's answer about one group.

    Args:
        generators: what `theory.groups.gap.received` reads; None where our own name for the group serves.
        description: GAP's structure description; "" where it was not asked.
        gap_id: number among the groups of its order, if the library can tell.
        order: of the group.
        classes: (size, element order) of every class, sorted.
        irreps: (degree, Frobenius–Schur indicator) of every irrep, sorted.
    """

    generators: Any
    description: str
    gap_id: int | None
    order: int
    classes: tuple[tuple[int, int], ...]
    irreps: tuple[tuple[int, int], ...]

    def difference(self, table: CharacterTable) -> str:
        """What a table of ours has otherwise; "" if it agrees in all that GAP was asked."""
        classes = tuple(sorted(zip(table.class_sizes, table.element_orders, strict=True)))
        irreps = tuple(sorted(zip(table.degrees, table.indicators, strict=True)))
        facts = {
            "order": (table.order, self.order),
            "class sizes and element orders": (classes, self.classes),
            "degrees and Frobenius–Schur indicators": (irreps, self.irreps),
        }
        return ", ".join(name for name, (ours, theirs) in facts.items() if ours != theirs)


def library_counts(largest: int) -> list[int]:
    """How many groups there are of order 1, ..., `largest`.

    Raises:
        GapError: GAP is missing.
        InputError: the Small Groups Library does not reach that far; the first order it lacks is named.
    """
    from theory.errors import InputError

    found: list[int] | int = run(
        f"missing:=First([1..{largest}],n->SMALL_AVAILABLE(n)=fail);; "
        f"if missing=fail then Emit(List([1..{largest}],NumberSmallGroups)); else Emit(missing); fi;"
    )
    if isinstance(found, int):
        raise InputError(
            f"--max-order {largest}: the Small Groups Library has no list of the groups of order {found}; "
            f"at most {found - 1} is right"
        )
    return found


def references(subjects: Sequence[Subject]) -> list[Reference]:
    """GAP's answers about some groups, by one process.

    Raises:
        GapError: GAP fails on one of them, or does not end in time.
    """
    calls = []
    for subject in subjects:
        wanted = "true" if subject.collection == "small groups" else "false"
        group = subject.group or "fail"
        table = "g" if subject.table == subject.group else subject.table
        calls.append(
            f"(function() local g; g:={group}; GammastarSubject({table},g,{wanted}); return 0; end)();;"
        )
    separated = '\nPrint(",");\n'.join(calls)
    answers = run(f'{_PROGRAM}Print("[");\n{separated}\nPrint("]");', timeout=TIME_LIMIT)
    if not isinstance(answers, list) or len(answers) != len(subjects):
        raise GapError("gap: the answer is not what the program should print")
    return [_reference(*answer) for answer in answers]


def _reference(generators: Any, description: str | None, gap_id: int | None, facts: list[Any]) -> Reference:
    order, sizes, orders, degrees, indicators = facts
    return Reference(
        generators=generators,
        description=description or "",
        gap_id=gap_id,
        order=order,
        classes=tuple(sorted(zip(sizes, orders, strict=True))),
        irreps=tuple(sorted(zip(degrees, indicators, strict=True))),
    )
