"""Ruined sentences are read again, good ones stay."""

from __future__ import annotations

import gc
import tomllib
import unicodedata
from pathlib import Path

import pytest

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder as dictionaries
from pipeline.model import Edit, RestoredText
from pipeline.restore import Restorer
from pipeline.restore.repair import _without_unstable, compose

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "restore.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return Restorer.load()


@pytest.mark.parametrize("case", CASES["ruined"], ids=lambda c: c["raw"][:30])
def test_ruined(restorer: Restorer, case: dict[str, str]) -> None:
    assert restorer.restore(case["raw"]).text == case["restored"]


@pytest.mark.parametrize("case", CASES["stays"], ids=lambda c: c["raw"][:30])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_stays(restorer: Restorer, case: dict[str, str], form: str) -> None:
    text = unicodedata.normalize(form, case["raw"])  # type: ignore[arg-type]
    assert restorer.restore(text).edits == ()


def test_good_and_ruined_stretches_of_one_text(restorer: Restorer) -> None:
    good, bad = CASES["stays"][0]["raw"], CASES["ruined"][0]
    text = f"{good}\n\n{bad['raw']}\n\n{good}"
    assert restorer.restore(text).text == f"{good}\n\n{bad['restored']}\n\n{good}"


def test_vie_repairs_only_what_is_sure_and_no_digits(restorer: Restorer) -> None:
    text = "Tổng số hộ nghèo trên địa bàn huyên là 13 hộ, diện tích 300 m2, nhà A1."
    done = restorer.restore(text, channel="vie")
    assert done.text == text.replace("huyên", "huyện")


def test_vie_leaves_words_that_were_printed_together(restorer: Restorer) -> None:
    text = "Các nhà tàitrợ và bà Adamson đã đến thăm xã LongThượng."
    assert restorer.restore(text, channel="vie").edits == ()


def test_kinds(restorer: Restorer) -> None:
    done = restorer.restore("Cac hg ngheo dugc hd trg xay nha vdi kinh phi tir ngan sach huyén")
    kinds = {e.raw: e.kind for e in done.edits}
    assert kinds["ngheo"] == "diacritics"
    assert kinds["dugc"] == "confusion"


def test_pages_come_back_in_order(restorer: Restorer) -> None:
    pages = [CASES["ruined"][0]["raw"], CASES["stays"][0]["raw"]]
    done = restorer.restore_pages(pages, ["auto", "vie"])
    assert [p.text for p in done] == [CASES["ruined"][0]["restored"], pages[1]]


def test_pages_help_each_other(restorer: Restorer) -> None:
    sure = "Uy ban nhan dan huyén Binh Lam bdo cdo két qua giam nghéo cta huyén Binh Lam nam 2024."
    pages = [sure, "", "13 hd ngheo.", sure]
    done = restorer.restore_pages(pages, ["auto", "auto", "eng", "auto"])
    assert [p.raw for p in done] == pages
    together = restorer.restore("\f".join([sure, "", sure]))
    assert "\f".join(done[i].text for i in (0, 1, 3)) == together.text


def test_lines_without_rest_stay_as_read() -> None:
    raw = "hd ngheo\nhg trg"
    done = RestoredText.from_edits(
        raw,
        (Edit(0, 2, "hd", "hộ", "confusion", 0.9), Edit(9, 11, "hg", "hỗ", "confusion", 0.9)),
    )
    again = [Edit(9, 11, "hỗ", "hồ", "diacritics", 0.5)]
    assert _without_unstable(RestoredText(raw, raw), done, again).text == "hộ ngheo\nhg trg"


def test_a_line_without_rest_keeps_its_old_encoding_converted() -> None:
    raw = "hd\nhé nghÌo"
    first = RestoredText.from_edits(
        raw, (Edit(3, 5, "hé", "hộ", "encoding", 0.9), Edit(6, 11, "nghÌo", "nghèo", "encoding", 0.9))
    )
    done = RestoredText.from_edits(raw, (Edit(3, 11, "hé nghÌo", "hồ nghèo", "confusion", 0.9),))
    again = [Edit(3, 5, "hồ", "hộ", "diacritics", 0.5)]
    assert _without_unstable(first, done, again).text == "hd\nhộ nghèo"


@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_collection_is_left_as_it_was(restorer: Restorer, collecting: bool) -> None:
    before = gc.isenabled()
    try:
        gc.enable() if collecting else gc.disable()
        restorer.restore(CASES["ruined"][0]["raw"])
        assert gc.isenabled() is collecting
    finally:
        gc.enable() if before else gc.disable()


def test_a_symbol_read_well_keeps_its_letters(restorer: Restorer) -> None:
    text = "Can cir Quyét dinh s6 12/QD-SXD va Bao cdo s6 34/BC-KTHT cia Phong Kinh té ha tang huyén."
    done = restorer.restore(text).text
    assert "12/QĐ-SXD" in done
    assert "34/BC-KTHT" in done


@pytest.mark.parametrize(
    ("ruined", "figure"),
    [
        ("UBND xa da giai quyét cho 25ngudi dan duge vay vén", "25"),
        ("Tong s6 hd nghéo 3trieu déng", "3"),
        ("Trong dé so20 hoc sinh dudc vay vén", "20"),
        ("Thon A 18ngay duge vay vén", "18"),
        ("Nam qua, da hd trg c 6 thang dugc vay vén", "6"),
        ("Trong xa 6 t 14 hoc sinh nghéo dudc hd trg", "14"),
    ],
)
def test_a_figure_beside_a_word_is_never_lost(restorer: Restorer, ruined: str, figure: str) -> None:
    assert figure in restorer.restore(ruined, channel="eng").text


@pytest.mark.parametrize("sign", ["'-", "*.", "°-", "-'", "-", "."])
def test_an_edit_says_what_stood_there(restorer: Restorer, sign: str) -> None:
    text = f"d6i{sign}véi ngudi nghéo dudc vay vén"
    for edit in restorer.restore(text, channel="eng").edits:
        assert text[edit.start : edit.end] == edit.raw


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("ngrams/3_tags.npy", None),
        ("ngrams/4_tags.npy", None),
        ("ngrams/4_values.npy", b""),
        ("ngrams/unigram.npy", b"PK\x03\x04"),
        ("ngrams/2_backoffs.npy", b"\x93NUMPY"),
        ("lexicon.tsv", b"a\t1\t0\t\n"),
        ("phrases.toml", None),
        ("names.toml", None),
        ("channel/eng.tsv", b"total\t-\tcut\tjoin\t1\t0\t0\n"),
        ("channel/eng.tsv", b"total\t-\tcut\tjoin\t1\t0\t0\nletter\tl\tabc\ta\t3\n"),
        ("channel/eng.tsv", b"total\t-\tcut\tjoin\t1\t0\t0\ntoken\tl\ta\ta\t-3\n"),
    ],
)
def test_damaged_dictionaries_are_named(tmp_path: Path, file: str, content: bytes | None) -> None:
    for name in ("ngrams", "channel", *(p.name for p in dictionaries().iterdir() if p.is_file())):
        (tmp_path / name).symlink_to(dictionaries() / name)
    folder = (tmp_path / file).parent
    if folder != tmp_path:
        folder.unlink()
        folder.mkdir()
        for path in (dictionaries() / folder.name).iterdir():
            (folder / path.name).symlink_to(path)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(DictionaryError, match=r"make dictionaries|restore the file"):
        Restorer.load(tmp_path).maker("eng")


def test_missing_dictionaries_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"lexicon\.tsv.*make dictionaries"):
        Restorer.load(tmp_path)


def test_compose_maps_to_the_raw_text() -> None:
    first = RestoredText.from_edits(
        "ab cd ef", (Edit(0, 2, "ab", "xyz", "lexicon", 0.9), Edit(6, 8, "ef", "e", "lexicon", 0.8))
    )
    # "xyz cd e": the second pass changes xyz once more, and cd
    second = [Edit(0, 3, "xyz", "q", "confusion", 0.7), Edit(4, 6, "cd", "c d", "split", 0.6)]
    edits = list(compose(first, second))
    assert RestoredText.from_edits("ab cd ef", edits).text == "q c d e"
    assert [(e.raw, e.restored) for e in edits] == [("ab", "q"), ("cd", "c d"), ("ef", "e")]


def test_compose_drops_what_comes_back_to_the_raw() -> None:
    first = RestoredText.from_edits("ab", (Edit(0, 2, "ab", "x", "lexicon", 0.9),))
    assert not list(compose(first, [Edit(0, 1, "x", "ab", "lexicon", 0.9)]))
