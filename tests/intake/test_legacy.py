"""Old encodings: tables against independent decoders, cases, and what must stay."""

from __future__ import annotations

import subprocess
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.intake.codes import WESTERN, Encoding, draws_capitals, encoding, encodings, font_of
from pipeline.intake.legacy import converted
from pipeline.language.dictionaries import folder
from pipeline.language.lexicon import Lexicon
from pipeline.language.normal import LETTERS

ROOT = Path(__file__).resolve().parents[2]
CASES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (ROOT / "tests" / "cases" / "legacy.toml").read_text(encoding="utf-8")
)
NAMES = [known.name for known in encodings()]


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_lexicon_to_an_encoding_and_back(name: str) -> None:
    known = encoding(name)
    for word in Lexicon.load().words[3:]:
        # what is neither ASCII nor Vietnamese (ö, ²) has no code in these encodings
        if all(c.isascii() or c in LETTERS for c in word):
            assert known.decode(known.encode(word)) == word
            if known.capitals:
                assert known.decode(known.encode(word.upper())) == word.upper()
                assert known.decode(known.encode(word.capitalize())) == word.capitalize()


@pytest.mark.parametrize("name", NAMES)
def test_a_table_holds_every_letter(name: str) -> None:
    known = encoding(name)
    wanted = LETTERS if known.capitals else {c for c in LETTERS if c.islower()} | set("ĂÂÊÔƠƯĐ")
    assert set(known.codes) == wanted
    assert set(known.letters.values()) == wanted


@pytest.mark.parametrize(("key", "told"), [("fonts", font_of), ("capital_fonts", draws_capitals)])
def test_fonts_are_told_by_their_names(key: str, told: Callable[[str], Encoding | None]) -> None:
    texts = [(folder() / "encodings" / f"{name}.toml").read_text(encoding="utf-8") for name in NAMES]
    entries = [table[key] for table in map(tomllib.loads, texts) if key in table]
    for entry in entries:
        assert [name for name in entry["find"] if not told(name)] == []
        assert [name for name in entry["ignore"] if told(name)] == []
    assert entries
    assert told("ABCDEF+.VnTimeH") is encoding("tcvn3")


def test_a_font_of_capitals_draws_codes_as_capitals() -> None:
    known = encoding("tcvn3")
    assert known.as_capitals(known.encode("đăng ký, ở ơn")) == "§¡NG Ký, ë ¥N"
    assert converted(known.as_capitals(known.encode("người được hỗ trợ")))[0].text == "NGƯỜI ĐƯỢC HỖ TRỢ"


def test_windows_1258_is_what_python_decodes() -> None:
    for code, letter in encoding("windows-1258").letters.items():
        assert unicodedata.normalize("NFC", code.encode("latin-1").decode("cp1258")) == letter


@pytest.mark.parametrize(("name", "other"), [("tcvn3", "TCVN"), ("viscii", "VISCII")])
def test_single_bytes_are_what_iconv_decodes(name: str, other: str) -> None:
    for letter in encoding(name).codes:
        data = bytes(WESTERN.index(c) for c in encoding(name).codes[letter])
        try:
            run = subprocess.run(["iconv", "-f", other, "-t", "UTF-8"], input=data, capture_output=True)
        except FileNotFoundError:
            pytest.skip("no iconv here")
        if b"not supported" in run.stderr:
            pytest.skip(f"this iconv does not know {other}")
        assert run.stdout.decode() == letter


@pytest.mark.parametrize("case", CASES["converts"], ids=lambda c: c["raw"].strip()[:30])
def test_converts(case: dict[str, Any]) -> None:
    done, found = converted(case["raw"])
    assert done.text == case["text"]
    assert list(found) == case["encodings"]
    assert {edit.kind for edit in done.edits} == {"encoding"}


@pytest.mark.parametrize("case", CASES["stays"], ids=lambda c: c["what"])
def test_stays(case: dict[str, Any]) -> None:
    done, found = converted(case["raw"])
    assert (done.text, list(done.edits), found) == (case["raw"], [], ())


def test_foreign_prose_stays() -> None:
    for line in (ROOT / "benchmarks" / "foreign.txt").read_text(encoding="utf-8").splitlines():
        assert converted(line)[0].text == line
