"""Every example of groups.toml, and lists of groups."""

from __future__ import annotations

import pytest

from pipeline.extract.groups import groups

EXAMPLES = [(text, g["code"]) for g in groups().groups for text in g["examples"]]


@pytest.mark.parametrize(("text", "code"), EXAMPLES)
def test_examples(text: str, code: str) -> None:
    found = groups().find(text, 0, len(text))
    expected = "policy_beneficiary" if "đối tượng chính sách" in text else code
    assert [g.code for g in found] == [expected]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hộ nghèo, cận nghèo vay vốn", "poor_and_near_poor"),
        ("hộ nghèo và hộ cận nghèo", "poor_and_near_poor"),
        ("hộ nghèo, hộ cận nghèo, hộ mới thoát nghèo", "policy_beneficiary"),
        ("hộ nghèo và các đối tượng chính sách khác", "policy_beneficiary"),
        ("hộ nghèo đồng bào DTTS", "ethnic_minority"),
    ],
)
def test_lists(text: str, code: str) -> None:
    assert [g.code for g in groups().find(text, 0, len(text))] == [code]


@pytest.mark.parametrize(("text", "code"), [(" còn nghèo.", "near_poor_household"), (" con người", "")])
def test_damaged_words(text: str, code: str) -> None:
    found = groups().damaged(text, 0, len(text))
    assert (found.code if found else "") == code


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Nudcsachvavésinh môi trường nông thôn", "rural_water"),
        ("Hộ gia đình sản xuất kinh doanh vùng khó khan", "production_household"),
        ("Nhadxahdi", "social_housing"),
        ("Cho vay người lao động đủ làm việc ở nước ngoài theo hợp đồng", "migrant_worker"),
        ("Nhà văn hóa xã", ""),
        ("hộ nào", ""),
    ],
)
def test_labels_with_wrong_letters(label: str, code: str) -> None:
    assert groups().like(label) == code


@pytest.mark.parametrize(
    ("code", "name"), [(g["code"], n) for g in groups().groups for n in g.get("labels", ())]
)
def test_a_label_is_its_own_group(code: str, name: str) -> None:
    assert groups().like(name) == code
