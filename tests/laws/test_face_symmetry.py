"""Symmetries of a face: what is found is one, orbits of known groups are found whole, none is invented."""

from __future__ import annotations

import random

import pytest

from theory.characters.library import character_table
from theory.margins import exact, face_symmetry
from theory.margins import quotient as quotient_module
from theory.margins.exact import solve
from theory.margins.face_symmetry import FaceSymmetry, transversals
from theory.margins.optimality import failures, value
from theory.margins.quotient import quotient
from theory.margins.reduction import apply, margin_program


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


@pytest.mark.parametrize("group", ["Z2^4", "Z2^2 x S4", "Dic5 x V4", "Z3 x SL(2,3)"])
def test_symmetric_irreps_share_their_interval(group):
    """Whatever the solver made of symmetries, rows of one orbit of the whole program are alike."""
    solution = solve(character_table(group))
    program = margin_program(solution.table)
    matrix = [[program.coefficient(r, c) for c in program.classes] for r in range(len(program.rows))]
    rows, columns = transversals(matrix, [row.cost for row in program.rows], [0] * len(program.classes))
    for row, (least, _) in enumerate(rows):
        assert solution.structure.irreps[row] == solution.structure.irreps[least]
        share, other = solution.structure.shares[row], solution.structure.shares[least]
        assert (share.lower, share.upper) == (other.lower, other.upper)
    for column, (least, _) in enumerate(columns):
        assert solution.structure.classes[column + 1] == solution.structure.classes[least + 1]


@pytest.mark.parametrize("group", ["Z2^5", "Z2^2 x S4", "Dic5 x V4", "Z2 x Z6^2"])
def test_a_quotient_has_the_optimum_of_the_program(group, monkeypatch):
    monkeypatch.setattr(quotient_module, "SMALLEST", 0)
    merged, _ = apply(margin_program(character_table(group)))
    small = quotient(merged)
    assert len(small.program.irreps) < len(merged.irreps)
    assert len(small.program.classes) < len(merged.classes)
    primal, dual = small.spread(*exact._averaged_vertices(small.program))
    assert not failures(merged, primal, dual, strict=True)
    # the same without symmetries
    monkeypatch.setattr(quotient_module, "LARGEST", 0)
    assert quotient(merged).program is merged
    plain = exact._averaged_vertices(merged)
    assert value(merged, plain[0]) == value(merged, primal)
    assert [bool(a) for a in plain[0]] == [bool(a) for a in primal]
    assert [bool(y) for y in plain[1]] == [bool(y) for y in dual]


def test_a_false_symmetry_does_not_pass_the_proof(monkeypatch):
    """Rows joined by mistake give a pair that fails its proof, not a wrong answer."""
    table = character_table("A5")  # no two rows of the merged program are symmetric
    everything = FaceSymmetry((), ())

    def joined(matrix, row_marks, column_marks):
        rows = tuple((0 if r < 2 else r, everything) for r in range(len(row_marks)))
        return rows, tuple((0 if c < 3 else c, everything) for c in range(len(column_marks)))

    monkeypatch.setattr(quotient_module, "transversals", joined)
    monkeypatch.setattr(quotient_module, "SMALLEST", 0)
    with pytest.raises(ArithmeticError, match="fails its proof"):
        exact.strict_pair(apply(margin_program(table))[0])
