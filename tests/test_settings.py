"""Settings from four places, and what is no setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import build_parser
from pipeline.errors import UsageError
from pipeline.settings import Settings, load


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without a hoso.toml."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_flags_win_over_the_environment_and_that_over_the_file(folder: Path) -> None:
    (folder / "hoso.toml").write_text('dpi = 100\npage_timeout = 10\nlanguage = "eng"\n')
    environment = {"HOSO_DPI": " 200 ", "HOSO_PAGE_TIMEOUT": "20", "HOSO_RESTORE": "no", "HOME": "/"}
    assert load({"page_timeout": 30}, environment) == Settings(
        dpi=200, page_timeout=30, language="eng", restore=False
    )
    assert load({}, {}, folder / "hoso.toml").dpi == 100


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HOSO_DPII", "300", "HOSO_DPII is no setting of hoso; known are HOSO_DPI, HOSO_LANGUAGE"),
        ("HOSO_dpi", "300", "HOSO_dpi is no setting"),
        ("HOSO_", "300", "HOSO_ is no setting"),
        ("HOSO_DPI", "²", "dpi must be a positive int, not '²'"),
        ("HOSO_DPI", "٣٠٠", "dpi must be a positive int"),
        ("HOSO_DPI", "0", "dpi must be a positive int, not 0"),
        ("HOSO_DPI", "-1", "dpi must be a positive int"),
        ("HOSO_DPI", "9" * 5000, "dpi must be a positive int"),
        ("HOSO_RESTORE", "perhaps", "restore must be a bool"),
    ],
)
def test_the_environment_is_checked_as_the_file_is(name: str, value: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"^environment: ") as caught:
        load({}, {name: value})
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["dpii = 300", "dpi = 0", 'dpi = "x"', "dpi = true", "dpi ="])
def test_a_file_that_does_not_fit_is_named(folder: Path, text: str) -> None:
    (folder / "hoso.toml").write_text(text)
    with pytest.raises(UsageError, match=r"^hoso\.toml: "):
        load({}, {})


@pytest.mark.parametrize("jobs", ["²", "٣", "1_0", "1.5", "9" * 5000])
def test_jobs_are_a_whole_number(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["extract", "x", "--out", "y", "--jobs", jobs])
    assert "must be a whole number from 1, not" in capsys.readouterr().err
