"""From classes and rows in any order to a `CharacterTable` in canonical order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int

from theory.characters.coding import coded, distinct_values
from theory.characters.cyclotomic import Cyclotomic, Value, order_key
from theory.characters.table import CharacterTable

if TYPE_CHECKING:
    from theory.characters.realisation import Realisation

__all__ = ["CodedRows", "assemble", "irrep_labels"]


@dataclass(frozen=True, eq=False)
class CodedRows:
    """Rows in any order as places in a list of distinct values, which all occur.

    Args:
        codes: `values[codes[R, C]]` is the value of row `R` on class `C`.
        values: in any order.
    """

    codes: Int[np.ndarray, "r c"]
    values: Sequence[Value]


def assemble(
    *,
    name: str,
    order: int,
    class_names: Sequence[str],
    class_sizes: Sequence[int],
    element_orders: Sequence[int],
    power_maps: Mapping[int, Sequence[int]],
    rows: Iterable[tuple[Value, ...]] | CodedRows,
    realisation: Realisation | None,
    source: str,
) -> CharacterTable:
    """The table with its rows in canonical order: by degree, then by values from the left (`order_key`).

    The trivial character comes first, since rationals come first and 1 is the largest rational value of
    degree 1.
    """
    if not isinstance(rows, CodedRows):
        listed = list(rows)
        if all(set(map(type, row)) == {int} for row in listed):
            values = tuple(sorted(listed, key=lambda row: (row[0], [-value for value in row])))
            known: dict[str, object] = {"is_rational": True}
        else:
            distinct = list(distinct_values(listed))
            rows = CodedRows(coded(listed, distinct), distinct)
    if isinstance(rows, CodedRows):
        values, known = _sorted(rows)
    table = CharacterTable(
        name=name,
        order=order,
        class_names=tuple(class_names),
        class_sizes=tuple(class_sizes),
        element_orders=tuple(element_orders),
        power_maps={p: tuple(image) for p, image in sorted(power_maps.items())},
        values=values,  # type: ignore[arg-type]  # verify() proves that no value is a fraction
        labels=irrep_labels([row[0] for row in values]),  # type: ignore[misc]
        realisation=realisation,
        source=source,
    )
    vars(table).update(known)  # cached properties that need not be computed again
    return table


def irrep_labels(degrees: Sequence[int]) -> tuple[str, ...]:
    """`1a, 3a, 3b, ...`: degree and letters a..z, aa, ab, ... in the order of the rows.

    >>> irrep_labels([1, 3, 3, 4])
    ('1a', '3a', '3b', '4a')
    """
    seen: dict[int, int] = {}
    labels = []
    for degree in degrees:
        number = seen[degree] = seen.get(degree, 0) + 1
        letters = ""
        while number:
            number, letter = divmod(number - 1, 26)
            letters = chr(ord("a") + letter) + letters
        labels.append(f"{degree}{letters}")
    return tuple(labels)


def _sorted(rows: CodedRows) -> tuple[tuple[tuple[Value, ...], ...], dict[str, object]]:
    """The rows in canonical order, and the cached properties of the table that come with them."""
    places = sorted(range(len(rows.values)), key=lambda place: order_key(rows.values[place]))
    alphabet = tuple(rows.values[place] for place in places)
    rank = np.empty(len(places), dtype=np.int32)
    rank[places] = np.arange(len(places))
    codes = rank[rows.codes]
    # most significant byte first: bytes sort as the codes do
    keys = [line.tobytes() for line in codes.astype(">i4")]
    degrees = [alphabet[code] for code in codes[:, 0].tolist()]
    order = sorted(range(len(keys)), key=lambda row: (degrees[row], keys[row]))
    codes = codes[order]
    values = tuple(tuple(map(alphabet.__getitem__, line)) for line in codes.tolist())
    rational = not any(isinstance(value, Cyclotomic) for value in alphabet)
    return values, {"alphabet": alphabet, "codes": codes, "is_rational": rational}
