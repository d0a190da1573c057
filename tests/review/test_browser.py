"""The pages in a real browser: by keyboard, without errors, accessible; and what it makes of the tables."""

from __future__ import annotations

import csv
import io
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from pipeline.api import process
from pipeline.batch.rewrite import schemas_of
from pipeline.review import serve
from pipeline.review.app import Site
from pipeline.review.draw import Pages
from pipeline.review.queue import Queue
from pipeline.settings import Settings
from samples.pdf import scan_pdf
from training.layout import Composer
from training.render import Style, paint

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: bash .ci/setup.sh dev fonts browser"
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser") / "in"
    folder.mkdir()
    shutil.copy(ROOT / "samples" / "input" / "ke-hoach-2025.pdf", folder)
    text = (ROOT / "samples" / "input" / "van-ban-hong" / "bao-cao-lac-khuong.txt").read_text(
        encoding="utf-8"
    )
    (folder / "<b onclick=alert(1)>&.txt").write_text(f"<script>alert(1)</script>\n{text}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(source: Path) -> Path:
    process([source], source.parent / "made", jobs=1)
    return source.parent / "made"


@pytest.fixture
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what the fixture of this name made."""
    shutil.copytree(request.getfixturevalue(getattr(request, "param", "made")), tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        found.close()


@pytest.fixture
def address(out: Path, tmp_path: Path) -> Iterator[str]:
    """A real server on a real socket."""
    options = serve.Options("Lan", port=0)
    (tmp_path / "scratch").mkdir()
    with closing(serve.bound(options)) as listening:
        access = serve.access_of(options, listening.getsockname()[1])
        with closing(Pages(out / ".hoso" / "review", tmp_path / "scratch", Settings())) as pages:
            app = Site(Queue(out, schemas_of(out)), pages, access, "Lan").app()
            server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
            thread = threading.Thread(target=server.run, args=([listening],))
            thread.start()
            yield serve.address(options, access)
            server.should_exit = True
            thread.join()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            wrong.append(f"{message.text} {message.location}")

    def asked(dialog: Dialog) -> None:
        wrong.append(f"alert: {dialog.message}")
        dialog.dismiss()

    def failed(request: Request) -> None:
        # one that was aborted belongs to a page that was left before it was whole
        if request.failure != "net::ERR_ABORTED":
            wrong.append(f"failed: {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", asked)
    page.on("requestfailed", failed)
    page.goto(address)
    yield page
    context.close()
    assert wrong == []


def read(out: Path, table: str) -> dict[str, dict[str, str]]:
    with (out / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row["row_id"]: row for row in csv.DictReader(file)}


def row_of(page: Page) -> str:
    found = re.search(r"/row/(\w+)", page.url)
    assert found is not None
    return found[1]


def count(page: Page) -> int:
    return int(page.locator("#count").inner_text().split()[0])


def test_a_reviewer_s_work_by_keyboard_lasts(page: Page, out: Path, source: Path) -> None:
    assert "token" not in page.url
    total = count(page)
    assert total > 20
    page.select_option("select[name=table]", "loans")
    page.get_by_role("button", name="Filter").click()
    loans = count(page)
    assert 0 < loans < total
    # open the first row, correct its first number, all without a mouse
    page.locator("main").press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/row/**")
    first = row_of(page)
    before = page.locator("input.number").first.input_value()
    page.keyboard.press("e")
    page.keyboard.type("6100")
    page.keyboard.type("000")
    assert page.locator(".grouped:not(:empty)", has_text="6.100.000").is_visible()
    for _ in range(3):
        page.keyboard.press("Backspace")
    page.keyboard.press("Home")
    page.keyboard.press("Delete")
    assert page.locator(".field:has(:focus) .grouped").inner_text() == ""
    assert page.locator("#keep").inner_text().startswith("Save correction")
    page.keyboard.press("Enter")
    # a number far from the print is asked about once, and the hands stay where they are
    page.wait_for_selector(".asked")
    assert re.search(
        r"100 is far from [\d.]+, which was read", page.locator(".field:has(:focus) .asked").inner_text()
    )
    assert page.locator("#keep").inner_text().startswith("Save correction")
    assert page.locator(":focus").input_value() == "100"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: first not in url)
    assert page.locator("#told").inner_text() == "Saved."
    # reject the next, accept a third
    second = row_of(page)
    page.keyboard.press("r")
    page.wait_for_url(lambda url: second not in url)
    third = row_of(page)
    page.keyboard.press("a")
    page.wait_for_url(lambda url: third not in url)
    # take the last one back: the row is shown again
    page.keyboard.press("u")
    page.wait_for_url(f"**/row/{third}?**")
    assert page.locator("#told").inner_text() == "Taken back."
    # with a reason this time; a key typed there is a letter
    page.keyboard.press("m")
    page.keyboard.type("rau muống")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_url(lambda url: third not in url)
    page.keyboard.press("q")
    page.wait_for_selector("#count")
    assert count(page) == loans - 3
    page.reload()
    assert count(page) == loans - 3
    assert page.locator("#progress").inner_text().startswith("3 of")
    page.select_option("select[name=state]", "done")
    page.get_by_role("button", name="Filter").click()
    assert count(page) == 3
    # a fresh run keeps it and shows it
    process([source], out, jobs=1)
    rows = read(out, "loans")
    column = next(name for name in ("borrowers", "amount_vnd") if rows[first][name] == "100")
    assert rows[first]["flags"].split()[-1] == "corrected"
    assert second not in rows
    assert rows[third]["flags"].split()[-1] == "confirmed"
    with (out / "tables" / "decisions.csv").open(encoding="utf-8", newline="") as file:
        decided = {(row["row_id"], row["column"]): row for row in csv.DictReader(file)}
    assert decided[first, column]["machine_value"] == before
    assert decided[third, ""]["why"] == "rau muống"
    assert decided[first, column]["why"] == f"[asked and confirmed: {column} 100, far from {before}]"


def open_pdf(page: Page) -> None:
    page.goto(page.url.partition("?")[0] + "?table=cards&state=all")
    page.locator("tr", has_text="ke-hoach-2025.pdf").locator("a.row").first.click()
    page.wait_for_selector("#zoomed")


def test_the_figure_is_boxed_on_its_page(page: Page) -> None:
    with page.expect_response("**/image/**") as answer:
        open_pdf(page)
    assert answer.value.status == 200
    assert answer.value.headers["content-type"] == "image/jpeg"
    box = page.locator("#zoomed rect.box").first.bounding_box()
    frame = page.locator("#zoomed").bounding_box()
    assert box is not None
    assert frame is not None
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]
    assert box["height"] > 8
    near = page.locator("#zoomed").get_attribute("viewBox")
    page.keyboard.press("z")
    assert page.locator("#zoomed").get_attribute("viewBox") != near


def test_a_text_is_shown_with_its_edits(page: Page) -> None:
    page.goto(page.url.partition("?")[0] + "?table=loans&state=all")
    page.locator("tr", has_text="onclick").locator("a.row").first.click()
    page.wait_for_selector("#restored")
    assert page.locator("#restored .edit, #restored .doubt").count() > 3
    assert page.locator("#restored mark").count() >= 1
    assert page.locator("#raw .edit, #raw .doubt").count() > 3


@pytest.mark.parametrize("width", [1280, 768])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_pages_are_accessible(page: Page, width: int, language: str) -> None:
    page.set_viewport_size({"width": width, "height": 1024})
    start = page.url.partition("?")[0]
    page.goto(f"{start}?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    places = [start, f"{start}open"]
    open_pdf(page)
    places.append(page.url)
    page.goto(f"{start}?table=loans")
    page.locator("a.row").first.click()
    page.wait_for_selector("#row")
    places.append(page.url)
    for place in places:
        page.goto(place)
        for details in page.locator("details").all():
            details.evaluate("e => { e.open = true; }")
        assert_accessible(page)
    # the question about a number far from the print
    page.keyboard.press("e")
    page.keyboard.type("999999999999")
    page.keyboard.press("Enter")
    page.wait_for_selector(".asked")
    assert page.locator(".asked").is_visible()
    assert_accessible(page)


def assert_accessible(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [
        (v["id"], [n["html"][:150] for n in v["nodes"]])
        for v in found
        if v["impact"] in {"serious", "critical"}
    ] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One page scanned four times, once each way up."""
    folder = tmp_path_factory.mktemp("laid")
    composer = Composer(Style(size=14.0))
    composer.head(["UBND HUYỆN AN", "XÃ BÌNH NGHỆ"], "Số: 52/BC-UBND", "Bình Nghệ, ngày 31 tháng 7")
    for number, money in ((35, "1.750"), (28, "1.260"), (12, "480")):
        composer.paragraph(
            f"Trong năm 2024, toàn xã có {number} hộ nghèo được vay vốn với số tiền {money} triệu đồng; các "
            "tổ tiết kiệm và vay vốn hoạt động đều đặn, không có nợ quá hạn."
        )
    image = paint(composer.sheet, 200, colour=False)
    (folder / "in").mkdir()
    for degrees in (0, 90, 180, 270):
        data = scan_pdf([image.rotate(degrees, expand=True)], 200, 80, bilevel=False)
        (folder / "in" / f"q{degrees}.pdf").write_bytes(data)
    process([folder / "in"], folder / "out", jobs=2)
    return folder / "out"


@pytest.mark.parametrize("out", ["laid"], indirect=True)
def test_a_page_on_its_side_is_shown_upright(page: Page) -> None:
    """The figure and its box look the same whichever way the page lies in the file."""
    start, shown = page.url.partition("?")[0], {}
    for degrees in (0, 90, 180, 270):
        page.goto(f"{start}?table=loans&state=all")
        row = page.locator("tr", has_text=f"q{degrees}.pdf").filter(has_text="1.750.000.000")
        with page.expect_response("**/image/**") as answer:
            row.locator("a.row").click()
        assert answer.value.ok
        page.wait_for_load_state("networkidle")
        assert page.locator("#zoomed rect.box").count() == 2
        picture = Image.open(io.BytesIO(page.locator("#zoomed").screenshot())).convert("L")
        shown[degrees] = np.asarray(picture.reduce(4), float)
    assert shown[0].std() > 10
    for degrees in (90, 180, 270):
        likeness = np.corrcoef(shown[0].ravel(), shown[degrees].ravel())[0, 1]
        assert likeness > 0.8, (degrees, likeness)


# the last: what was moved and came back is another state of the file


def test_a_missing_original_is_told_and_the_text_shown(page: Page, out: Path, source: Path) -> None:
    original = source / "ke-hoach-2025.pdf"
    away = original.rename(source.parent / "away.pdf")
    try:
        page.goto(page.url.partition("?")[0] + "?table=cards&state=all")
        page.locator("tr", has_text="ke-hoach-2025.pdf").locator("a.row").first.click()
        page.wait_for_selector("#missing")
        assert "the original is not where it was read" in page.locator("#missing").inner_text()
        assert page.locator("#page-text mark").first.is_visible()
    finally:
        away.rename(original)
