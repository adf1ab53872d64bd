"""The results of a sweep as one Parquet table."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from empirics.files import write_bytes
from empirics.sweeps.jobs import JobResult
from theory.errors import InputError

__all__ = ["check_table", "write_table"]


def check_table() -> None:
    """Refuse a sweep whose table cannot be written, before any work is done.

    Raises:
        InputError: pyarrow is missing.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise InputError("sweeps write Parquet by pyarrow: pip install 'gammastar[sweeps]'") from None


def write_table(results: Sequence[JobResult], path: Path) -> int:
    """Write the rows of all jobs that have one; columns and their types do not depend on the results.

    Args:
        results: of the jobs, in the order of the rows.
        path: of the table; written whole or not at all.

    Returns:
        the number of rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    irrep = pa.struct(
        [
            ("label", pa.string()), ("degree", pa.int64()), ("indicator", pa.int8()), ("status", pa.string()),
            ("share", pa.float64()), ("predicted_low", pa.float64()), ("predicted_high", pa.float64()),
            ("neurons", pa.int64()),
        ]
    )  # fmt: skip
    schema = pa.schema(
        [
            ("key", pa.string()), ("group", pa.string()), ("arity", pa.int64()), ("preset", pa.string()),
            ("seed", pa.int64()), ("width", pa.int64()), ("steps", pa.int64()), ("seconds", pa.float64()),
            ("gamma_star", pa.float64()), ("normalised_margin", pa.float64()), ("fraction", pa.float64()),
            ("margin_error", pa.float64()), ("mean_purity", pa.float64()),
            ("certified_mean_purity", pa.float64()), ("trivial_share", pa.float64()),
            ("mean_rank_one", pa.float64()), ("mean_matching", pa.float64()), ("irreps", pa.list_(irrep)),
        ]
    )  # fmt: skip
    rows = [result.row for result in results if result.row is not None]
    buffer = BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer)
    write_bytes(path, buffer.getvalue())
    return len(rows)
