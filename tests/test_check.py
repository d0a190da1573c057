"""``hoso check``: verdicts and reasons for people and for programs, and exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from pipeline import cli
from samples.pdf import born_digital, scan_pdf, stamped
from training.layout import Composer
from training.render import Style

TEXT = (
    "Toàn xã có 35 hộ nghèo được vay vốn với số tiền 1.750 triệu đồng để chăn nuôi, trồng trọt và học nghề."
)
REASONS = "signature:signed-by signature:signed-at signature:time-zone covers_little"
STAMP = ["Ký bởi: UBND xã Bình Nghệ", "Thời gian ký: 31/07/2024 15:20:11"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    composer = Composer(Style(size=13.0))
    composer.paragraph(TEXT)
    page = Image.new("L", (850, 1100), 250)
    place = tmp_path / "Hồ sơ"
    place.mkdir()
    (place / "a.pdf").write_bytes(born_digital(composer.sheets))
    (place / "b.pdf").write_bytes(stamped(scan_pdf([page, page], 100, 80, bilevel=False), STAMP))
    (place / "c.txt").write_text(TEXT, encoding="utf-8")
    page.save(place / "d.png", dpi=(100, 100))
    return place


def test_a_line_a_page_with_its_reasons(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "a.pdf: good 1",
        "  page 1: good, quality 1.00",
        "b.pdf: stamp_only 1, none 1",
        f"  page 1: stamp_only ({REASONS}), quality 1.00",
        "  page 2: none (no_words)",
        "c.txt: no_layer 1",
        "  page 1: no layer, quality 1.00",
        "d.png: none 1",
        "  page 1: none (image_file)",
    ]


def test_a_line_of_json_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "e.pdf").write_bytes(b"%PDF-1.4 broken")
    assert cli.main(["check", "--json", str(folder)]) == 3
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [file["file"] for file in found] == ["a.pdf", "b.pdf", "c.txt", "d.png", "e.pdf"]
    page = found[0]["pages"][0]
    assert (page["verdict"], page["words"], page["kept"], page["looked"]) == ("good", 23, 23, False)
    assert page["regions"][0]["verdict"] == "good"
    assert page["regions"][0]["nats"] > 20
    assert [page["verdict"] for page in found[1]["pages"]] == ["stamp_only", "none"]
    assert found[4]["error"] == "damaged"


def test_a_file_that_cannot_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = folder / "e.pdf"
    broken.write_bytes(b"%PDF-1.4 broken")
    assert cli.main(["check", str(folder / "a.pdf"), str(broken)]) == 3
    printed = capsys.readouterr()
    assert "a.pdf: good 1" in printed.out
    assert printed.err.startswith(f"hoso: {broken}: damaged")
    assert cli.main(["check", str(broken)]) == 4


@pytest.mark.parametrize("name", ["nowhere.pdf", "empty"])
def test_nothing_to_check(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert cli.main(["check", str(tmp_path / name)]) == 2
    assert name in capsys.readouterr().err
