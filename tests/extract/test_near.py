"""The cheap test before a fuzzy pattern refuses nothing that the pattern would find."""

from __future__ import annotations

import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.letterhead import data
from pipeline.extract.near import Near

letters = st.text("ABC -", max_size=40)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text("ABC", min_size=1, max_size=8), st.integers(0, 3), letters)
def test_it_refuses_no_match(phrase: str, errors: int, text: str) -> None:
    pattern = f"(?b)(?:{phrase}){{e<={errors}}}"
    if regex.search(pattern, text):
        assert Near.of(pattern).may_stand_in(text)


def test_it_refuses_prose() -> None:
    prose = "THUC HIEN CHI DAO CUA TINH UY TRONG NAM 2023 HUYEN DA CHO 120 HO NGHEO VAY VON SAN XUAT"
    assert not any(motto.near.may_stand_in(prose) for motto in data().mottos)
    assert data().mottos[0].near.may_stand_in("CONG HOA XA HOI CHU NGHIA VIET NARN")
