"""The site in headless Chromium: quiet, usable by keyboard and on a phone, its downloads valid."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from atlas_site import HOSTILE, small_census
from browsing import Visit, visit
from contrast import faint_texts

from certificates.atlas.records import CensusRow
from certificates.atlas.site import build_site
from certificates.atlas.site.names import pretty

pytestmark = pytest.mark.requires("chromium")

SCRIPTED = ("index.html", "findings.html")
PAGES = (
    *SCRIPTED,
    "about.html",
    "groups/index.html",
    "groups/sg-60-5.html",
    "groups/sg-1-1.html",
    "groups/ct-m.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows, certificates = small_census()
    directory = tmp_path_factory.mktemp("atlas") / "site"
    build_site(rows, certificates.items(), directory, workers=1, version="0.0.0")
    return directory


def is_drawn(site: Path, name: str) -> bool:
    """Whether a page says when its scripts are done."""
    return name in SCRIPTED or "assets/report.js" in (site / name).read_text(encoding="utf-8")


def opened(browser: Any, site: Path, name: str, width: int = 1200, fragment: str = "") -> Visit:
    return visit(browser, site / name, width, drawn=is_drawn(site, name), site=site, fragment=fragment)


@pytest.fixture(scope="module")
def index(browser: Any, site: Path) -> Iterator[Visit]:
    found = opened(browser, site, "index.html")
    yield found
    assert found.troubles() == []


@pytest.fixture
def table(index: Visit) -> Any:
    """The start page as it is at first."""
    index.page.click("#reset")
    index.page.evaluate("location.hash = ''")
    return index.page


@pytest.fixture(scope="module")
def tab(browser: Any, site: Path) -> Visit:
    """One tab for many pages."""
    return opened(browser, site, "index.html", width=360)


@pytest.fixture
def at(tab: Visit, site: Path) -> Callable[[str], Visit]:
    """The tab at a page, on a phone."""

    def gone(name: str) -> Visit:
        tab.page.emulate_media(color_scheme="light")
        tab.page.set_viewport_size({"width": 360, "height": 900})
        tab.go(site / name, drawn=is_drawn(site, name))
        return tab

    return gone


def names(page: Any) -> list[str]:
    found: list[str] = page.locator("#rows th").all_text_contents()
    return found


class TestEveryPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_on_a_phone_and_a_screen(self, at: Callable[[str], Visit], name: str) -> None:
        found = at(name)
        page = found.page
        for width, scheme in ((360, "light"), (1200, "dark")):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(50)  # plots are drawn again, in the other colours
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert faint_texts(page) == []
        assert found.troubles() == []
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.locator("main h1").count() == page.locator("main").count() == 1
        assert "atlas of maximum margins" in page.title()
        for plot in page.locator(".plot").all():
            assert len(plot.get_attribute("aria-label")) > 40
            assert plot.locator("svg.main-svg").count() > 0

    def test_faint_text_is_found(self, browser: Any, tmp_path: Path) -> None:
        path = tmp_path / "faint.html"
        path.write_text("<!doctype html><body style='background:#fff'><p style='color:#999'>faint<p>plain")
        page = visit(browser, path, drawn=False).page
        assert faint_texts(page) == ["2.85: faint"]

    def test_without_scripts(self, browser: Any, site: Path) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto((site / "index.html").as_uri())
        page.click("noscript a")
        assert page.locator("main li a").count() == len(json.loads(script(site))["groups"])
        page.click("text=C₂ × A₅")
        assert page.locator("h1").inner_text() == "C₂ × A₅"
        assert page.locator("tbody tr").count() > 10
        context.close()


def script(site: Path) -> str:
    """The data of the table, as JSON."""
    return (site / "data.js").read_text().removeprefix("window.ATLAS=").removesuffix(";\n")


def two() -> list[CensusRow]:
    """A row a page, two factors, in the order of the table."""
    rows = {(row.order, row.gap_id or row.key): row for row in reversed(small_census()[0]) if row.arity == 2}
    return sorted(rows.values(), key=lambda row: (row.order, row.gap_id or 10**9, row.key))


class TestTable:
    def test_all_groups(self, table: Any) -> None:
        assert names(table) == [pretty(row.name or row.expression) for row in two()]
        assert table.locator("#count").inner_text() == f"{len(two())} groups"

    @pytest.mark.parametrize(
        ("field", "value", "kept"),
        [
            ("q", "a5", lambda row: row.name in ("A5", "C2 x A5")),
            ("q", "c2 X a5", lambda row: row.name == "C2 x A5"),
            ("q", "60,5", lambda row: row.name == "A5"),
            ("q", "[8, 4]", lambda row: row.name == "Q8"),
            ("q", "Alternating?", lambda row: False),
            ("order-from", "25", lambda row: row.order >= 25),
            ("order-to", "8", lambda row: row.order <= 8),
            ("order-to", "eight", lambda row: True),
            ("used-from", "4", lambda row: sum(x.status == "required" for x in row.irreps) >= 4),
            ("used-to", "1", lambda row: row.irreps and sum(x.status == "required" for x in row.irreps) <= 1),
            ("collection", "dihedral", lambda row: row.name in ("D8", "D9")),
            ("condition", "holds", lambda row: row.theorem9_condition is True),
            ("condition", "fails", lambda row: row.theorem9_condition is False),
            ("condition", "na", lambda row: row.irreps and row.theorem9_condition is None),
            ("condition", "optimal", lambda row: row.plancherel_optimal),
            ("condition", "not-optimal", lambda row: row.plancherel_optimal is False),
        ],
    )
    def test_filters(self, table: Any, field: str, value: str, kept: Any) -> None:
        box = table.locator(f"#{field}")
        if field in ("collection", "condition"):
            box.select_option(value)
        else:
            box.fill(value)
        assert names(table) == [pretty(row.name or row.expression) for row in two() if kept(row)]

    def test_properties(self, table: Any) -> None:
        table.get_by_label("perfect").check()
        table.get_by_label("simple", exact=True).check()
        assert names(table) == ["A₅", "BARE", "M"]
        table.get_by_label("simple", exact=True).uncheck()
        assert names(table) == ["1", "A₅", "BARE", "M"]

    def test_sorting(self, table: Any) -> None:
        rows = [row for row in two() if row.structure_gain is not None]
        table.click("button[data-sort=gain]")
        gains = sorted(rows, key=lambda row: -(row.structure_gain or 0))
        assert names(table) == [*(pretty(row.name) for row in gains), "1"]  # what has no gain comes last
        head = table.locator("th:has(button[data-sort=gain])")
        assert head.get_attribute("aria-sort") == "descending"
        table.click("button[data-sort=gain]")
        assert head.get_attribute("aria-sort") == "ascending"
        assert names(table) == [
            *(pretty(row.name) for row in sorted(rows, key=lambda row: row.structure_gain or 0)),
            "1",
        ]
        assert table.locator("[aria-sort]").count() == 1

    def test_factors(self, table: Any) -> None:
        row = next(row for row in small_census()[0] if row.key == "sg-60-5" and row.arity == 4)
        table.locator("#k").select_option("4")
        table.fill("#q", "60,5")
        cells = table.locator("#rows td").all_text_contents()
        assert f"{row.cost:.6g}" in cells
        assert "18/5 √3" in cells
        assert "Theorem 9" not in table.locator("#columns").inner_text()

    def test_the_address_holds_the_view(self, browser: Any, site: Path, table: Any) -> None:
        table.fill("#q", "s")
        table.fill("#order-to", "800")
        table.locator("#k").select_option("3")
        table.get_by_label("solvable", exact=True).check()
        table.click("button[data-sort=cost]")
        table.click("button[data-sort=cost]")
        fragment = table.evaluate("location.hash")
        again = opened(browser, site, "index.html", fragment=fragment)
        assert again.troubles() == []
        page = again.page
        assert names(page) == names(table)
        assert 1 < len(names(page)) < len(two())
        assert page.input_value("#q") == "s"
        assert page.input_value("#k") == "3"
        assert page.get_by_label("supersolvable").is_checked() is False
        assert page.locator("[aria-sort=descending] button").inner_text() == "Cost"
        page.close()

    def test_by_keyboard(self, browser: Any, site: Path) -> None:
        page = opened(browser, site, "index.html").page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert page.locator(".skip").bounding_box()["x"] >= 0
        met = []
        for _ in range(60):
            page.keyboard.press("Tab")
            at = "document.activeElement"
            met.append(page.evaluate(f"{at}.id || {at}.dataset.sort || {at}.value || {at}.tagName"))
            ring = page.evaluate(f"getComputedStyle({at}).outlineStyle + getComputedStyle({at}).outlineWidth")
            assert not ring.startswith("none"), met[-1]
            assert not ring.endswith("e0px"), met[-1]
            if met[-1] == "gain":
                break
        wanted = ["q", "order-from", "order-to", "used-from", "used-to", "k", "collection", "condition"]
        wanted += ["abelian", "real", "reset", "name"]
        assert [name for name in met if name in wanted] == wanted
        before = names(page)
        page.keyboard.press("Enter")
        assert names(page) != before
        assert page.evaluate("document.activeElement.dataset.sort") == "gain"  # still there
        page.close()


class TestGroup:
    def test_from_the_table_and_on(self, table: Any) -> None:
        table.click("#rows th a >> text=C₁₂")
        assert table.locator("h1").inner_text() == "C₁₂"
        assert table.locator("#k2").is_visible()
        table.click("[rel=next]")
        assert table.locator("h1").inner_text() == "Dic₃"
        table.click("text=All groups")
        table.wait_for_selector("html[data-drawn=yes]", state="attached")

    def test_plots(self, at: Callable[[str], Visit]) -> None:
        page = at("groups/sg-60-5.html").page
        assert page.locator("#plot-shares-2 .bars .point").count() == 2 * 4  # fixed and free, 4 irreps
        assert page.locator("#plot-shares-4 .bars .point").count() == 2 * 4
        assert page.locator("#plot-classes-2 .scatterlayer .point").count() == 5
        assert page.locator("#plot-characters .heatmaplayer image").count() == 1
        page.hover("#plot-characters .nsewdrag", position={"x": 5, "y": 5})
        assert "1a at identity" in page.locator("#plot-characters .hoverlayer").text_content()

    def test_a_click_on_a_point_leads_to_its_group(self, at: Callable[[str], Visit]) -> None:
        page = at("findings.html").page
        page.evaluate(
            "document.getElementById('plot-gain').emit('plotly_click', "
            "{points: [{customdata: document.getElementById('plot-gain').data[0].customdata[0]}]})"
        )
        page.wait_for_url("**/groups/sg-2-1.html")


class TestDownload:
    def test_by_http(self, browser: Any, site: Path, tmp_path: Path) -> None:
        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page(java_script_enabled=False)
        page.goto(f"http://127.0.0.1:{server.server_port}/groups/sg-60-5.html")
        with page.expect_download() as waiting:
            page.click("a[download] >> text=k2.json.gz")
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        page.close()
        server.shutdown()
        server.server_close()
        command = [sys.executable, "-m", "certificates.cli", "check", str(path)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0

    def test_from_a_disk(self, at: Callable[[str], Visit], tmp_path: Path) -> None:
        from certificates.checker.verdict import check

        page = at("groups/sg-60-5.html").page
        with page.expect_download() as waiting:
            page.click("a[download] >> text=k3.json.gz")
        assert waiting.value.suggested_filename == "sg-60-5-k3.json.gz"
        waiting.value.save_as(tmp_path / "k3.json.gz")
        assert check(tmp_path / "k3.json.gz").valid


def hostile(row: CensusRow) -> CensusRow:
    """A row with an attack in place of every text that can come from outside."""
    return replace(
        row,
        name=HOSTILE,
        expression=HOSTILE,
        also=(HOSTILE + "also",),
        note=HOSTILE,
        irreps=tuple(replace(irrep, label=f"{HOSTILE}{i}") for i, irrep in enumerate(row.irreps)),
        classes=tuple(replace(one, name=f"{HOSTILE}{i}") for i, one in enumerate(row.classes)),
    )


def test_hostile_names_are_text(browser: Any, tmp_path: Path) -> None:
    rows, certificates = small_census()
    document = json.loads(certificates["sg-60-5", 2])
    document["labels"]["characters"] = [f"{HOSTILE}{i}" for i in range(5)]
    wrong = [hostile(row) for row in rows if row.key in ("sg-60-5", "bare") and row.arity == 2]
    text = json.dumps(document).encode()
    site = tmp_path / "s"
    build_site(wrong, [(("sg-60-5", 2), text)], site, workers=1, version=HOSTILE)
    found = opened(browser, site, "index.html")
    for name in ("index.html", "findings.html", "about.html", "groups/sg-60-5.html"):
        found.go(site / name, drawn=is_drawn(site, name))
        assert found.troubles() == [], name
        assert found.page.locator("main img").count() == 0
        scripts = found.page.evaluate("[...document.scripts].filter((x) => !x.src && !x.type).length")
        assert scripts == 0, name
        if name.startswith("groups"):
            assert found.page.locator("h1").text_content() == pretty(HOSTILE)
    found.page.close()
