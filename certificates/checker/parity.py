"""Certificates of sparse parity: what is read, and what is proved.

Unlike a group's, the whole argument for one `(n, k)` is short (docs/theory.md, Proposition 32). A margin is
at most its mean over uniform inputs, `sum_i E[<u_i, x>^k x_1 ... x_k] (w_i(+) - w_i(-))`. A monomial of
`<u, x>^k` counts there if its degree is odd in each relevant bit and even in all others; those of total
degree `k` are counted here. The one that is left, `k! u_1 ... u_k`, and `(w(+) - w(-))^2 <= 2 ||w||^2` leave
the inequality of arithmetic and geometric means of the `k + 1` numbers `u_1^2, ..., u_k^2, ||w||^2`, whose
sum is at most `||omega||^2`; the inequality itself is relied on. The rest, in integers: the stated value is
this bound, and the stated network has it at every input.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import factorial, prod
from typing import Any

from flint import fmpq, fmpz, fmpz_poly

from certificates.checker import shape
from certificates.checker.errors import CertificateLimitError, Fact, Falsehood

__all__ = ["FORMAT", "ParityCertificate", "facts", "parse"]

FORMAT = "gammastar parity certificate"
VERSION = 1
KEYS = ("format", "version", "bits", "arity", "gamma_star", "signs", "labels", "provenance", "sha256")
ARITY_LIMIT = 11  # 2^11 inputs of 2^10 neurons
BITS_LIMIT = 10**6


@dataclass(frozen=True)
class ParityCertificate:
    """What a certificate of sparse parity states.

    Args:
        bits: `n`.
        arity: `k`.
        coefficient: of `gamma* = coefficient sqrt(radicand)`.
        radicand: squarefree.
        signs: the network: a neuron for each line `eps`, `u = eps / sqrt(k+1)` on the relevant bits and
            `w = (eps_1 ... eps_k) (1, -1) / sqrt(2 (k+1))`.
        sha256: as stated.
        computed_sha256: of the canonical rest.
    """

    bits: int
    arity: int
    coefficient: fmpq
    radicand: int
    signs: tuple[tuple[int, ...], ...]
    sha256: str
    computed_sha256: str


def parse(document: dict[str, Any], sha256: str, computed_sha256: str) -> ParityCertificate:
    """The certificate in a document whose format is `FORMAT`.

    Raises:
        CertificateError: not a certificate of this version.
        CertificateLimitError: beyond a limit of the checker.
    """
    shape.mapping(document, "", KEYS)
    version = shape.index(document["version"], "version", 0, 1 << 31)
    if version != VERSION:
        shape.refuse("version", f"holds {version}; this checker reads version {VERSION}")
    arity = shape.index(document["arity"], "arity", 2, 1 << 31)
    if arity > ARITY_LIMIT:
        raise CertificateLimitError(f"arity: {arity}; the checker's limit for parity is {ARITY_LIMIT}")
    bits = shape.index(document["bits"], "bits", 2, 1 << 31)
    if bits > BITS_LIMIT:
        raise CertificateLimitError(f"bits: {bits}; the checker's limit is {BITS_LIMIT}")
    if bits < arity:
        shape.refuse("bits", f"holds {bits}, fewer than the arity {arity}")
    for name in ("labels", "provenance"):
        if type(shape.free(document[name], name)) is not dict:
            shape.refuse(name, "is not an object")
    pair = shape.array(document["gamma_star"], "gamma_star", lambda value, at: value, 2)
    radicand = shape.integer(pair[0], "gamma_star[0]")
    if not 0 < radicand <= (ARITY_LIMIT + 1) * 2:
        shape.refuse("gamma_star[0]", f"holds {radicand}, no radicand of a maximum margin")
    return ParityCertificate(
        bits=bits,
        arity=arity,
        coefficient=shape.rational(pair[1], "gamma_star[1]"),
        radicand=radicand,
        signs=_signs(document["signs"], arity),
        sha256=sha256,
        computed_sha256=computed_sha256,
    )


def _signs(value: Any, arity: int) -> tuple[tuple[int, ...], ...]:
    def sign(entry: Any, place: str) -> int:
        found = shape.index(entry, place, -1, 2)
        if not found:
            shape.refuse(place, "holds 0, not a sign")
        return found

    def line(entry: Any, place: str) -> tuple[int, ...]:
        return shape.array(entry, place, sign, arity)

    lines = shape.array(value, "signs", line, None, 1 << ARITY_LIMIT)
    if not lines:
        shape.refuse("signs", "is empty: a network has neurons")
    return tuple(lines)


def facts(certificate: ParityCertificate) -> tuple[Fact, ...]:
    """The verdict on every fact."""
    proofs = {
        "digest": _digest,
        "upper bound": _bounded,
        "gamma star": _value,
        "attained": _attained,
    }
    found = []
    for name, prove in proofs.items():
        try:
            found.append(Fact(name, "proved", prove(certificate)))
        except Falsehood as falsehood:
            found.append(Fact(name, "failed", str(falsehood)))
    return tuple(found)


def _digest(certificate: ParityCertificate) -> str:
    if certificate.sha256 != certificate.computed_sha256:
        raise Falsehood(f"sha256 is {certificate.computed_sha256}, not {certificate.sha256}")
    return "sha256 of the canonical rest"


def _square(k: int) -> fmpq:
    """`gamma*^2`: the square of `k! sqrt(2) (1/(k+1))^((k+1)/2)`."""
    return fmpq(2 * factorial(k) ** 2, (k + 1) ** (k + 1))


def _bounded(certificate: ParityCertificate) -> str:
    k = certificate.arity
    # exponents on relevant bits, all odd: (t + t^3 + ...)^k; on the others, all even: 1 / (1 - t^2)^(n-k).
    # Below t^(k+1) the first is t^k alone, so the others take no part and x_1 ... x_k is the one monomial.
    odd = fmpz_poly([degree % 2 for degree in range(k + 1)])
    if (odd**k).coeffs()[: k + 1] != [0] * k + [1]:
        raise Falsehood(f"monomials of degree {k} other than the product of the relevant bits count")
    if certificate.coefficient < 0 or certificate.coefficient**2 * certificate.radicand < _square(k):
        raise Falsehood(f"the stated value is below sqrt({_square(k)}), which is all that the argument gives")
    return "of the mean margin over uniform inputs, hence of every margin, by arithmetic and geometric means"


def _value(certificate: ParityCertificate) -> str:
    k = certificate.arity
    square = _square(k)
    if any(exponent > 1 for _, exponent in fmpz(certificate.radicand).factor()):
        raise Falsehood(f"the radicand {certificate.radicand} is not squarefree")
    if certificate.coefficient <= 0 or certificate.coefficient**2 * certificate.radicand != square:
        raise Falsehood(f"its square is {certificate.coefficient**2 * certificate.radicand}, not {square}")
    return f"gamma* = {certificate.coefficient}*sqrt({certificate.radicand}) = {k}! sqrt(2/{k + 1}^{k + 1})"


def _attained(certificate: ParityCertificate) -> str:
    """The least difference of the logits over all inputs, in units of the neurons' common scale."""
    k, signs = certificate.arity, certificate.signs
    least = min(
        prod(x) * sum(prod(line) * sum(e * b for e, b in zip(line, x, strict=True)) ** k for line in signs)
        for x in product((1, -1), repeat=k)
    )
    # the margin is 2 least (k+1)^(-k/2) (2 (k+1))^(-1/2) and ||theta||^(k+1) the number of neurons
    wanted = factorial(k) * len(signs)
    if least != wanted:
        raise Falsehood(f"the network's least margin is {fmpq(least, wanted)} of gamma*")
    return f"{len(signs)} neurons, margin gamma* at every input"
