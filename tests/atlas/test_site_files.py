"""The folder of the site: whole or not at all, its links lead somewhere, its numbers those of the rows."""

from __future__ import annotations

import doctest
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from atlas_site import ARITIES, MONSTER, small_census

from certificates.atlas import cli_build
from certificates.atlas.dictionary import dictionary
from certificates.atlas.records import CensusRow, ClassRow, IrrepRow
from certificates.atlas.site import build, build_site, frame, names
from certificates.atlas.site.characters import characters_of
from certificates.atlas.site.entries import gathered, same_tables
from certificates.atlas.site.finding_condition import condition_finding
from certificates.atlas.site.finding_data import blocks, points
from certificates.atlas.site.finding_scatter import gain_finding, irreps_finding
from certificates.atlas.site.lines import class_lines, irrep_lines, report_data
from certificates.report.plots import characters_plot, classes_plot, shares_plot
from certificates.report.plots.style import DARK
from theory import character_table
from theory.characters.cyclotomic import to_complex
from theory.errors import InputError


def built(directory: Path, workers: int = 1, **changed: Any) -> build.SiteSummary:
    rows, certificates = small_census()
    arguments: dict[str, Any] = {"rows": rows, "certificates": certificates.items(), **changed}
    return build_site(
        arguments.pop("rows"),
        arguments.pop("certificates"),
        directory,
        workers=workers,
        version="0.0.0",
        **arguments,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("atlas") / "site"
    built(directory)
    return directory


class Page(HTMLParser):
    """What a page links to, the places it has, and its tags."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append((tag, held))
        self.links += [held[name] or "" for name in ("href", "src") if name in held]
        self.places += [held["id"] or ""] if "id" in held else []


class TestFolder:
    def test_counts(self, tmp_path: Path) -> None:
        summary = built(tmp_path / "s")
        files = [path for path in (tmp_path / "s").rglob("*") if path.is_file()]
        assert summary.groups == len({(row.order, row.gap_id or row.key) for row in small_census()[0]})
        assert summary.pages == sum(path.suffix == ".html" for path in files) == summary.groups + 4
        assert summary.certificates == len(list((tmp_path / "s" / "certificates").iterdir()))
        assert abs(summary.bytes - sum(path.stat().st_size for path in files)) < 200  # without the manifest

    def test_every_link_leads_somewhere(self, site: Path) -> None:
        pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
        assert len(pages) > 15
        for path, page in pages.items():
            assert len(set(page.places)) == len(page.places), path
            for link in page.links:
                assert not re.match(r"\w+:|/", link), f"{path.name} leaves the folder: {link}"
                name, _, place = link.partition("#")
                target = (path.parent / name).resolve() if name else path
                assert target.is_file(), f"{path.name}: {link}"
                assert not place or place in pages[target].places, f"{path.name}: {link}"

    def test_a_page_may_load_its_own_files_only(self, site: Path) -> None:
        for path in site.rglob("*.html"):
            policies = [held["content"] for tag, held in Page(path).tags if "http-equiv" in held]
            assert len(policies) == 1
            assert "default-src 'none'" in str(policies[0])
            assert "'unsafe-eval'" not in str(policies[0])
            script = re.search(r"script-src ([^;]*)", str(policies[0]))
            assert script is not None
            assert script[1] == "'self' file:"

    def test_the_same_with_processes(
        self, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(build, "BATCH", 8)
        told: list[str] = []
        built(tmp_path / "s", workers=2, progress=told.append)
        assert contents(tmp_path / "s") == contents(site)
        assert any(re.fullmatch(r"(\d+) of \1 pages", text) for text in told)

    def test_certificates_are_copied_to_the_byte(self, site: Path) -> None:
        certificates = small_census()[1]
        packed = (site / "certificates" / "sg-24-3-k3.json.gz").read_bytes()
        assert gzip.decompress(packed) == certificates["sg-24-3", 3]
        assert not list((site / "certificates").glob("bare-k2.*"))

    def test_the_table_is_copied(self, tmp_path: Path) -> None:
        (tmp_path / "t.parquet").write_bytes(b"PAR1")
        built(tmp_path / "s", table=tmp_path / "t.parquet")
        assert (tmp_path / "s" / "census.parquet").read_bytes() == b"PAR1"
        assert 'href="census.parquet" download' in (tmp_path / "s" / "about.html").read_text()


def contents(site: Path) -> dict[str, bytes]:
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


class TestWholeOrNot:
    def test_a_site_is_replaced(self, tmp_path: Path) -> None:
        target = tmp_path / "s"
        built(target)
        (target / "groups" / "old.html").write_text("gone")
        built(target)
        assert not (target / "groups" / "old.html").exists()
        assert [path.name for path in tmp_path.iterdir()] == ["s"]

    @pytest.mark.parametrize("what", ["folder", "file"])
    def test_nothing_else_is(self, tmp_path: Path, what: str) -> None:
        target = tmp_path / "s"
        if what == "folder":
            target.mkdir()
            (target / "thesis.tex").write_text("mine")
        else:
            target.write_text("mine")
        before = contents(tmp_path)
        with pytest.raises(InputError, match="no atlas wrote" if what == "folder" else "is a file"):
            built(target)
        assert contents(tmp_path) == before

    def test_the_current_folder_is_not(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(InputError, match="current folder"):
            built(Path("."))

    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
    def test_a_site_stays_when_another_fails(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
    ) -> None:
        target = tmp_path / "s"
        built(target)
        before = contents(target)

        def fails(*_: object) -> None:
            raise error

        monkeypatch.setattr(build, "_write_shared", fails)
        with pytest.raises(InputError if isinstance(error, OSError) else KeyboardInterrupt):
            built(target)
        assert contents(target) == before
        assert [path.name for path in tmp_path.iterdir()] == ["s"]

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"key": "../evil"}, "cannot name a file"),
            ({"key": ""}, "cannot name a file"),
            ({"collection": "imaginary"}, "unknown collection"),
        ],
    )
    def test_rows_that_cannot_be_shown(self, tmp_path: Path, changed: dict[str, str], message: str) -> None:
        row = replace(small_census()[0][-1], **changed)
        with pytest.raises(InputError, match=message):
            built(tmp_path / "s", rows=[row])
        assert not (tmp_path / "s").exists()

    def test_two_groups_under_one_key(self, tmp_path: Path) -> None:
        row = small_census()[0][5]
        with pytest.raises(InputError, match="two groups"):
            built(tmp_path / "s", rows=[replace(row, gap_id=1), replace(row, gap_id=2)])

    def test_no_rows(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no rows"):
            built(tmp_path / "s", rows=[])


class TestPages:
    def test_one_page_for_a_group_of_two_collections(self, site: Path) -> None:
        assert not (site / "groups" / "a5.html").exists()
        page = (site / "groups" / "sg-60-5.html").read_text()
        assert "small groups, alternating" in page
        entries = {entry.head.key: entry for entry in gathered(small_census()[0])}
        assert entries["sg-8-3"].collections == ("small groups", "dihedral")
        assert [row.arity for row in entries["sg-8-3"].rows] == list(ARITIES)

    def test_statement(self, site: Path) -> None:
        page = (site / "groups" / "sg-60-5.html").read_text()
        for text in ("4.31570898769485", "none uses 5a", "gammastar certify A5 --arity 3 -o sg-60-5-k3.json"):
            assert text in page
        row = next(row for row in small_census()[0] if row.key == "sg-60-5" and row.arity == 2)
        assert row.certificate_sha256 is not None
        assert row.certificate_sha256 in page

    def test_trivial_group(self, site: Path) -> None:
        page = (site / "groups" / "sg-1-1.html").read_text()
        assert "no wrong label" in page
        assert "plotly" not in page
        assert "gammastar certify" not in page

    def test_the_monster(self, site: Path) -> None:
        page = (site / "groups" / "ct-m.html").read_text()
        assert f"{MONSTER:,}".replace(",", "\u202f") in page
        assert "given the character table" in page
        assert "taken on trust: the character table" in page
        assert f'"{MONSTER}"' in (site / "data.js").read_text()  # a string: no double holds it

    def test_without_a_certificate(self, site: Path) -> None:
        page = (site / "groups" / "bare.html").read_text()
        assert "There is none: Order 10000000; the checker’s limit".replace("’", "&#39;") in page
        assert "gammastar margin bare --arity 2" in page
        assert "download" not in page

    def test_a_certificate_that_was_left_out(self, tmp_path: Path) -> None:
        built(tmp_path / "s", certificates=())
        page = (tmp_path / "s" / "groups" / "sg-60-5.html").read_text()
        assert "built without the file" in page
        assert "download" not in page

    def test_neighbours_go_through_all_groups(self, site: Path) -> None:
        met, at = [], "sg-1-1.html"
        while at:
            met.append(at)
            tags = Page(site / "groups" / at).tags
            at = next((str(held["href"]) for tag, held in tags if held.get("rel") == "next"), "")
        pages = {path.name for path in (site / "groups").iterdir()} - {"index.html"}
        assert set(met) == pages
        assert len(met) == len(pages)

    def test_equal_tables_are_named(self) -> None:
        rows = [row for row in small_census()[0] if row.arity == 2]
        same = same_tables(gathered([*rows, replace(rows[5], key="twin", gap_id=77)]))
        assert [link.key for link in same[rows[5].key]] == ["twin"]
        assert same["sg-5-1"] == ()


class TestLines:
    @pytest.mark.parametrize("key", ["s6", "sg-12-2", "sg-24-3", "d9"])
    def test_nothing_is_lost(self, key: str) -> None:
        row = next(row for row in small_census()[0] if row.key == key and row.arity == 2)
        irreps = {label: line.first for line in irrep_lines(row) for label in line.labels}
        assert {label: replace(first, label=label) for label, first in irreps.items()} == {
            irrep.label: irrep for irrep in row.irreps
        }
        classes = [replace(line.first, name=name) for line in class_lines(row) for name in line.names]
        assert sorted(classes, key=lambda one: one.name) == sorted(row.classes, key=lambda one: one.name)

    def test_margins(self) -> None:
        for row in small_census()[0]:
            margins = [line.margin for line in class_lines(row)]
            assert all(margin > 1 - 1e-12 for margin in margins)
            if margins:  # some class is on the margin, or no network would be optimal
                assert min(margins) == pytest.approx(1, abs=1e-12)


class TestCharacters:
    @pytest.mark.parametrize("key", ["sg-12-2", "sg-24-3", "s6", "d9", "dic3", "sg-120-35"])
    def test_read_back(self, key: str) -> None:
        """Of every kind of group that a certificate holds, against the table it was made from."""
        rows, certificates = small_census()
        expression = next(row.expression for row in rows if row.key == key)
        table = character_table(expression)
        document = json.loads(certificates[key, 2])
        found = characters_of(document)
        assert found is not None
        assert found.values == tuple(tuple(map(str, values)) for values in table.values)
        for ratios, values, degree in zip(found.ratios, table.values, table.degrees, strict=True):
            assert ratios == pytest.approx([to_complex(value).real / degree for value in values], abs=1e-14)
        assert found.labels == table.labels

    def test_kinds(self) -> None:
        kinds = {json.loads(text)["group"]["kind"] for text in small_census()[1].values()}
        assert kinds == {"permutations", "abelian", "inversion"}

    def test_a_large_one_is_left_out(self) -> None:
        assert characters_of({"classes": [{}] * 61}) is None


class TestPlots:
    def figures(self) -> Iterator[str]:
        rows, certificates = small_census()
        for row in rows:
            if row.gamma_star is not None:
                characters = None
                if (row.key, row.arity) in certificates:
                    characters = characters_of(json.loads(certificates[row.key, row.arity]))
                data = report_data(row)
                yield shares_plot(data).plot
                yield classes_plot(data).plot
                if characters is not None:
                    yield characters_plot(data, characters).plot
        of = points(gathered(rows))
        for finding in (gain_finding(of), condition_finding(of), irreps_finding(of)):
            assert finding is not None
            yield finding.figure.plot

    def test_plotly_knows_every_entry(self) -> None:
        """Plotly's own validators refuse what they do not know."""
        import plotly.graph_objects as go

        for text in self.figures():
            plot = json.loads(text)
            plot.pop("lookup", None)
            go.Figure(plot)

    def test_colours_have_partners(self) -> None:
        for text in self.figures():
            assert set(re.findall(r"#[0-9a-f]{6}\b", text)) <= set(DARK)


class TestFindings:
    def test_counts(self) -> None:
        rows = [
            row
            for row in small_census()[0]
            if row.arity == 2 and row.irreps and row.collection == "small groups"
        ]
        of = [point for point in points(gathered(small_census()[0])) if point.small]
        found = blocks(of)
        assert sum(block.counts[0] for block in found) == sum(row.theorem9_condition is True for row in rows)
        assert sum(block.counts[2] for block in found) == sum(not row.plancherel_optimal for row in rows)
        assert sum(sum(block.counts) for block in found) == len(rows)
        assert [block.orders for block in found][:2] == ["2–10", "11–20"]

    def test_sentences(self) -> None:
        of = points(gathered(small_census()[0]))
        seen = " ".join(gain_finding(of).seen)
        least = min(of, key=lambda point: point.gain)
        assert f"({least.gain:.4g})" in seen
        finding = condition_finding(of)
        assert finding is not None
        abelian = [
            row for row in small_census()[0] if row.arity == 2 and row.cost and "abelian" in row.properties
        ]
        assert f"{len(abelian)} of the {len(abelian)} abelian groups" in finding.seen[1]

    def test_without_small_groups(self) -> None:
        assert condition_finding([]) is None

    def test_no_group_with_two_factors(self, tmp_path: Path) -> None:
        rows = [row for row in small_census()[0] if row.arity == 3]
        built(tmp_path / "s", rows=rows)
        assert "No row of the table" in (tmp_path / "s" / "findings.html").read_text()


def test_dictionary() -> None:
    records: tuple[type, ...] = (CensusRow, IrrepRow, ClassRow)
    for record, columns in zip(records, dictionary().values(), strict=True):
        assert [column.name for column in columns] == [field.name for field in fields(record)]
        assert all(len(column.meaning) > 5 for column in columns)


def test_examples() -> None:
    for module in (names, frame):
        done = doctest.testmod(module)
        assert done.attempted
        assert not done.failed


class TestCommand:
    @pytest.fixture
    def census(self, tmp_path: Path) -> Path:
        from certificates.atlas.store import Store, table_bytes

        rows, certificates = small_census()
        store = Store(tmp_path / "census", ARITIES)
        store.open()
        store.add("small groups", rows, certificates)
        (tmp_path / "census" / "census.parquet").write_bytes(table_bytes(store.rows()))
        return tmp_path / "census"

    def test_builds(self, census: Path, tmp_path: Path, site: Path) -> None:
        result = cli_build.build(census, tmp_path / "s", False, 1)
        assert set(result) == {"directory", "groups", "pages", "certificates", "bytes", "seconds"}
        assert result["certificates"] == len(list((site / "certificates").iterdir()))
        assert (tmp_path / "s" / "census.parquet").read_bytes() == (census / "census.parquet").read_bytes()
        with pytest.raises(InputError, match="--force"):
            cli_build.build(census, tmp_path / "s", False, 1)
        cli_build.build(census, tmp_path / "s", True, 1)

    def test_no_census(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(InputError, match="no such folder"):
            cli_build.build(tmp_path / "none", tmp_path / "s", False, 1)
        (tmp_path / "none").mkdir()
        with pytest.raises(InputError, match="no such file"):
            cli_build.build(tmp_path / "none", tmp_path / "s", False, 1)
        monkeypatch.setattr("certificates.atlas.publish.published", lambda: None)
        with pytest.raises(InputError, match="--census"):
            cli_build.build(None, tmp_path / "s", False, 1)
        assert not (tmp_path / "s").exists()
