"""The report: drawn in a real browser without a console error or a request, and safe with hostile names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from browsing import Visit, visit
from markupsafe import Markup

from certificates.cli_progress import Stage
from certificates.report import collect, render
from certificates.report.data import ReportData
from certificates.report.mathml import exact, group, scientific
from certificates.report.plots.style import DARK
from certificates.result import verification_result
from theory import character_table, solve
from theory.margins.network import NetworkEvaluation

HOSTILE = """<script>alert("x")</script><img src=x onerror=alert(1)>&'"{{ 7*7 }}</style></title></script>"""


def report_data(name: str, arity: int = 2) -> ReportData:
    """A group's report with an evaluation and a verdict written by hand, so that no step needs to run."""
    solution = solve(character_table(name), arity)
    best = solution.gamma_star
    evaluation = NetworkEvaluation(
        width=236,
        method="every input",
        margin_normalised=best,
        gamma_star=best,
        ratio=1.0,
        error_bound=1e-18,
        inputs_checked=3600,
        sample_deviation=None,
        memorising=best / 4,
        memorising_centred=best / 3,
        residual=1e-15,
    )
    facts = [{"name": "group", "status": "proved", "detail": "order"}]
    facts.append({"name": "character table", "status": "trusted", "detail": "imported"})
    check = {"valid": True, "facts": facts, "order": 1, "classes": 1, "seconds": 0.1}
    result = verification_result(
        solution,
        name,
        stages=[Stage("character table", detail="by hand")],
        reference={"solver": "cvxpy with HiGHS", "cost": float(solution.cost), "relative_gap": 1e-16},
        certificate={"sha256": "9f2b" * 16, "check": check},
        evaluation=evaluation,
        files={},
        seconds=1.0,
    )
    return collect(solution, result)


def hostile_data() -> ReportData:
    """A5's report with an attack in place of every text that can come from outside."""
    data = report_data("A5")
    result = json.loads(json.dumps(data.result))
    result["group"] = HOSTILE
    result["stages"].append(
        {"name": "reference solver", "status": "skipped", "detail": HOSTILE, "seconds": 0.0}
    )
    for fact in result["certificate"]["check"]["facts"]:
        fact["detail"] = HOSTILE
    for irrep in result["irreps"]:
        irrep["label"] = HOSTILE
    assert data.characters is not None
    values = tuple(tuple(HOSTILE for _ in row) for row in data.characters.values)
    labels = tuple(f"{HOSTILE}{i}" for i in range(len(data.characters.labels)))
    return replace(
        data,
        result=result,
        irreps=tuple(replace(line, label=f"{HOSTILE}{i}") for i, line in enumerate(data.irreps)),
        classes=tuple(replace(line, name=f"{HOSTILE}{i}") for i, line in enumerate(data.classes)),
        characters=replace(data.characters, values=values, labels=labels),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(report_data("A5")), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def opened(browser: Any, written: Path) -> Visit:
    """A5's report on a large light screen; opened once, for tests that leave it as it is."""
    return visit(browser, written)


@pytest.mark.requires("chromium")
class TestInTheBrowser:
    def test_quiet(self, opened: Visit) -> None:
        assert opened.troubles() == []

    def test_on_a_dark_phone(self, browser: Any, written: Path) -> None:
        found = visit(browser, written, width=360, scheme="dark")
        assert found.troubles() == []
        assert found.page.evaluate("document.documentElement.scrollWidth") <= 360
        paper = found.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert found.page.evaluate("document.querySelector('.main-svg').style.background") == paper

    def test_plots_are_drawn(self, opened: Visit) -> None:
        page = opened.page
        assert page.locator("#plot-shares .bars .point").count() == 2 * 4  # fixed and free part, 4 irreps
        assert page.locator("#plot-classes .scatterlayer .point").count() == 5
        assert page.locator("#plot-networks .bars .point").count() == 4
        assert page.locator("#plot-characters .heatmaplayer image").count() == 1
        for plot in page.locator(".plot").all():
            box = plot.locator("svg").first.bounding_box()
            assert box["width"] > 300
            assert box["height"] > 100
            assert len(plot.get_attribute("aria-label")) > 40  # the text alternative

    def test_formulas_are_mathematics(self, opened: Visit) -> None:
        assert opened.page.locator("math").count() > 20
        assert "sqrt(" not in opened.page.locator("main > section").first.inner_text()

    def test_hostile_names_are_text(self, browser: Any, tmp_path: Path, opened: Visit) -> None:
        path = tmp_path / "hostile.html"
        path.write_text(render(hostile_data()), encoding="utf-8")
        found = visit(browser, path)
        assert found.troubles() == []
        assert found.page.locator("main img").count() == 0
        assert found.page.evaluate("document.scripts.length") == opened.page.evaluate(
            "document.scripts.length"
        )
        assert found.page.locator("h1").text_content() == f"The maximum margin of {HOSTILE}"
        assert found.page.title().startswith(HOSTILE)


@pytest.mark.requires("chromium")
class TestTheVisitCanFail:
    """What `visit` must notice on a bad page."""

    @pytest.mark.parametrize(
        ("body", "trouble"),
        [
            ("<script>console.error('wrong')</script>", "console error: wrong"),
            ("<script>throw new Error('broken')</script>", "page error: broken"),
            ("<img src='http://127.0.0.1:9/x.png'>", "request: http://127.0.0.1:9/x.png"),
            ("<link rel=stylesheet href='other.css'>", "other.css"),
            ("<script>alert('hello')</script>", "dialog: hello"),
        ],
    )
    def test_bad_page(self, browser: Any, tmp_path: Path, body: str, trouble: str) -> None:
        path = tmp_path / "bad.html"
        path.write_text(f"<!doctype html><body>{body}</body>")
        assert any(trouble in seen for seen in visit(browser, path, drawn=False).troubles())

    def test_unescaped_names_would_run(self, browser: Any, tmp_path: Path) -> None:
        data = report_data("Z3")
        path = tmp_path / "unescaped.html"
        path.write_text(
            render(replace(data, result={**data.result, "group": Markup(HOSTILE)})), encoding="utf-8"
        )
        assert visit(browser, path, drawn=False).troubles() != []


class TestPage:
    def test_pure(self) -> None:
        data = report_data("S3")
        assert render(data) == render(data)

    def test_no_address_is_fetched(self, written: Path) -> None:
        page = written.read_text(encoding="utf-8")
        own = page.split("<script>")[0]  # before plotly's library, which names addresses in its messages
        assert 'src="' not in own
        assert "url(" not in own
        assert "<link" not in own
        assert "default-src 'none'" in own  # and the browser enforces it

    @pytest.mark.parametrize(
        ("name", "arity", "words"),
        [
            ("S6", 2, ["5b and 5d", "possible", "in some networks", "Diamonds stand for"]),
            ("Z5", 2, ["1b, 1", "complex"]),
            (
                "Q8",
                3,
                ["three elements", "quaternionic", "<i>Dic</i><sub>m/4</sub>", "<mo>,</mo></mrow></math>"],
            ),
            ("S3", 5, ["Closed forms"]),
        ],
    )
    def test_kinds_of_group(self, name: str, arity: int, words: list[str]) -> None:
        page = render(report_data(name, arity)).split("<script>")[0]
        assert [word for word in words if word not in page] == []

    def test_every_status_and_verdict_is_styled(self) -> None:
        from importlib.resources import files

        css = files("certificates.report").joinpath("templates", "report.css").read_text()
        for name in (
            "required",
            "possible",
            "excluded",
            "every",
            "some",
            "none",
            "proved",
            "trusted",
            "failed",
        ):
            assert f".{name}" in css

    def test_large_tables_fold(self) -> None:
        page = render(report_data("S12")).split("<script>")[0]  # 77 irreps
        assert "All 76 irreps as a table" in page
        assert "too large to draw" in page

    def test_colours_have_partners(self) -> None:
        """A colour of a plot that has no dark partner would stay light on a dark page."""
        import re

        from certificates.report.plots import characters_plot, classes_plot, networks_plot, shares_plot

        data = report_data("S6")
        assert data.characters is not None
        plots = [
            shares_plot(data),
            classes_plot(data),
            networks_plot(data),
            characters_plot(data, data.characters),
        ]
        for plot in plots:
            assert set(re.findall(r"#[0-9a-f]{6}\b", plot.plot)) <= set(DARK)
        assert set(DARK) & set(DARK.values()) == set()


class TestMathML:
    @pytest.mark.parametrize(
        "text",
        [
            "0",
            "3/4",
            "-1/2",
            "sqrt(2)",
            "1/6 + 2/3*sqrt(2)",
            "-1/12 + 1/6*sqrt(2)",
            "1/198*sqrt(6)",
            "1/9 - 2*sqrt(3)",
        ],
    )
    def test_round_trip(self, text: str) -> None:
        """What the formula says, read back term by term, is the value."""
        tree = ElementTree.fromstring(f"<mrow>{exact(text)}</mrow>")
        assert spoken(tree) == text.replace("*", "").replace(" ", "")

    def test_quotient_is_simplified(self) -> None:
        tree = ElementTree.fromstring(f"<mrow>{exact('1/2700*sqrt(5)/(8/15 + 4/5*sqrt(3))')}</mrow>")
        assert spoken(tree) == "[sqrt(5)]/[720(2+3sqrt(3))]"

    @pytest.mark.parametrize(
        "text",
        [
            "1/2700*sqrt(5)/(8/15 + 4/5*sqrt(3))",
            "1/108/(1/12 + 5/6*sqrt(2))",
            "4*sqrt(3)/(1/2 - 1/3*sqrt(2))",
        ],
    )
    def test_quotient_keeps_its_value(self, text: str) -> None:
        from math import sqrt

        tree = ElementTree.fromstring(f"<mrow>{exact(text)}</mrow>")
        python = spoken(tree).replace("[", "(").replace("]", ")")
        import re

        python = re.sub(r"(?<=[\d)])(?=sqrt|\()", "*", python).replace("sqrt*", "sqrt")
        assert eval(python, {"sqrt": sqrt}) == pytest.approx(eval(text, {"sqrt": sqrt}), rel=1e-14)

    @pytest.mark.parametrize("text", ["", "x", "1/0x", "<b>", "2*pi", "sqrt(2) + ", "2 3"])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="not a sum"):
            exact(text)

    def test_groups(self) -> None:
        assert group("Z2^3 x A5") == "Z<sub>2</sub><sup>3</sup> × A<sub>5</sub>"
        assert group("SL(2,3)") == "SL(2,3)"
        assert group('gap:Group("<b>")') == "gap:Group(&#34;&lt;b&gt;&#34;)"

    def test_scientific(self) -> None:
        assert scientific(0.000431570898769485).startswith("<mn>4.31570898769485</mn><mo>×</mo>")
        assert scientific(1.375) == "<mn>1.375</mn>"
        assert scientific(0.0) == "<mn>0</mn>"


def spoken(node: ElementTree.Element) -> str:
    """MathML of sums, fractions and roots as text."""
    inner = [spoken(child) for child in node]
    match node.tag:
        case "mfrac":
            whole = all(len(part) == 1 and part[0].tag == "mn" for part in node)
            return f"{inner[0]}/{inner[1]}" if whole else f"[{inner[0]}]/[{inner[1]}]"
        case "msqrt":
            return f"sqrt({inner[0]})"
        case "mo":
            return (node.text or "").replace("−", "-")
    return (node.text or "") + "".join(inner)
