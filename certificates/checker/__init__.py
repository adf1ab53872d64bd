"""An independent checker of certificates: it imports the standard library, python-flint and itself.

It trusts nothing, shares no code with the prover, computes with integers, rationals, sums of roots of unity
and of square roots only (no floats, no solver), and gives a verdict on each of these facts:

| fact | proved by |
|---|---|
| digest | `sha256` is the digest of the canonical rest |
| group | the generators generate the stated number of elements, all enumerated; or a definition |
| classes | orbits of the representatives under conjugation: disjoint, of the stated sizes, covering |
| element orders, power maps | computed from the representatives |
| values | positive degrees, coefficients within the order, rows and columns distinct and Galois-stable |
| orthogonality | of a table without a group, for all Galois conjugates at once (`imported`) |
| character table | central characters (`characters`); formulas (`abelian`, `inversion`); else *trusted* |
| degrees | the regular character |
| indicators | `(1/n) sum_C |C| chi(C^2)` |
| rows | nontrivial irreps up to conjugation, their Galois orbits |
| radicands | squarefree, so that equal sums have equal terms |
| primal feasibility, dual feasibility, equal values, gamma star | exact arithmetic (`program`) |
| complementarity, optimal face, irrep statuses, shares, class statuses | the witnesses (`structure`) |

Certificates of sparse parity have the facts digest, upper bound, gamma star and attained (`parity`).

`labels` and `provenance` are not looked at. A failed fact fails those that rest on it; all others are still
decided.
"""

from __future__ import annotations

from certificates.checker.document import canonical, digest
from certificates.checker.errors import CertificateError, CertificateLimitError, Fact, Report
from certificates.checker.verdict import ProvedTables, check, main, render

__all__ = [
    "CertificateError",
    "CertificateLimitError",
    "Fact",
    "ProvedTables",
    "Report",
    "canonical",
    "check",
    "digest",
    "main",
    "render",
]
