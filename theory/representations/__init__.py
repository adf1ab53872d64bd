"""Explicit irreps and the Fourier transform of a finite group; names are loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.representations.fourier import (
        energies,
        fourier_transform,
        inverse_fourier_transform,
        isotypic_component,
        plancherel_norm,
    )
    from theory.representations.irreps import Irrep, explicit_irreps, homomorphism_residual

__all__ = [
    "Irrep",
    "energies",
    "explicit_irreps",
    "fourier_transform",
    "homomorphism_residual",
    "inverse_fourier_transform",
    "isotypic_component",
    "plancherel_norm",
]

_HOMES = {
    "Irrep": "irreps",
    "energies": "fourier",
    "explicit_irreps": "irreps",
    "fourier_transform": "fourier",
    "homomorphism_residual": "irreps",
    "inverse_fourier_transform": "fourier",
    "isotypic_component": "fourier",
    "plancherel_norm": "fourier",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"theory.representations.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
