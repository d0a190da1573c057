"""What a text layer says, word by word and on the whole."""

from __future__ import annotations

import pytest

from pipeline.intake.layer import LOST, LayerWord, parse
from pipeline.language.quality import assess, signatures
from pipeline.model import Box

GOOD = (
    "Ủy ban nhân dân xã báo cáo kết quả công tác giảm nghèo sáu tháng đầu năm 2024 như sau: toàn xã có 35 hộ "
    "nghèo được vay vốn với số tiền 1.750 triệu đồng, trong đó cho vay mới 20 hộ và cho vay bổ sung 15 hộ; "
    "các tổ tiết kiệm và vay vốn hoạt động đều đặn, không có nợ quá hạn, lãi thu đủ theo quy định hằng tháng."
)
RUINED = (
    "Uy ban nhan dan xa bao cao k3t qua cong tac giam ngheo sau thang dAu nAm 2024 nhu sau: toan xa c6 35 ho "
    "ngheo duqc vay vdn vdi s6 tiAn 1.750 triQu ddng, trong d6 cho vay mdi 20 h0 va cho vay b6 sung 15 hQ; "
    "cAc td ti6t kiQm vd vay v6n hoAt dOng dAu d4n, kh6ng c6 nq quA hAn, lAi thu dri theo quy dinh."
)
BARE = "Uy ban nhan dan xa bao cao ket qua cong tac giam ngheo sau thang dau nam 2024 nhu sau toan xa co "


def test_good_text_scores_above_ruined_text() -> None:
    assert assess(GOOD).score == 1.0
    assert assess(RUINED).score < 0.2
    assert assess(BARE).score < 0.2


@pytest.mark.parametrize("text", ["", "123 456", "- : ."])
def test_text_without_words(text: str) -> None:
    assert assess(text).reasons == ("no_words",)


def test_capitals_are_abbreviations_or_words() -> None:
    assert assess("UBND TTHC KSTTHC ỦY BAN NHÂN DÂN TỈNH AN HÒA CÔNG BỐ ĐIỀU KIỆN MỚI").score == 1.0


def test_every_signature_pattern_finds_its_example_and_ignores_its_counterexample() -> None:
    import tomllib

    from pipeline.language.dictionaries import folder

    entries = tomllib.loads((folder() / "quality.toml").read_text(encoding="utf-8"))["signature"]
    assert len({e["id"] for e in entries}) == len(entries)
    for entry in entries:
        assert entry["id"] in signatures(entry["find"]), entry["id"]
        assert entry["id"] not in signatures(entry["ignore"]), entry["id"]


def test_poppler_table() -> None:
    rows = [
        "level\tpage_num\tpar_num\tblock_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
        "1\t1\t0\t0\t0\t0\t0\t0\t595\t842\t-1\t###PAGE###",
        "5\t1\t0\t2\t1\t0\t10.5\t20\t30\t12\t100\tho\u0323\u0302",
        "5\t1\t0\t2\t1\t1\t10.5\t20\t0\t12\t100\tthin",
        "5\t1\t0\t2\t1\t2\t10.5\t1e308\t30\t1e308\t100\tendless",
        "5\t1\t0\t2\t1\t3\t10.5\tnan\t30\tinf\t100\tnowhere",
        "5\t1\t0\t2\t1\t1\tbroken",
    ]
    assert parse("\n".join(rows)) == [LayerWord("hộ", Box(10.5, 20, 40.5, 32), (0, 2, 1))]


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("ng\ue0f4o", f"ng{LOST}o"),
        ("ng\x05o", f"ng{LOST}o"),
        ("ho\u200b", "ho"),
        ("\uf0b7", ""),
        ("\uf0b7a", "a"),
        ("\uf061\uf062", LOST * 2),
        ("35", "35"),
    ],
)
def test_glyphs_without_letters_leave_a_mark(shown: str, kept: str) -> None:
    row = f"5\t1\t0\t2\t1\t0\t10\t20\t30\t12\t100\t{shown}"
    assert [word.text for word in parse(f"level\n{row}")] == [kept][: bool(kept)]
