"""The rows of the census: one a group and number of factors; everything else reads or writes these.

Integers that may pass 2^63 (orders, degrees, class sizes) are Python integers here and strings of digits in
the table. A column is a field of these records, under the same name; the data dictionary of the table is made
from their documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COLLECTIONS", "CensusRow", "ClassRow", "IrrepRow"]

# name -> what it holds, for people; the order is that of the table
COLLECTIONS = {
    "small groups": "every group up to an order, from the Small Groups Library",
    "cyclic": "Z_n for n up to 500",
    "dihedral": "D_n of order 2n for n up to 500",
    "dicyclic": "Dic_n of order 4n for n up to 500",
    "symmetric": "S_n for n up to 20",
    "alternating": "A_n for n up to 20",
    "PSL(2,q)": "projective special linear groups for q up to 61",
    "AGL(1,q)": "affine groups of a line for q up to 64",
    "extraspecial": "p^(1+2n) of both types for p up to 7 and n up to 2",
    "direct powers": "powers of groups up to order 10^6 with at most 169 classes, 1000 if abelian",
    "sporadic": "the 26 sporadic simple groups",
    "simple": "the other simple groups with at most 400 classes in GAP's table library",
}


@dataclass(frozen=True)
class IrrepRow:
    """A nontrivial irrep, or a pair of complex conjugate ones.

    Args:
        label: degree and letters, `3a`.
        degree: of one irrep.
        indicator: Frobenius–Schur indicator, 1 real, 0 complex, -1 quaternionic.
        conjugates: 2 for a complex pair, which is one row, else 1.
        orbit: number of its Galois orbit within the group.
        status: "required", "possible" or "excluded".
        share_low: least share of the norm budget over all max-margin networks (of the pair for a pair).
        share_high: largest share.
        orbit_share_low: least share of the whole Galois orbit.
        orbit_share_high: largest share of the whole Galois orbit.
        cost: `s_R`, exact.
        weight: `a_R` in the network of the certificate, an exact rational.
    """

    label: str
    degree: int
    indicator: int
    conjugates: int
    orbit: int
    status: str
    share_low: float
    share_high: float
    orbit_share_low: float
    orbit_share_high: float
    cost: str
    weight: str


@dataclass(frozen=True)
class ClassRow:
    """A conjugacy class other than that of the identity.

    Args:
        name: a representative such as `(1,2)(3,4)`, or a name such as `2A`.
        size: number of elements.
        order: of an element.
        status: "every", "some" or "none": in which max-margin networks it lies on the margin.
        logit: `f(C) = sum_R a_R X_R(C)`, correctly rounded; a wrong label in `C` has the margin `f(1) - f(C)`
            in units of `gamma*`, and `f(1)` is the sum of all weights `a_R`.
        dual: `y_C`, correctly rounded.
    """

    name: str
    size: int
    order: int
    status: str
    logit: float
    dual: float


@dataclass(frozen=True)
class CensusRow:
    """A group with a number of factors, its maximum margin and what is known of it.

    Args:
        key: names the group in files and addresses, `sg-60-5`, `s20`, `power-s3-4`.
        collection: one of `COLLECTIONS`.
        expression: what to type for it, `gap:SmallGroup(60,5)` or `S20`.
        name: for people: its structure description by GAP, or the family's name.
        order: `|G|`.
        gap_id: number among the groups of its order in the Small Groups Library; None where that has none
            or GAP was not asked.
        also: other expressions for the same group, such as `A5`; found by GAP's identification.
        exponent: least common multiple of the orders of elements.
        conjugacy_classes: number of them.
        properties: of "abelian", "nilpotent", "solvable", "supersolvable", "perfect", "simple", "p-group",
            "Frobenius", "rational", "real" those that hold, from the character table.
        faithful_degree: least degree of a faithful irrep; None where none is faithful.
        table_invariant: digest of the character table with power maps, the same for every order of rows and
            columns; groups with unequal digests have unequal tables.
        arity: number of factors `k`.
        gamma_star: `gamma*(G,k)`, correctly rounded; None only for the trivial group, which has no wrong
            label: all that follows down to `certificate_sha256` is empty then.
        gamma_star_exact: the same, exactly.
        cost: `cost*(G,k)`, correctly rounded.
        cost_exact: the same, exactly.
        structure_gain: `|G|^((k-1)/2) / cost*`: the maximum margin over that of the memorising network.
        theorem9_condition: whether Theorem 9's condition holds; None unless k = 2 and all irreps are real.
        plancherel_optimal: whether the Plancherel weights are optimal.
        irreps: the nontrivial ones, a complex pair counted once, in the order of the table.
        classes: all but that of the identity.
        certificate_sha256: digest of the certificate; None where the group is beyond the checker's limits.
        certificate_bytes: its size; 0 without one.
        facts_proved: how many facts the checker proved.
        facts_trusted: how many it took on trust: 1 for a table without its group, else 0.
        note: why there is no certificate; "" if there is one.
        gap_agrees: whether GAP's own table has the same class sizes, element orders, degrees and indicators;
            None where GAP was not asked.
        seconds: spent on this row on one core: table (once a group, in the first row), program, certificate,
            check.
    """

    key: str
    collection: str
    expression: str
    name: str
    order: int
    gap_id: int | None
    also: tuple[str, ...]
    exponent: int
    conjugacy_classes: int
    properties: tuple[str, ...]
    faithful_degree: int | None
    table_invariant: str
    arity: int
    gamma_star: float | None
    gamma_star_exact: str
    cost: float | None
    cost_exact: str
    structure_gain: float | None
    theorem9_condition: bool | None
    plancherel_optimal: bool | None
    irreps: tuple[IrrepRow, ...]
    classes: tuple[ClassRow, ...]
    certificate_sha256: str | None
    certificate_bytes: int
    facts_proved: int
    facts_trusted: int
    note: str
    gap_agrees: bool | None
    seconds: float
