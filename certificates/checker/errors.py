"""What the checker raises and what it reports."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CertificateError", "CertificateLimitError", "Fact", "Falsehood", "Report"]


class CertificateError(ValueError):
    """No certificate, or beyond a limit of the checker: exit code 2. One line says where and why."""


class CertificateLimitError(CertificateError):
    """The certificate is well formed, but beyond a stated limit of the checker."""


class Falsehood(Exception):
    """A fact that the certificate states and that does not hold; the text is the witness."""


@dataclass(frozen=True)
class Fact:
    """The verdict on one named fact.

    Args:
        name: one of the names in the docstring of `certificates.checker`.
        status: `proved`, `trusted` (taken from the certificate after the checks that `detail` names) or
        `failed`. detail: what was shown, or the first thing found wrong.
    """

    name: str
    status: str
    detail: str


@dataclass(frozen=True)
class Report:
    """The verdict on a certificate.

    Args:
        valid: no fact failed.
        facts: one verdict for each fact, in the order in which they rest on one another.
        order: order of the group as stated; 0 for parity.
        classes: number of conjugacy classes as stated; 0 for parity.
        nanoseconds: time the check took.
        subject: what the certificate is about, in words.
    """

    valid: bool
    facts: tuple[Fact, ...]
    order: int
    classes: int
    nanoseconds: int
    subject: str

    @property
    def seconds(self) -> float:
        """Time the check took, to the millisecond: a label, and the only float in the checker."""
        return (self.nanoseconds // 10**6) / 1000
