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
    from theory.testing.group_strategies import (
        groups,
        named_groups,
        permutation_groups,
        product_groups,
        quotient_groups,
        semidirect_groups,
        table_groups,
    )
    from theory.testing.law_search import Decision, Finding, Law, assert_drawn, assert_law, law, search
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
    from theory.testing.representation_strategies import (
        Representation,
        character_tables,
        representations,
        represented_groups,
        tabled_groups,
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
    "Representation",
    "assert_drawn",
    "assert_law",
    "broken_cell_tables",
    "cayley_tables",
    "character_tables",
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
    "named_groups",
    "operation_of_group",
    "operation_of_table",
    "permutation_groups",
    "product_groups",
    "program_by_definition",
    "quotient_groups",
    "relabelled_tables",
    "representations",
    "represented_groups",
    "search",
    "semidirect_groups",
    "swapped_cell_tables",
    "table_groups",
    "tabled_groups",
]

_HOMES = {
    "Decision": "law_search",
    "DefinedProgram": "programs",
    "Finding": "law_search",
    "Law": "law_search",
    "Operation": "operations",
    "Representation": "representation_strategies",
    "assert_drawn": "law_search",
    "assert_law": "law_search",
    "broken_cell_tables": "tables",
    "cayley_tables": "tables",
    "character_tables": "representation_strategies",
    "class_functions": "programs",
    "class_weightings": "programs",
    "corrupted_tables": "tables",
    "feasible_duals": "programs",
    "feasible_pairs": "programs",
    "feasible_primals": "programs",
    "groups": "group_strategies",
    "identityless_tables": "tables",
    "law": "law_search",
    "loop_tables": "tables",
    "named_groups": "group_strategies",
    "operation_of_group": "operations",
    "operation_of_table": "operations",
    "permutation_groups": "group_strategies",
    "product_groups": "group_strategies",
    "program_by_definition": "programs",
    "quotient_groups": "group_strategies",
    "relabelled_tables": "tables",
    "representations": "representation_strategies",
    "represented_groups": "representation_strategies",
    "search": "law_search",
    "semidirect_groups": "group_strategies",
    "swapped_cell_tables": "tables",
    "table_groups": "group_strategies",
    "tabled_groups": "representation_strategies",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"theory.testing.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
