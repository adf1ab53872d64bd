"""Character tables from GAP: library tables such as `CharacterTable("M")`, or the tables of groups it can
build.

Nothing is taken on trust that can be checked: an imported table passes `CharacterTable.verify`; of an
imported group only the generators are used, the table is our own.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.characters.assembly import assemble
from theory.characters.closed_forms import check_size
from theory.characters.cyclotomic import Value, from_terms
from theory.characters.table import CharacterTable
from theory.errors import GapError
from theory.groups.gap import EMIT_GROUP, received, run

__all__ = ["imported_table", "program"]

# Values go over the wire as places in the list of distinct ones, each with its conductor and its coefficients
# in the Zumbroich basis: [n, [exponent, numerator, denominator, exponent, ...]].
_PROGRAM = r"""
GammastarValue := function(v) local n, c, flat, i;
  n := Conductor(v); c := CoeffsCyc(v, n); flat := [];
  for i in [1..n] do
    if c[i] <> 0 then Append(flat, [i - 1, NumeratorRat(c[i]), DenominatorRat(c[i])]); fi;
  od;
  return [n, flat];
end;;
GammastarTable := function(t) local rows, values, version;
  if IsGroup(t) then GammastarGroup(t); return; fi;
  if not IsCharacterTable(t) then Emit(["other"]); return; fi;
  if not IsOrdinaryTable(t) then Emit(["modular", UnderlyingCharacteristic(t)]); return; fi;
  if NrConjugacyClasses(t) > 2500 then Emit(["classes", NrConjugacyClasses(t)]); return; fi;
  rows := List(Irr(t), ValuesOfClassFunction);
  values := Set(Concatenation(rows));
  version := Concatenation("GAP ", GAPInfo.Version);
  if IsBound(GAPInfo.PackagesLoaded.ctbllib) then
    version := Concatenation(version, ", CTblLib ", GAPInfo.PackagesLoaded.ctbllib[2]);
  fi;
  Emit(["table", Size(t), ClassNames(t, "ATLAS"), SizesConjugacyClasses(t), OrdersClassRepresentatives(t),
    List(PrimeDivisors(Size(t)), p -> [p, PowerMap(t, p)]), List(values, GammastarValue),
    List(rows, row -> List(row, v -> PositionSorted(values, v))), version]);
end;;
GammastarTable(
%s
);
"""


def program(expression: str) -> str:
    """What GAP runs for an expression."""
    return EMIT_GROUP + _PROGRAM % expression


def imported_table(expression: str) -> CharacterTable:
    """The verified table of what a GAP expression denotes: an ordinary character table, or a finite group.

    Args:
        expression: GAP code, from the command line only. The columns keep GAP's order and names.

    Raises:
        GapError: GAP is missing or fails, or the value is neither.
        LimitError: more than 2,500 classes, or a group that is too large to enumerate.
        InputError: GAP's table contradicts itself.
    """
    shown = f"gap:{expression}"
    answer = run(program(expression))
    match answer:
        case ["table", *fields]:
            return _table(shown, fields)
        case ["classes", int(classes)]:
            check_size(shown, classes)
        case ["modular", int(p)]:
            raise GapError(f"{shown}: a Brauer table modulo {p}; give an ordinary character table")
        case ["other"]:
            raise GapError(
                f'{shown}: neither a group nor a character table; give for example gap:CharacterTable("M11")'
            )
    from theory.characters.burnside_dixon import character_table_of

    return character_table_of(received(expression, answer))


def _table(name: str, fields: list[Any]) -> CharacterTable:
    order, class_names, sizes, orders, power_maps, values, codes, version = fields
    alphabet = [_value(n, flat) for n, flat in values]
    table = assemble(
        name=name,
        order=order,
        class_names=class_names,
        class_sizes=sizes,
        element_orders=orders,
        power_maps={p: [target - 1 for target in image] for p, image in power_maps},
        rows=[tuple([alphabet[code - 1] for code in row]) for row in codes],
        realisation=None,
        source=version,
    )
    table.verify()
    return table


def _value(n: int, flat: list[int]) -> Value:
    triples = zip(flat[::3], flat[1::3], flat[2::3], strict=True)
    return from_terms(n, {i: Fraction(a, b) if b > 1 else a for i, a, b in triples})
