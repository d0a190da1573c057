"""Encrypted files over several runs: a password that is added reads what failed for want of it alone."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from pipeline.batch.runner import Options, Report, run
from pipeline.errors import UsageError
from pipeline.settings import Settings

_LOCKS: dict[str, pikepdf.Encryption | None] = {
    "free.pdf": None,
    "one.pdf": pikepdf.Encryption(owner="o", user="first"),
    "two.pdf": pikepdf.Encryption(owner="o", user="second"),
}


@pytest.fixture
def go(tmp_path: Path) -> Callable[..., Report]:
    source = tmp_path / "in"
    source.mkdir()
    for number, (name, lock) in enumerate(_LOCKS.items()):
        document = pikepdf.new()
        document.add_blank_page(page_size=(200, 100 + number))
        document.save(source / name, encryption=lock or False)
    (source / "torn.pdf").write_bytes(b"%PDF-1.7\n")

    def go(words: str | None = None, **values: object) -> Report:
        if words is not None:
            (tmp_path / "words").write_text(words, encoding="utf-8")
            values["password_file"] = str(tmp_path / "words")
        settings = Settings().with_values(values, "test")
        return run([source], tmp_path / "out", settings, Options(1, programs=dict))

    return go


def _codes(out: Path) -> dict[str, str]:
    with (out / "failures.csv").open(encoding="utf-8", newline="") as file:
        return {row["source_file"]: row["code"] for row in csv.DictReader(file)}


def test_a_password_that_is_added_reads_what_failed_for_want_of_it_alone(
    go: Callable[..., Report], tmp_path: Path
) -> None:
    def done(report: Report) -> tuple[int, int, dict[str, str]]:
        return report.counts.files_inspected, report.counts.pages_read, _codes(tmp_path / "out")

    torn = {"torn.pdf": "damaged"}
    assert done(go()) == (4, 1, {"one.pdf": "encrypted", "two.pdf": "encrypted", **torn})
    assert done(go()) == (0, 0, {"one.pdf": "encrypted", "two.pdf": "encrypted", **torn})
    assert done(go("first\n")) == (2, 1, {"two.pdf": "encrypted", **torn})
    assert done(go("first\nsecond\n")) == (1, 1, torn)
    # what is read stays, with the passwords or without
    assert done(go("second\n")) == (0, 0, torn)
    assert done(go()) == (0, 0, torn)
    # pages that are to be read anew want it again, and are read once it is back
    assert done(go(dpi=200)) == (0, 3, {"one.pdf": "encrypted", "two.pdf": "encrypted", **torn})
    assert done(go("first\nsecond\n", dpi=200)) == (0, 2, torn)


def test_passwords_in_the_input_would_be_a_document(tmp_path: Path) -> None:
    words = tmp_path / "in" / "words.txt"
    words.parent.mkdir()
    words.write_text("first", encoding="utf-8")
    with pytest.raises(UsageError, match=r"words\.txt: it lies in the input .* move it out"):
        run([tmp_path / "in"], tmp_path / "out", Settings(password_file=str(words)))
    assert not (tmp_path / "out").exists()
