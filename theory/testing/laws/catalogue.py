"""All laws, by section, in the order in which `gammastar property-test` goes through them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from theory.testing.law_search import Law
from theory.testing.laws.axioms import AXIOMS
from theory.testing.laws.between_groups import BETWEEN_LAWS
from theory.testing.laws.characters import CHARACTER_LAWS
from theory.testing.laws.margins import MARGIN_LAWS
from theory.testing.laws.representations import REPRESENTATION_LAWS
from theory.testing.laws.tabled_groups import GROUP_LAWS, TABLED_GROUP_LAWS

__all__ = ["LAWS"]

LAWS: Mapping[str, tuple[Law[Any, Any], ...]] = MappingProxyType(
    {
        "axioms": AXIOMS,
        "group": GROUP_LAWS,
        "characters": CHARACTER_LAWS,
        "elements and characters": TABLED_GROUP_LAWS,
        "margins": MARGIN_LAWS,
        "groups derived from it": BETWEEN_LAWS,
        "representations": REPRESENTATION_LAWS,
    }
)
