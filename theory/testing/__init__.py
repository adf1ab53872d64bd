"""Hypothesis strategies and laws for tests of groups, characters and margins; names are loaded on first use.

from hypothesis import given
from theory.testing import assert_law, corrupted_tables, operation_of_table
from theory.testing.laws.axioms import associativity

@given(corrupted_tables())
def test_my_reader_refuses_what_is_no_group(table):
    ...
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.testing.groups import (
        groups,
        permutation_groups,
        product_groups,
        quotient_groups,
        semidirect_groups,
    )
    from theory.testing.law import Decision, Finding, Law, assert_drawn, assert_law, law, search
    from theory.testing.operations import Operation, operation_of_group, operation_of_table
    from theory.testing.programs import (
        DefinedProgram,
        class_functions,
        class_weightings,
        feasible_duals,
        feasible_pairs,
        feasible_primals,
        program_by_definition,
    )
    from theory.testing.tables import (
        broken_cell_tables,
        cayley_tables,
        corrupted_tables,
        identityless_tables,
        loop_tables,
        relabelled_tables,
        swapped_cell_tables,
    )

__all__ = [
    "Decision",
    "DefinedProgram",
    "Finding",
    "Law",
    "Operation",
    "assert_drawn",
    "assert_law",
    "broken_cell_tables",
    "cayley_tables",
    "class_functions",
    "class_weightings",
    "corrupted_tables",
    "feasible_duals",
    "feasible_pairs",
    "feasible_primals",
    "groups",
    "identityless_tables",
    "law",
    "loop_tables",
    "operation_of_group",
    "operation_of_table",
    "permutation_groups",
    "product_groups",
    "program_by_definition",
    "quotient_groups",
    "relabelled_tables",
    "search",
    "semidirect_groups",
    "swapped_cell_tables",
]

_HOMES = {
    "Decision": "law",
    "DefinedProgram": "programs",
    "Finding": "law",
    "Law": "law",
    "Operation": "operations",
    "assert_drawn": "law",
    "assert_law": "law",
    "broken_cell_tables": "tables",
    "cayley_tables": "tables",
    "class_functions": "programs",
    "class_weightings": "programs",
    "corrupted_tables": "tables",
    "feasible_duals": "programs",
    "feasible_pairs": "programs",
    "feasible_primals": "programs",
    "groups": "groups",
    "identityless_tables": "tables",
    "law": "law",
    "loop_tables": "tables",
    "operation_of_group": "operations",
    "operation_of_table": "operations",
    "permutation_groups": "groups",
    "product_groups": "groups",
    "program_by_definition": "programs",
    "quotient_groups": "groups",
    "relabelled_tables": "tables",
    "search": "law",
    "semidirect_groups": "groups",
    "swapped_cell_tables": "tables",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"theory.testing.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
