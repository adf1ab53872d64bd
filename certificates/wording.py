"""Results in words: the sentences that the command line and the report share, made from JSON objects."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

__all__ = [
    "SUPERSCRIPTS",
    "decimals",
    "evaluation_method",
    "excess",
    "grouped",
    "irrep_name",
    "irrep_type",
    "join",
    "powers_of_ten",
    "share_text",
    "structure_sentence",
    "theorem9_sentence",
]

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LONGEST_LIST = 8  # labels named one by one in a sentence; longer lists are counted


def join(items: Sequence[str], word: str = "and") -> str:
    """A list in a sentence.

    >>> join(["3a", "3b", "4a"])
    '3a, 3b and 4a'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def decimals(value: float, digits: int = 10) -> str:
    """A float to `digits` significant digits, trailing zeros dropped.

    >>> decimals(0.00043157089876948, 6), decimals(1.5)
    ('0.000431571', '1.5')
    """
    return f"{value:.{digits}g}"


def grouped(number: int | str) -> str:
    """Digits in threes, with narrow spaces, from five digits on.

    >>> grouped(7200), grouped("36288000").replace("\u202f", " ")
    ('7200', '36 288 000')
    """
    digits = str(number)
    return digits if len(digits) < 5 else f"{int(digits):,}".replace(",", "\u202f")


def powers_of_ten(value: float | Decimal, digits: int) -> str:
    """A large number to `digits` significant digits.

    >>> powers_of_ten(97239461142009186000, 4)
    '9.724·10¹⁹'
    """
    mantissa, exponent = f"{Decimal(value):.{digits - 1}e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def excess(ratio: float, base: str) -> str:
    """How much larger something is, given the ratio, with two digits that mean something.

    >>> excess(1.03412, "its formula"), excess(420.4, "its formula")
    ('3.4 % above its formula', '420 times its formula')
    >>> excess(2.8149e10, "its formula")
    '2.8·10¹⁰ times its formula'
    """
    if ratio >= 1e6:
        return f"{powers_of_ten(ratio, 2)} times {base}"
    if ratio >= 3:
        rounded = float(f"{ratio:.2g}")
        number = f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"
        return f"{number} times {base}".replace(",", "\u202f")
    percent = f"{float(f'{100 * (ratio - 1):.2g}'):.10f}".rstrip("0").rstrip(".")
    return f"{percent} % above {base}"


def share_text(share: Sequence[float], digits: int = 5) -> str:
    """A budget share: one number if it is fixed, else the interval it can lie in.

    >>> share_text([0.36104, 0.36104]), share_text([0.0, 0.1346])
    ('0.36104', '0 to 0.13460')
    """
    lower, upper = (f"{end:.{digits}f}" if end else "0" for end in share)
    return lower if lower == upper else f"{lower} to {upper}"


def irrep_type(indicator: int) -> str:
    """What a Frobenius–Schur indicator says of an irrep."""
    return {1: "real", 0: "complex", -1: "quaternionic"}[indicator]


def irrep_name(irrep: dict[str, Any]) -> str:
    """How a row is called: its label, with the conjugate it stands for."""
    return f"{irrep['label']} + conjugate" if irrep["conjugates"] == 2 else str(irrep["label"])


def _named(irreps: Sequence[dict[str, Any]], word: str = "and") -> str:
    if len(irreps) <= LONGEST_LIST:
        return join([str(irrep["label"]) for irrep in irreps], word)
    return f"{len(irreps)} irreps"


def structure_sentence(result: dict[str, Any]) -> str:
    """Which irreps the max-margin networks use; a complex pair is named by its first member.

    >>> irreps = [{"label": "3a", "status": "required", "conjugates": 1}]
    >>> irreps += [{"label": f"5{letter}", "status": "excluded", "conjugates": 1} for letter in "ab"]
    >>> structure_sentence({"irreps": irreps})
    'Every max-margin network uses 3a; none uses 5a or 5b.'
    """
    irreps = result["irreps"]
    statuses = ("required", "possible", "excluded")
    required, possible, excluded = ([x for x in irreps if x["status"] == status] for status in statuses)
    if len(required) == len(irreps):
        what = {1: "its only nontrivial irrep", 2: "both nontrivial irreps"}.get(
            len(irreps), f"all {len(irreps)} nontrivial irreps"
        )
        if any(irrep["conjugates"] == 2 for irrep in irreps):
            what += " (a complex irrep and its conjugate counted once)"
        return f"Every max-margin network uses {what}."
    parts = []
    if required:
        parts.append(f"every max-margin network uses {_named(required)}")
    if possible:
        verb = "is" if len(possible) == 1 else "are each"
        parts.append(f"{_named(possible)} {verb} used by some max-margin networks but not by all")
    if len(excluded) > LONGEST_LIST:
        parts.append(f"none uses any of the other {len(excluded)}")
    elif excluded:
        parts.append(f"none uses {_named(excluded, 'or')}")
    sentence = "; ".join(parts) + "."
    return sentence[0].upper() + sentence[1:]


def theorem9_sentence(result: dict[str, Any]) -> str:
    """How the value relates to the published closed form, where that is decided.

    `plancherel_ratio`, if the result holds it, is `gamma*` over the margin that the Plancherel weights give.
    """
    paper = "Theorem 9 of arXiv:2311.07568"
    if result["theorem9_condition"]:
        return f"{paper} applies, and its formula is this value."
    ratio = result.get("plancherel_ratio")
    if result["theorem9_condition"] is False:
        if result["plancherel_optimal"]:
            return f"The strict sign condition of {paper} fails, but its formula is still this value."
        above = "" if ratio is None else f"; the maximum is {excess(ratio, 'its formula')}"
        return f"{paper} does not apply{above}."
    if result["plancherel_optimal"]:
        return "The Plancherel weights d²/|G| are optimal."
    above = "" if ratio is None else f"; the maximum is {excess(ratio, 'what they give')}"
    return f"The Plancherel weights d²/|G| are not optimal{above}."


def evaluation_method(network: dict[str, Any]) -> str:
    """How the explicit network's margin was found.

    >>> evaluation_method({"method": "every input"})
    'run on every input'
    """
    if network["method"] == "every input":
        return "run on every input"
    return f"by the trace identity for every input, and {network['inputs_checked']} sampled inputs run"
