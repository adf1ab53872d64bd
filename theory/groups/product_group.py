"""Direct products: indices are the mixed radix numbers of the components' indices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Integer

from theory.groups.finite_group import FiniteGroup

__all__ = ["ProductGroup"]


@dataclass(frozen=True, eq=False, repr=False)
class ProductGroup(FiniteGroup):
    """`G_1 x G_2 x ...`; the component in `G_1` runs fastest through the indices."""

    name: str
    order: int
    generators: tuple[int, ...]
    factors: tuple[FiniteGroup, ...]

    def multiply(
        self, left: Integer[np.ndarray, "*#b"], right: Integer[np.ndarray, "*#b"]
    ) -> Integer[np.ndarray, "*b"]:
        pairs = zip(self.factors, self.components(left), self.components(right), strict=True)
        return self._joined([factor.multiply(g, h) for factor, g, h in pairs])

    def inverse(self, elements: Integer[np.ndarray, "*b"]) -> Integer[np.ndarray, "*b"]:
        pairs = zip(self.factors, self.components(elements), strict=True)
        return self._joined([factor.inverse(g) for factor, g in pairs])

    def permutations(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, "b degree"]:
        """On the disjoint union of the factors' points."""
        parts = []
        offset = 0
        for factor, component in zip(self.factors, self.components(elements), strict=True):
            images = factor.permutations(component).astype(np.int64)
            parts.append(images + offset)
            offset += images.shape[1]
        return np.concatenate(parts, axis=1)

    def element_name(self, element: int) -> str:
        components = self.components(np.array(element))
        names = [factor.element_name(int(c)) for factor, c in zip(self.factors, components, strict=True)]
        return f"({', '.join(names)})"

    def power(self, elements: Integer[np.ndarray, " b"], exponent: int) -> Integer[np.ndarray, " b"]:
        pairs = zip(self.factors, self.components(elements), strict=True)
        return self._joined([factor.power(g, exponent) for factor, g in pairs])

    def conjugation(self, by: int) -> Integer[np.ndarray, " n"]:
        result = np.zeros(1, dtype=np.int64)
        place = 1
        for factor, s in zip(self.factors, self.components(np.array(by)), strict=True):
            images = factor.conjugation(int(s)) if s else np.arange(factor.order)
            result = (images[:, None] * place + result).reshape(-1)
            place *= factor.order
        return result

    def components(self, elements: Integer[np.ndarray, "*b"]) -> list[Integer[np.ndarray, "*b"]]:
        """The index of each component in its factor."""
        rest = np.asarray(elements)
        components = []
        for factor in self.factors:
            rest, component = np.divmod(rest, factor.order)
            components.append(np.asarray(component))
        return components

    def _joined(self, components: list[Integer[np.ndarray, "*b"]]) -> Integer[np.ndarray, "*b"]:
        result = np.zeros_like(components[0], dtype=np.int64)
        place = 1
        for factor, component in zip(self.factors, components, strict=True):
            result = np.asarray(result + component.astype(np.int64) * place)
            place *= factor.order
        return result
