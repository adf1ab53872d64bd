"""GAP as an importer of groups: one process for one program, JSON between sentinels.

GAP runs code, so an expression must come from the command line, never from a file or a certificate.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from theory.errors import GapError, LimitError

if TYPE_CHECKING:
    from theory.groups.finite_group import FiniteGroup

__all__ = ["DEBIAN_PACKAGES", "EMIT_GROUP", "HOW_TO_INSTALL", "emit", "group", "received", "run"]

DEBIAN_PACKAGES = "gap-core gap-smallgrp gap-character-tables"
HOW_TO_INSTALL = f"on Debian: apt-get install -y --no-install-recommends {DEBIAN_PACKAGES}"
IMPORT_LIMIT = 5_000_000  # elements
DEGREE_LIMIT = 8_192  # points
_BEGIN, _END = "<<<gammastar-begin>>>", "<<<gammastar-end>>>"

# `Emit(value)` prints integers, booleans, strings and lists of these as JSON.
_PRELUDE = r"""
SizeScreen([1000000,10]);;
GammastarString := function(s) local t, c;
  t := "\"";
  for c in s do
    if c in "\\\"" then Add(t, '\\'); fi;
    if IntChar(c) >= 32 then Add(t, c); else Add(t, ' '); fi;
  od;
  Add(t, '"'); return t;
end;;
Emit := function(x) local i;
  if IsInt(x) or IsBool(x) and x <> fail then Print(x);
  elif x = fail then Print("null");
  elif IsStringRep(x) or IsString(x) and not IsEmpty(x) then Print(GammastarString(x));
  else Print("[");
    for i in [1..Length(x)] do
      if i > 1 then Print(","); fi;
      Emit(x[i]);
    od;
    Print("]");
  fi;
end;;
"""

# `GammastarGroup(value)` emits what `received` reads.
EMIT_GROUP = r"""
GammastarGroup := function(x) local f, gens, points, smaller, images;
  if IsCharacterTable(x) then Emit(["table"]); return; fi;
  if not IsGroup(x) then Emit(["other"]); return; fi;
  if not IsFinite(x) then Emit(["infinite"]); return; fi;
  if Size(x) > LIMIT then Emit(["large", Size(x)]); return; fi;
  gens := GeneratorsOfGroup(x);
  if not IsPermGroup(x) then
    f := IsomorphismPermGroup(x);
    # the image of f may be larger than the image of x
    gens := List(gens, g -> ImagesRepresentative(f, g));
    if Length(gens) > 0 and LargestMovedPoint(gens) > 200 then
      images := GroupWithGenerators(gens);
      smaller := SmallerDegreePermutationRepresentation(images);
      gens := List(gens, g -> ImagesRepresentative(smaller, g));
    fi;
  fi;
  points := MovedPoints(gens);
  if Length(points) > DEGREE then Emit(["degree", Size(x), Length(points)]); return; fi;
  Emit(["group", Size(x), List(gens, g -> List(points, p -> Position(points, p^g) - 1))]);
end;;
""".replace("LIMIT", str(IMPORT_LIMIT)).replace("DEGREE", str(DEGREE_LIMIT))


def emit(expression: str) -> str:
    """The statement that sends the value of a GAP expression (integers, booleans, strings, lists) back."""
    return f"Emit(({expression}));"


def run(program: str, timeout: float = 60.0) -> Any:
    """Run a GAP program that prints one JSON value, for instance by `Emit(value);`, and return the value.

    Raises:
        GapError: GAP is missing, the program fails, or it does not end in time. GAP exits with status 0
            after many errors, so the missing second sentinel is what shows a failure.
    """
    executable = shutil.which("gap")
    if executable is None:
        raise GapError(f"gap: the program is not installed; {HOW_TO_INSTALL}")
    text = f'{_PRELUDE}\nPrint("{_BEGIN}");\n{program}\nPrint("{_END}\\n");\nQUIT;\n'
    try:
        done = subprocess.run(
            [executable, "-q", "--quitonbreak"],
            input=text.encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GapError(f"gap: no answer within {timeout:g} seconds") from None
    except OSError as error:
        raise GapError(f"gap: {executable} does not start: {error.strerror}") from None
    output = done.stdout.decode("utf-8", "replace").replace("\\\n", "")
    problem = _last_error(output + "\n" + done.stderr.decode("utf-8", "replace"))
    start, end = output.find(_BEGIN), output.rfind(_END)
    if start < 0 or end < 0 or problem is not None:
        raise GapError(f"gap: {problem or f'stopped without an answer (exit status {done.returncode})'}")
    try:
        return json.loads(output[start + len(_BEGIN) : end])
    except (json.JSONDecodeError, RecursionError):
        raise GapError("gap: the answer is not what the program should print") from None


def _last_error(output: str) -> str | None:
    lines = [line.strip() for line in output.splitlines()]
    errors = [
        line for line in lines if re.match(r"(Syntax |Parse )?[Ee]rror\b|Syntax warning: Unbound", line)
    ]
    if not errors:
        return None
    last = errors[-1]
    return re.sub(r"\s+(in( (stream|\*stdin\*):\d+)?|called from)$", "", last.removeprefix("Error, "))


def group(expression: str) -> FiniteGroup:
    """The group that a GAP expression denotes, as a permutation group.

    Raises:
        GapError: GAP fails, or the value is no finite group.
        LimitError: the group is too large to be enumerated; the order is named.
    """
    call = f"GammastarGroup(({' '.join(expression.split())}));"
    return received(expression, run(EMIT_GROUP + call))


def received(expression: str, answer: Any) -> FiniteGroup:
    """The group from what `GammastarGroup` emitted; see `group`."""
    from theory.groups.permutation_group import permutation_group

    shown = f"gap:{expression}"
    match answer:
        case ["group", int(order), list(images)]:
            pass
        case ["table"]:
            raise GapError(
                f"{shown}: a character table has no elements; give a group, or use a command for tables"
            )
        case ["infinite"]:
            raise GapError(f"{shown}: the group is infinite; give a finite group")
        case ["large", int(order)]:
            raise LimitError(
                f"{shown}: order {order:,} is beyond the limit of {IMPORT_LIMIT:,} elements; "
                "import its character table instead"
            )
        case ["degree", int(order), int(points)]:
            raise LimitError(
                f"{shown}: order {order:,} on {points:,} points; the limit is {DEGREE_LIMIT:,} points"
            )
        case _:
            raise GapError(f"{shown}: the value is not a group; give for example gap:SmallGroup(24,3)")
    import numpy as np

    rows = [row for row in images if row] or [[0]]  # GAP's trivial groups move no points
    built = permutation_group(np.array(rows, dtype=np.int64), shown)
    if built.order != order:
        raise GapError(f"{shown}: GAP says order {order:,}, its permutations generate order {built.order:,}")
    return built
