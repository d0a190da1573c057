"""Whatever comes in, restoration keeps its promises."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.language.normal import fold_marks, nfc
from pipeline.restore import ChannelName, Restorer

RUINED = "Thyc hi¢n hd trg hd ngheo, hg can nghéo 1a 13 hd c6 x4 hgi 5.766 triéu dong; UBND huyén T Ky"
PIECES = st.sampled_from(
    [*RUINED.split(), "của", "hộ nghèo", "37/2024/NQ-HĐND", "\n", "\f", ".", " ", "  ", "đồngvới", "c 6"]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=60).map(" ".join),
    st.lists(PIECES, max_size=60).map("".join),
)
QUIET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return Restorer.load()


@pytest.mark.parametrize("channel", ["auto", "eng", "vie"])
def test_promises(restorer: Restorer, channel: ChannelName) -> None:
    @QUIET
    @given(TEXTS)
    @example(RUINED)
    @example("")
    def check(text: str) -> None:
        done = restorer.restore(text, channel=channel)
        assert done.raw == text
        last = 0
        for edit in done.edits:
            assert last <= edit.start < edit.end
            last = edit.end
            assert text[edit.start : edit.end] == edit.raw != edit.restored
            assert 0 <= edit.confidence <= 1
            assert "\n" not in edit.raw
            assert "\f" not in edit.raw
            if edit.kind == "diacritics":
                assert fold_marks(nfc(edit.raw)).lower() == fold_marks(edit.restored).lower()
        assert restorer.restore(done.text, channel=channel).edits == ()

    check()


def test_a_number_never_changes(restorer: Restorer) -> None:
    @QUIET
    @given(
        st.lists(
            st.one_of(PIECES, st.from_regex(r"\d{1,3}(\.\d{3}){1,3}(,\d)?", fullmatch=True)), max_size=40
        )
    )
    def check(words: list[str]) -> None:
        done = restorer.restore(" ".join(words), channel="eng")
        figures = [w for w in words if "." in w and w[0].isdigit()]
        assert [w for w in done.text.split() if w in set(figures)] == figures

    check()
