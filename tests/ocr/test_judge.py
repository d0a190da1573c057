"""The verdict on a page, by what its words say and by what a look at the image would tell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from pipeline.errors import DamagedError, LimitError, ReadError, TimeoutReadError
from pipeline.intake.affine import Affine
from pipeline.intake.layer import LayerWord
from pipeline.intake.pdf import Geometry
from pipeline.intake.placement import Drawn, Placement
from pipeline.model import Box
from pipeline.ocr.judge import judge
from pipeline.ocr.look import Comparison

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
STAMP = "Ký bởi: Ủy ban nhân dân huyện Cơ quan: Huyện An Hòa Thời gian ký: 24/01/2025 14:23:43"
ENGLISH = "The district bank lent money to poor households and the commune handed out health insurance cards"
ALIKE = Comparison(300, 0.97, 0.98, 0.95, 6, 6)
UNMARKED = Comparison(300, 0.70, 0.93, 0.3, 6, 6)
OTHER = Comparison(300, 0.30, 0.35, 0.05, 6, 0)
COUNTS = Comparison(300, 0.90, 0.91, 0.95, 6, 1)


@dataclass
class Look:
    """What a look at the image would tell."""

    found: Comparison = ALIKE
    empty: float = 0.0
    bare: tuple[int, float] = (0, 0.0)

    def compare(self, words: list[LayerWord], texts: list[str]) -> Comparison:
        assert len(words) == len(texts) > 0
        return self.found

    def without_ink(self, words: list[LayerWord]) -> float:
        assert words
        return self.empty

    def unread(self, words: list[LayerWord], within: Box | None = None) -> tuple[int, float]:
        assert words or within
        return self.bare


@dataclass
class Page:
    """A page that is nowhere but here."""

    told: list[LayerWord]
    covered: bool
    eye: Look | None
    glyphs: int = 0
    picture: bool = False
    geometry: Geometry = field(default=Geometry(600, 800, 0, (0, 0, 600, 800)))

    @property
    def words(self) -> list[LayerWord]:
        return [replace(word, face="", hidden=False) for word in self.told]

    @property
    def all_words(self) -> list[LayerWord]:
        return self.words

    @property
    def content(self) -> Drawn:
        height = 800 if self.covered else 100
        image = Placement(1, 100, 100, Affine(600, 0, 0, height, 0, 0), simple=True)
        images = [image] if self.covered or self.picture else []
        return Drawn(images, glyphs=self.glyphs, hides=any(word.hidden for word in self.told))

    @property
    def look(self) -> Look:
        assert self.eye is not None, "nothing here is worth a look"
        return self.eye


def _words(text: str, face: str = "A", hidden: bool = False, line: int = 0) -> list[LayerWord]:
    return [
        LayerWord(word, Box(0, 0, 1, 1), (line, 0, i // 9), face, hidden)
        for i, word in enumerate(text.split())
    ]


HIDDEN, HIDDEN_BAD = _words(GOOD, hidden=True), _words(RUINED, hidden=True)
BOTH = _words(GOOD * 2, hidden=True) + _words(RUINED * 2, hidden=True, line=1)

CASES: list[tuple[str, list[LayerWord], bool, Look | None, str, str]] = [
    # words, whether an image covers the page, what a look tells (None: it must not be asked), verdict, reason
    ("seen", _words(GOOD), False, None, "good", ""),
    ("few", _words("Trang 2"), False, Look(), "good", "as_printed"),
    ("few and good", _words("PHỤ LỤC ĐỀ ÁN"), False, None, "good", "few_words"),
    ("few and lost", _words("M u s 05"), False, Look(OTHER), "ruined", "letters_differ"),
    ("typed over an image", _words(GOOD * 2), True, Look(), "good", ""),
    ("broken font", _words(RUINED), False, Look(OTHER), "ruined", "font:A"),
    ("printed so", _words(RUINED), False, Look(ALIKE), "good", "as_printed"),
    ("English", _words(ENGLISH), False, Look(ALIKE), "good", "as_printed"),
    ("few and odd", _words("h ngh\ufffdo"), False, Look(OTHER), "ruined", "letters_differ"),
    (
        "one font broken",
        _words(GOOD) + _words(RUINED, "B", line=1),
        False,
        Look(OTHER),
        "partly_ruined",
        "font:B",
    ),
    (
        "the font of a heading broken",
        _words("7UÊ O¦L â NLæQ F°D F¶ WUL SKÙ¦QJ", "B") + _words(GOOD, line=1),
        False,
        Look(OTHER),
        "partly_ruined",
        "font:B",
    ),
    ("a heading printed so", _words(ENGLISH, "B") + _words(GOOD, line=1), False, Look(ALIKE), "good", ""),
    ("stamp", _words(STAMP), True, None, "stamp_only", "signature:signed-by"),
    ("page number over a scan", _words("Trang 2"), True, None, "stamp_only", "covers_little"),
    ("hidden", HIDDEN, True, Look(), "good", "hidden"),
    ("hidden and stamped", HIDDEN + _words(STAMP, line=1), True, Look(), "good", "stamp"),
    ("hidden, ruined", HIDDEN_BAD, True, None, "ruined", "few_marks"),
    ("hidden, few", _words("PHO CHU TICH", hidden=True), True, Look(UNMARKED), "ruined", "marks_differ"),
    ("elsewhere", HIDDEN, True, Look(empty=0.6), "contradicted", "words_without_ink"),
    ("another page", HIDDEN, True, Look(OTHER), "contradicted", "image_differs"),
    ("other numbers", HIDDEN, True, Look(COUNTS), "contradicted", "numbers_differ"),
    ("half of it", HIDDEN, True, Look(bare=(20, 60.0)), "partly_ruined", "ink_without_words"),
    ("a seal", HIDDEN, True, Look(bare=(9, -2.0)), "good", "hidden"),
    ("half of it ruined", BOTH, True, Look(), "partly_ruined", "damaged_region"),
    (
        "seen, and a hidden field",
        _words(GOOD) + _words("Tài liệu mới", hidden=True),
        False,
        Look(empty=1.0),
        "good",
        "",
    ),
    ("nothing", [], True, None, "none", "no_words"),
    ("nothing at all", [], False, None, "none", "no_words"),
]


@pytest.mark.parametrize(
    ("words", "covered", "look", "verdict", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_verdicts(
    words: list[LayerWord], covered: bool, look: Look | None, verdict: str, reason: str
) -> None:
    page: Any = Page(words, covered, look)
    judged = judge(page)
    assert judged.verdict == verdict
    assert reason == "" or reason in judged.reasons
    assert judged.looked == (look is not None)


@pytest.mark.parametrize(("nats", "verdict"), [(40.0, "partly_ruined"), (1.0, "good")])
def test_text_in_a_picture(nats: float, verdict: str) -> None:
    page: Any = Page(_words(GOOD), covered=False, eye=Look(bare=(5, nats)), picture=True)
    assert judge(page).verdict == verdict


def test_glyphs_without_any_letters_are_a_ruin() -> None:
    page: Any = Page([], covered=False, eye=None, glyphs=300)
    assert (judge(page).verdict, judge(page).reasons) == ("ruined", ("no_letters",))


def test_words_that_nobody_sees_are_left_out_of_a_page_that_is_seen() -> None:
    page: Any = Page(_words(GOOD) + _words("Tài liệu mới", hidden=True), covered=False, eye=Look(empty=1.0))
    assert len(judge(page).kept) == len(GOOD.split())


@dataclass
class Blind(Page):
    """A page that cannot be looked at."""

    error: type[ReadError] = DamagedError

    @property
    def look(self) -> Look:
        message = "x, page 1: not to be seen"
        raise self.error(message)


@pytest.mark.parametrize(
    ("words", "covered", "verdict", "kept"),
    [
        (HIDDEN, True, "ruined", 0),
        (_words(RUINED), False, "ruined", 0),
        (_words("Trang 2"), False, "good", 2),
        (_words(GOOD) + _words("Tài liệu mới", hidden=True), False, "partly_ruined", len(GOOD.split())),
    ],
)
def test_a_page_that_cannot_be_looked_at_is_judged_by_the_words_that_are_seen(
    words: list[LayerWord], covered: bool, verdict: str, kept: int
) -> None:
    page: Any = Blind(words, covered, None)
    judged = judge(page)
    assert (judged.verdict, judged.reasons[0], len(judged.kept)) == (verdict, "no_look", kept)
    assert not any(word.hidden for word in judged.kept)


@pytest.mark.parametrize("error", [LimitError, TimeoutReadError])
@pytest.mark.parametrize("words", [HIDDEN, _words(RUINED)], ids=["hidden", "seen"])
def test_a_look_that_a_limit_ends_is_no_verdict(words: list[LayerWord], error: type[ReadError]) -> None:
    page: Any = Blind(words, words is HIDDEN, None, error=error)
    with pytest.raises(error):
        judge(page)


def test_what_is_kept_is_the_good_part() -> None:
    page: Any = Page(_words(GOOD) + _words(RUINED, "B", line=1), covered=False, eye=Look(OTHER))
    assert {word.face for word in judge(page).kept} == {"A"}
    page = Page(HIDDEN + _words(STAMP, line=1), covered=True, eye=Look())
    assert all(word.hidden for word in judge(page).kept)


def test_old_encodings_are_good_once_converted() -> None:
    from pipeline.intake.codes import encoding

    page: Any = Page(_words(encoding("vps").encode(GOOD)), covered=False, eye=None)
    assert (judge(page).verdict, judge(page).reasons[0]) == ("legacy", "encoding:vps")
