"""The report's page: complete, safe, bounded, linked, in both languages; a browser finds no fault."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from analysed import analysed_once, rows
from drawn_map import write_map

from benchmarks.multiplied import EDITION, multiply
from pipeline import cli
from pipeline.language.gazetteer import gazetteer
from pipeline.outputs import charts, report, reported, source, sqlite
from pipeline.outputs.html import Html
from pipeline.tables import schema


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = analysed_once(tmp_path_factory)
    assert cli.main(["report", str(made), "-q"]) == 0
    return made


@pytest.fixture(scope="module")
def text(out: Path) -> str:
    return (out / "report.html").read_text(encoding="utf-8")


class Seen(HTMLParser):
    """Tags, ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given[name] or "" for name in ("href", "src") if name in given]


def test_nothing_from_elsewhere_and_no_script(text: str) -> None:
    seen = Seen(text)
    assert not {"script", "img", "link", "iframe", "object"} & set(seen.tags)
    assert [link for link in seen.links if re.match(r"[a-z]+:|//", link)] == []
    assert "default-src 'none'" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_every_link_leads_somewhere(out: Path, text: str) -> None:
    from urllib.parse import unquote

    seen = Seen(text)
    assert len(seen.ids) == len(set(seen.ids))
    inside = [link[1:] for link in seen.links if link.startswith("#")]
    assert set(inside) <= set(seen.ids)
    files = {unquote(link.partition("#")[0]) for link in seen.links if not link.startswith("#")}
    assert {f for f in files if not (out / f).is_file()} == set()
    assert any(f.endswith("nam/2023.txt") for f in files)
    assert any(f.startswith("text/d") for f in files)


def test_every_figure_that_counts_has_its_evidence(out: Path, text: str) -> None:
    ids = set(Seen(text).ids)
    counted = {r["doc_id"] for r in rows(out, "documents") if r["counted"] == "true"}
    for table in ("loans", "houses", "water"):
        wanted = [r for r in rows(out, table) if r["doc_id"] in counted and r["role"] != "part"]
        # the seven months' report is covered by the year's
        assert {r["row_id"] for r in wanted if r["source_file"] != "thang/7-thang-2024.txt"} - ids == (
            {r["row_id"] for r in wanted if not r["period_end"]}
        )


def test_sums_and_what_is_left_out(text: str) -> None:
    assert '<tspan lang="vi">10.500</tspan><tspan lang="en">10,500</tspan>' in text
    assert "4.500.000.000" in text
    assert "\u202f" not in text
    assert "đã có báo cáo khác nói về cùng nơi, cùng năm" in text
    assert "covered by another report" in text
    assert "hong.pdf" in text


def test_a_chart_names_one_unit(text: str) -> None:
    said = [re.sub(r"<[^>]+>", "", c) for c in re.findall(r"<figcaption>.*?</figcaption>", text)]
    money = [c for c in said if "million VND" in c]
    assert money
    assert [c for c in money if "(đồng)" in c or "(VND)" in c] == []


def test_both_languages_say_the_same(text: str) -> None:
    found = {lang: len(re.findall(f'<span lang="{lang}">', text)) for lang in ("vi", "en")}
    assert found["vi"] == found["en"] > 100


def test_equal_input_equal_bytes(out: Path, tmp_path: Path) -> None:
    before = (out / "report.html").read_bytes()
    assert cli.main(["report", str(out), "-q"]) == 0
    assert (out / "report.html").read_bytes() == before


def test_a_large_folder_gives_a_bounded_page(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reported, "MOST_EVIDENCE", 3)
    monkeypatch.setattr(report, "MOST_EVIDENCE", 3)
    monkeypatch.setattr(report, "MOST_DOUBTS", 2)
    monkeypatch.setattr(report, "MOST_FAILURES", 0)
    place = tmp_path / "sub" / "small.html"
    assert cli.main(["report", str(out), "--file", str(place), "-q"]) == 0
    text = place.read_text(encoding="utf-8")
    assert text.count('class="proof"') == 3
    assert "tables/evidence.csv" in text
    assert "more in failures.csv" in text
    ids = set(Seen(text).ids)
    assert {link[1:] for link in Seen(text).links if link.startswith("#")} <= ids


def test_questions_grow_with_the_folder_not_faster(out: Path, tmp_path: Path) -> None:
    """Counted in steps of SQLite's machine: four times the documents, no more than six times the steps."""
    asked = []
    for number, rows_wanted in enumerate((60, 240)):
        large = tmp_path / str(number)
        multiply(out, large, rows_wanted)
        steps = [0]

        def step(steps: list[int] = steps) -> None:
            steps[0] += 1

        with source.opened(large) as found, closing(sqlite3.connect("")) as database:
            sqlite.fill(found, database, computed=True)
            report.as_rows(database)
            database.set_progress_handler(step, 100)
            text = report.page(found, database, large)
        asked.append(steps[0])
        assert len(text) < 2_000_000
    assert asked[1] < 6 * asked[0]


def test_what_failed_is_red_and_counts_are_grouped(tmp_path: Path) -> None:
    drawn = charts.split("s", [(Html("ok"), 1_234_567, charts.GREEN), (Html("failed"), 2, charts.RED)])
    assert '#2e8b57"></i>ok: <span lang="vi">1.234.567</span><span lang="en">1,234,567</span>' in drawn
    assert '#b3261e"></i>failed: 2' in drawn
    codes = [c.codes for c in schema.tables()["documents"].columns if c.name == "read_status"]
    assert report.COLOURS["failed"] == charts.RED
    assert set(codes[0]) <= set(report.COLOURS)


def test_without_the_source_files_names_stand_without_links(out: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(out, tmp_path / "copy"))
    (copy / "run.json").unlink()
    assert cli.main(["report", str(copy), "-q"]) == 0
    assert "in/nam/2023.txt" not in (copy / "report.html").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore")
def test_in_a_browser(out: Path, tmp_path: Path) -> None:
    """No fault on the console, no request beyond the file, languages change, axe finds nothing serious."""
    provinces = [u.code for u in gazetteer().units if (u.level, u.edition) == ("province", EDITION)]
    given, place = write_map(tmp_path / "map.geojson", provinces), tmp_path / "report.html"
    assert cli.main(["report", str(out), "--map", str(given), "--file", str(place), "-q"]) == 0
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    said: list[str] = []
    asked: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width in (1280, 768):
            # axe is a script, which the page's own policy rightly forbids
            context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
            view = context.new_page()
            view.on("console", lambda message: said.append(message.text))
            view.on("request", lambda request: asked.append(request.url))
            view.goto(place.as_uri())
            across: Any = view.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert across <= 0
            assert view.locator("h1 [lang=vi]").is_visible()
            assert view.locator("svg.map").first.is_visible()
            view.check("#en")
            assert view.locator("h1 [lang=en]").is_visible()
            assert not view.locator("h1 [lang=vi]").is_visible()
            found = Axe().run(view).response["violations"]
            assert [v["id"] for v in found if v["impact"] in {"serious", "critical"}] == []
            context.close()
        browser.close()
    assert said == []
    assert {url.partition("#")[0] for url in asked} == {place.as_uri()}
