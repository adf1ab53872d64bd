"""Symmetries of a face: what is found is one, orbits of known groups are found whole, none is invented."""

from __future__ import annotations

import random

import pytest

from theory.characters.library import character_table
from theory.margins import face_symmetry
from theory.margins.face_symmetry import transversals
from theory.margins.reduction import margin_program


def checked_orbits(matrix, row_marks, column_marks):
    """Least members of the orbits of rows and columns, after a check of each symmetry entry by entry."""
    rows, columns = transversals(matrix, row_marks, column_marks)
    for found, places in ((rows, "rows"), (columns, "columns")):
        for index, (least, symmetry) in enumerate(found):
            image_rows, image_columns = symmetry.rows, symmetry.columns
            if not image_rows:
                assert least == index
                continue
            assert sorted(image_rows) == list(range(len(row_marks)))
            assert sorted(image_columns) == list(range(len(column_marks)))
            assert getattr(symmetry, places)[least] == index
            for i, row in enumerate(matrix):
                assert row_marks[image_rows[i]] == row_marks[i]
                assert all(matrix[image_rows[i]][image_columns[j]] == value for j, value in enumerate(row))
            assert all(column_marks[j] == column_marks[image] for j, image in enumerate(image_columns))
    return [least for least, _ in rows], [least for least, _ in columns]


@pytest.mark.parametrize(
    ("group", "row_orbits", "column_orbits"),
    [
        ("Z2^4", 1, 1),  # GL(4,2) is transitive on characters and on elements
        ("Z3^3", 1, 1),
        ("Z7", 1, 1),
        ("Z4", 2, 2),  # orders 4 and 2
        ("Q8", 2, 2),  # three linear characters; the centre and three classes of order 4
        ("Z2^2 x S3", 4, 4),
        ("S5", 6, 6),  # every automorphism is inner, and tensoring with the sign moves the trivial row
    ],
)
def test_orbits_of_programs(group, row_orbits, column_orbits):
    program = margin_program(character_table(group))
    rows_of_numbers = range(len(program.rows))
    # a class and its inverse have equal columns, which the face keeps once
    lines = dict.fromkeys(tuple(program.coefficient(r, c) for r in rows_of_numbers) for c in program.classes)
    matrix = list(zip(*lines, strict=True))
    rows, columns = checked_orbits(matrix, [row.cost for row in program.rows], [0] * len(lines))
    assert (len(set(rows)), len(set(columns))) == (row_orbits, column_orbits)


def test_marks_and_single_entries_break_symmetry():
    circulant = [[(j - i) % 5 for j in range(5)] for i in range(5)]
    assert checked_orbits(circulant, [0] * 5, [0] * 5) == ([0] * 5, [0] * 5)
    assert checked_orbits(circulant, [0, 0, 1, 0, 0], [0] * 5) == (list(range(5)), list(range(5)))
    assert checked_orbits(circulant, [0] * 5, [0, 0, 0, 0, 1]) == (list(range(5)), list(range(5)))
    circulant[0][0] = 7
    assert checked_orbits(circulant, [0] * 5, [0] * 5) == (list(range(5)), list(range(5)))


def test_rows_that_refinement_cannot_tell_apart_are_not_mixed_up():
    """A cycle of six and two of three look alike locally; a symmetry keeps which is which."""
    cycles = [(0, 1, 2, 3, 4, 5), (6, 7, 8), (9, 10, 11)]
    matrix = [[2 * (i == j) for j in range(12)] for i in range(12)]
    for cycle in cycles:
        for here, there in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            matrix[here][there] = matrix[there][here] = 1
    rows, _ = checked_orbits(matrix, [0] * 12, [0] * 12)
    assert rows == [0] * 6 + [6] * 6


@pytest.mark.parametrize("seed", range(5))
def test_a_matrix_without_structure_has_trivial_orbits(seed):
    draw = random.Random(seed)
    matrix = [[draw.randrange(50) for _ in range(7)] for _ in range(9)]
    assert checked_orbits(matrix, [0] * 9, [0] * 7) == (list(range(9)), list(range(7)))


def test_a_search_cut_short_finds_less_but_nothing_false(monkeypatch):
    monkeypatch.setattr(face_symmetry, "MOST_BRANCHES", 1)
    program = margin_program(character_table("Z2^3"))
    matrix = [[program.coefficient(r, c) for c in program.classes] for r in range(len(program.rows))]
    rows, _ = checked_orbits(matrix, [0] * 7, [0] * 7)
    assert rows == list(range(7))
