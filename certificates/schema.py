"""The shape of a certificate as pydantic models, and the JSON Schema published from them.

Nothing is coerced and unknown keys are refused. The schema says what a certificate looks like; whether it is
true, `certificates.checker` decides, which has a reader of its own. Running this
module writes the schema file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from theory.errors import InputError

__all__ = ["SCHEMA_FILE", "CertificateModel", "schema_text", "validate"]

SCHEMA_FILE = Path(__file__).with_name("certificate.schema.json")

Integer = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9][0-9]*)$")]
Natural = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*$")]
Rational = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9][0-9]*)(/[1-9][0-9]*)?$")]
Decimal = Annotated[str, StringConstraints(pattern=r"^[01](\.[0-9]{1,30})?$")]
Index = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Radical = Annotated[
    list[tuple[Natural, Rational]],
    Field(description="sum of q*sqrt(m) over pairs [m, q]: squarefree m ascending, nonzero q"),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class IntegralRoots(_Strict):
    """The sum of c*zeta_f^t over the terms [t, c], f the conductor: an algebraic integer."""

    conductor: Annotated[int, Field(ge=3)]
    terms: list[tuple[Index, Integer]]


class RationalRoots(_Strict):
    """The sum of c*zeta_f^t over the terms [t, c], f the conductor."""

    conductor: Annotated[int, Field(ge=3)]
    terms: list[tuple[Index, Rational]]


class Permutations(_Strict):
    """A group by generators, with a representative of each class; a permutation is the list of its images."""

    kind: Literal["permutations"]
    order: Natural
    degree: Positive
    generators: list[list[Index]]
    representatives: list[list[Index]]


class Abelian(_Strict):
    """The product of cyclic groups of these orders; every element is a class, written by its exponents."""

    kind: Literal["abelian"]
    order: Natural
    invariants: list[Positive]
    representatives: list[list[Index]]


class Inversion(_Strict):
    """`<a, t | a^modulus, t a t^-1 = a^-1, t^2 = a^square>`: dihedral or dicyclic; `[x, s]` is `a^x t^s`."""

    kind: Literal["inversion"]
    order: Natural
    modulus: Positive
    square: Index
    representatives: list[tuple[Index, Index]]


class Table(_Strict):
    """A table without its group: taken on trust."""

    kind: Literal["table"]
    order: Natural


class Class(_Strict):
    """A conjugacy class: its size and the order of its elements."""

    size: Natural
    order: Positive


class Values(_Strict):
    """Irreducible characters, a row each, by their values on the classes."""

    values: list[list[Integer | IntegralRoots]]


class Exponents(_Strict):
    """Characters of a group given by its definition, zeta_m = exp(2 pi i / m).

    Of an abelian group, r: x -> product of zeta_(d_i)^(r_i x_i). Of kind inversion, m the modulus, [r, v]:
    a^x t^s -> zeta_m^(r x) zeta_4^(v s), and [r]: a^x -> zeta_m^(r x) + zeta_m^(-r x), a^x t -> 0.
    """

    exponents: list[list[Index]]


class Row(_Strict):
    """A row of the program: a nontrivial character, its conjugate, its Galois orbit, its weight a_R."""

    character: Index
    conjugate: Index
    orbit: Index
    a: Rational


class GammaStar(_Strict):
    """gamma* = coefficient * sqrt(radicand) / cost."""

    coefficient: Rational
    radicand: Natural


class Program(_Strict):
    """The optimal pair: a_R in the rows, y_C in `dual` (a class each), and their common value."""

    rows: list[Row]
    dual: list[Radical]
    cost: Radical
    gamma_star: GammaStar


Multipliers = Annotated[
    list[tuple[Positive, Rational]], Field(description="pairs [class, lambda], classes ascending")
]


class IntervalWitness(_Strict):
    """What proves an interval: points that attain its ends, bounds on the sum and on its negative."""

    lower_point: Index
    upper_point: Index
    lower_bound: Multipliers
    upper_bound: Multipliers


class Orbit(_Strict):
    """A Galois orbit of rows: the status and share of each member, the share of their sum, to 1e-12."""

    rows: Annotated[list[Index], Field(min_length=1)]
    status: Literal["required", "possible", "excluded"]
    share: tuple[Decimal, Decimal]
    orbit_share: tuple[Decimal, Decimal]
    share_witness: IntervalWitness | None
    orbit_witness: IntervalWitness | None


class SlackBound(_Strict):
    """Multipliers that prove a class tight in no optimum."""

    class_: Annotated[int, Field(ge=0, alias="class")]
    multipliers: Multipliers


class Structure(_Strict):
    """What holds in every optimum, with witnesses."""

    unique: bool
    points: list[list[Rational | RationalRoots]]
    orbits: list[Orbit]
    classes: list[Literal["every", "some", "none"] | None]
    slack_bounds: list[SlackBound]


class CertificateModel(_Strict):
    """A certificate of the maximum margin of networks that learn a group's multiplication."""

    format: Literal["gammastar certificate"]
    version: Literal[1]
    arity: Annotated[int, Field(ge=2)]
    group: Annotated[Permutations | Abelian | Inversion | Table, Field(discriminator="kind")]
    classes: Annotated[list[Class], Field(min_length=1)]
    power_maps: dict[Natural, list[Index]]
    characters: Values | Exponents
    indicators: list[Annotated[int, Field(ge=-1, le=1)]]
    program: Program
    structure: Structure
    labels: Annotated[dict[str, Any], Field(description="for readers; nothing here is proved")]
    provenance: Annotated[dict[str, Any], Field(description="where it comes from; nothing here is proved")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def validate(document: Mapping[str, Any]) -> CertificateModel:
    """The document as a model.

    Raises:
        InputError: naming the first place that has the wrong shape.
    """
    try:
        return CertificateModel.model_validate_json(json.dumps(document))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"certificate: {place}: {first['msg']}") from None


def schema_text() -> str:
    """The text of the published JSON Schema."""
    schema = CertificateModel.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | schema, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
