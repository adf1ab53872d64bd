"""Building the site: rows and certificates in, a folder of pages out, whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from certificates.atlas.records import CensusRow
from certificates.atlas.site.about_page import Making, about_page
from certificates.atlas.site.characters import characters_of
from certificates.atlas.site.entries import Entry, gathered, same_tables
from certificates.atlas.site.findings_page import findings_page
from certificates.atlas.site.frame import PACKAGE
from certificates.atlas.site.group_page import GroupView, certificate_name, group_page
from certificates.atlas.site.index_page import index_page, list_page
from certificates.atlas.site.table_data import table_script
from certificates.report.data import LARGEST_TABLE, Characters
from certificates.report.environment import asset, plotly_library
from theory.errors import InputError

__all__ = ["MANIFEST", "SiteSummary", "build_site"]

MANIFEST = "atlas.json"  # says that a folder is a site, which may be replaced
FORMAT = "gammastar atlas 1"
BATCH = 16  # pages a task

Certificates = Iterable[tuple[tuple[str, int], bytes]]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class SiteSummary:
    """What was built.

    Args:
        groups: pages of groups.
        pages: all pages.
        certificates: files of certificates.
        bytes: size of all files.
    """

    groups: int
    pages: int
    certificates: int
    bytes: int


def build_site(
    rows: Sequence[CensusRow],
    certificates: Certificates,
    directory: Path,
    *,
    workers: int,
    version: str,
    table: Path | None = None,
    programs: dict[str, str] | None = None,
    progress: Progress = lambda text: None,
) -> SiteSummary:
    """Build the site in a temporary folder beside `directory`, which it then replaces.

    Args:
        rows: of the census.
        certificates: pairs of (key, number of factors) and JSON text; read once, those of no row left out.
        directory: where the site goes: absent, empty, or a site, which is replaced.
        workers: processes that write pages.
        version: of this program.
        table: the Parquet file of the rows, copied to the site.
        programs: versions of other programs, by name, told on the page about the atlas.
        progress: told what is done.

    Raises:
        InputError: the rows cannot be shown, or the folder cannot be replaced or written to.
    """
    target = directory.resolve()
    _check_replaceable(target)
    entries = gathered(rows)
    if not entries:
        raise InputError("census: no rows, nothing to build a site of")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=target.parent, prefix=".gammastar-atlas-"))
    except OSError as error:
        raise InputError(f"{directory}: cannot be written: {error.strerror or error}") from None
    try:
        os.chmod(work, 0o755)  # mkdtemp makes folders that only their owner reads
        progress("certificates")
        held = _write_certificates(work, entries, certificates)
        copied = _copy_table(work, table)
        _write_groups(work, entries, held, workers, progress)
        progress("the other pages")
        making = Making(version, programs or {}, *copied, len(held))
        _write_shared(work, entries, making)
        summary = _summary(work, len(entries), len(held))
        _write(work / MANIFEST, json.dumps({"format": FORMAT, "version": version, "groups": len(entries)}))
        _replace(target, work)
    except OSError as error:
        raise InputError(f"{directory}: cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return summary


def _check_replaceable(target: Path) -> None:
    """Refuse to replace a folder with anything in it that is no site: what it holds would be lost."""
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(f"{target}: is a file, but -o DIR names the folder of the site")
    held = sorted(entry.name for entry in target.iterdir())
    if held and MANIFEST not in held:
        raise InputError(
            f"{target}: holds files that no atlas wrote ({held[0]}{', ...' if len(held) > 1 else ''}), and a "
            "site replaces its folder; name an empty or new one with -o"
        )
    if Path.cwd().resolve().is_relative_to(target):
        raise InputError(
            f"{target}: is the current folder, which a site cannot replace; build from elsewhere"
        )


def _replace(target: Path, work: Path) -> None:
    """Put the finished folder in its place; the old one is moved aside first, and back if that fails."""
    old = work.with_name(work.name + ".old")
    present = target.is_dir()
    if present:
        os.rename(target, old)
    try:
        os.rename(work, target)
    except OSError:
        if present:
            os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def _write_certificates(
    work: Path, entries: Sequence[Entry], certificates: Certificates
) -> dict[tuple[str, int], int]:
    """Write those that a page links to; their packed sizes by (key, number of factors)."""
    names = {(row.key, row.arity): certificate_name(row) for entry in entries for row in entry.rows}
    folder = work / "certificates"
    folder.mkdir()
    held = {}
    for place, text in certificates:
        if place in names:
            packed = gzip.compress(text, 6, mtime=0)  # the same bytes whenever it is built
            (folder / names[place]).write_bytes(packed)
            held[place] = len(packed)
    return held


def _copy_table(work: Path, table: Path | None) -> tuple[int | None, str]:
    """Copy the Parquet file; its size and digest."""
    if table is None:
        return None, ""
    content = table.read_bytes()
    (work / "census.parquet").write_bytes(content)
    return len(content), hashlib.sha256(content).hexdigest()


def _write_shared(work: Path, entries: Sequence[Entry], making: Making) -> None:
    """The pages and files that are there once."""
    pages = {
        "index.html": index_page(entries),
        "findings.html": findings_page(entries),
        "about.html": about_page(entries, making),
        "data.js": table_script(entries),
        "groups/index.html": list_page(entries),
        "assets/plotly.min.js": plotly_library(),
        "assets/report.css": asset("report.css"),
        "assets/report.js": asset("report.js"),
        **{f"assets/{name}": asset(name, PACKAGE) for name in ("site.css", "table.js", "findings.js")},
    }
    (work / "assets").mkdir()
    for name, text in pages.items():
        _write(work / name, text)


def _write_groups(
    work: Path,
    entries: Sequence[Entry],
    held: Mapping[tuple[str, int], int],
    workers: int,
    progress: Progress,
) -> None:
    """The pages of the groups, in batches: a process of its own costs more than a page."""
    (work / "groups").mkdir()
    views = list(_views(entries, held))
    batches = [views[start : start + BATCH] for start in range(0, len(views), BATCH)]
    done = 0
    if workers == 1 or len(batches) == 1:
        for batch in batches:
            done += _write_batch(work, batch)
            progress(f"{done} of {len(views)} pages")
        return
    with ProcessPoolExecutor(min(workers, len(batches)), mp_context=get_context("spawn")) as pool:
        tasks = [pool.submit(_write_batch, work, batch) for batch in batches]
        try:
            for task in as_completed(tasks):
                done += task.result()
                progress(f"{done} of {len(views)} pages")
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _views(entries: Sequence[Entry], held: Mapping[tuple[str, int], int]) -> Iterator[GroupView]:
    same = same_tables(entries)
    links = [entry.link for entry in entries]
    for place, entry in enumerate(entries):
        yield GroupView(
            entry=entry,
            before=links[place - 1] if place else None,
            after=links[place + 1] if place + 1 < len(links) else None,
            same=same[entry.head.key],
            held={row.arity: held[row.key, row.arity] for row in entry.rows if (row.key, row.arity) in held},
        )


def _write_batch(work: Path, views: Sequence[GroupView]) -> int:
    for view in views:
        drawn = replace(view, characters=_characters(work, view))
        _write(work / "groups" / f"{view.entry.head.key}.html", group_page(drawn))
    return len(views)


def _characters(work: Path, view: GroupView) -> Characters | None:
    """The character table, from the first certificate of the group."""
    if view.entry.head.conjugacy_classes > LARGEST_TABLE:
        return None
    for row in view.entry.rows:
        if row.arity in view.held:
            packed = (work / "certificates" / certificate_name(row)).read_bytes()
            return characters_of(json.loads(gzip.decompress(packed)))
    return None


def _summary(work: Path, groups: int, certificates: int) -> SiteSummary:
    files = [path for path in work.rglob("*") if path.is_file()]
    return SiteSummary(
        groups=groups,
        pages=sum(path.suffix == ".html" for path in files),
        certificates=certificates,
        bytes=sum(path.stat().st_size for path in files),
    )
