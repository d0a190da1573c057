from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from pipeline.errors import EXIT_OK, EmptyFileError

TEXT = (
    "ỦY BAN NHÂN DÂN XÃ AN KHUÊ\n\nBÁO CÁO\nKết quả giảm nghèo năm 2023\n\n"
    "Năm 2023, có 47 hộ nghèo được hỗ trợ vay vốn, số tiền là 2.350 triệu đồng.\n"
    "\fHết năm, xã cấp 60 thẻ BHYT cho hộ cận nghèo.\n"
)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_process_writes_the_tables(report: Path, tmp_path: Path) -> None:
    done = pipeline.process([report], tmp_path / "out", jobs=1)
    assert done.exit_status == EXIT_OK
    assert (done.summary.files, done.summary.pages, done.counts.pages_read) == (1, 2, 2)
    assert done.rows["loans"] == 1
    assert "2350000000" in (tmp_path / "out" / "tables" / "loans.csv").read_text(encoding="utf-8")


def test_read_and_extract_give_the_same_figures(report: Path) -> None:
    document = pipeline.read(report)
    assert [page.number for page in document.pages] == [1, 2]
    assert "\f".join(restored.raw for restored in document.restored) == TEXT
    figures = pipeline.extract_figures(document).figures
    (loan,) = [figure for figure in figures if figure.table == "loans"]
    assert (loan.values["borrowers"], loan.values["page"]) == (47, 1)


def test_read_without_restoration_leaves_the_text(report: Path) -> None:
    document = pipeline.read(report, settings=pipeline.Settings(restore=False))
    assert all(restored.text == restored.raw and not restored.edits for restored in document.restored)


def test_read_says_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    with pytest.raises(EmptyFileError, match=r"empty\.pdf"):
        pipeline.read(tmp_path / "empty.pdf")


def test_restore_text_keeps_the_way_back() -> None:
    restored = pipeline.restore_text("Báo cáo\nhd nghèo", channel="eng")
    assert restored.raw == "Báo cáo\nhd nghèo"
    assert pipeline.RestoredText.from_edits(restored.raw, restored.edits).text == restored.text
    assert restored.text.count("\n") == 1
