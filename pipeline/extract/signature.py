"""The foot of an administrative document: who signed, in which capacity and office.

``KT. CHỦ TỊCH`` / ``PHÓ CHỦ TỊCH`` / name, beside or below the list ``Nơi nhận``: columns that reading often
joins into one line (``- Lưu: VT. Đinh Thị Hạnh``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from pipeline.extract.letterhead import cells, data, folded
from pipeline.language.normal import fold_marks

_NAME = r"(?:\p{Lu}\p{Ll}*(?:['’]\p{L}+)?)(?:\s\p{Lu}\p{Ll}*(?:['’]\p{L}+)?){1,4}"
_WHOLE = regex.compile(rf"^{_NAME}$")
_BEHIND = regex.compile(rf"[.;:,)]\s*({_NAME})$")
_CAPITAL_WORDS = regex.compile(r"^\p{Lu}{1,7}(?:\s\p{Lu}{1,7}){1,4}$")
_NO_CAPITALS = regex.compile(r"[^A-Z ]")
_LAST_CAPITALS = regex.compile(r"^.*[:;.,]\s+(?=\p{Lu}{2})")
_TWO_CAPITALS = regex.compile(r"\p{Lu}\P{L}*\p{Lu}")
"""One behind the other: an office has them, in whatever letters it is read."""
BEGIN = 40
"""Characters of a line in which the words stand that begin it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Signer's name, capacity (``TM.``, ``KT.`` …, several by spaces) and office; empty where unknown."""

    signer: str = ""
    capacity: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class _RoleLine:
    line: int
    capacity: str
    role: str


@cache
def _capacity() -> regex.Pattern[str]:
    return regex.compile(data().signature["capacity"])


@cache
def _roles() -> dict[str, str]:
    """Folded role to the role as written inside a sentence."""
    return {regex.sub(r"[^A-Z ]", "", folded(role)): role for role in data().signature["roles"]}


@cache
def _surnames() -> frozenset[str]:
    return frozenset(fold_marks(name).lower() for name in data().signature["surnames"])


def foot(lines: Sequence[str]) -> int | None:
    """The number of the line where the foot begins: ``Nơi nhận`` or the first line of an office.

    None where there is neither. Annexes behind the foot may have feet of their own: the first counts.
    """
    first = data().header_lines if len(lines) > 2 * data().header_lines else 3
    for number, line in enumerate(lines[first:], first):
        part = line[: data().line_length]
        if data().recipients.search(folded(part[:BEGIN])):
            above = [n for n in range(max(number - 4, first), number) if _role(lines[n], n)]
            return above[0] if above else number
        if _role(part, number) and not _is_heading(lines, number):
            return number
    return None


def _is_heading(lines: Sequence[str], number: int) -> bool:
    """``CHỦ TỊCH ỦY BAN NHÂN DÂN …`` over ``Căn cứ`` opens a decision; it signs nothing."""
    opens = data().signature["opens"]
    return any(regex.match(opens, line) for line in lines[number + 1 : number + 3])


def signature(lines: Sequence[str], start: int | None) -> Signature:
    """The signature in the lines of a document.

    Args:
        lines: all lines that are not blank, in reading order; columns may stand apart or not.
        start: where the foot begins.
    """
    if start is None:
        return Signature()
    zone = [line[: data().line_length] for line in lines[start : start + data().tail_lines]]
    roles = _block([found for n, line in enumerate(zone) if (found := _role(line, n))])
    if not roles:
        return Signature(_last_name(zone))
    capacity = list(dict.fromkeys(role.capacity for role in roles if role.capacity))
    return Signature(_name(zone, roles[-1].line), " ".join(capacity), _office(roles))


def _office(roles: Sequence[_RoleLine]) -> str:
    """The signer's own office: who signs for another (KT., TL., TUQ.) does not hold that one's."""
    for_another = data().signature["for_another"]
    others = {role.role for role in roles if role.capacity in for_another}
    own = [role.role for role in roles if role.capacity not in for_another and role.role]
    return own[-1] if own and own[-1] not in others else ""


def _last_name(zone: Sequence[str]) -> str:
    """Where a seal hid the office: the last line, if it is a name alone with a known family name."""
    if not zone or not data().recipients.search(folded(zone[0])):
        return ""
    name = " ".join(zone[-1].split())
    return name if len(cells(zone[-1])) == 1 and _WHOLE.match(name) and _is_surname(name) else ""


def _block(roles: list[_RoleLine]) -> list[_RoleLine]:
    """The first office and those just below it (a second signature further down is another's)."""
    kept = roles[:1]
    for role in roles[1:]:
        if role.line - kept[-1].line > 3:
            break
        kept.append(role)
    return kept


def _role(line: str, number: int) -> _RoleLine | None:
    """The office at the end of a line, alone or in its last column."""
    if not _TWO_CAPITALS.search(line):
        return None
    for cell in reversed(cells(line)):
        found = _capacity().search(cell)
        if found and _is_capitals(cell[found.start() :]):
            return _RoleLine(number, found["capacity"] + ".", _known(cell[found.end() :]))
        behind = _LAST_CAPITALS.sub("", cell.rstrip(" .,/:"))
        for office in dict.fromkeys((cell, behind)):
            if _is_capitals(office) and (known := _known(office, whole=True)):
                return _RoleLine(number, "", known)
    return None


def _is_capitals(text: str) -> bool:
    letters = list(filter(str.isalpha, text))
    return sum(map(str.isupper, letters)) >= 0.8 * len(letters) > 0


@dataclass(frozen=True, slots=True)
class _Key:
    """An office's usual writing, and the pattern of its letters with some of them wrong."""

    name: str
    errors: int
    pattern: regex.Pattern[str]


@cache
def _keys() -> dict[str, _Key]:
    """Offices by their letters."""
    found = {}
    for role, name in _roles().items():
        letters = role.replace(" ", "")
        errors = (len(letters) + 1) // 4
        found[letters] = _Key(name, errors, regex.compile(f"(?:{letters}){{e<={errors}}}"))
    return found


@lru_cache(maxsize=1024)
def _known(office: str, *, whole: bool = False) -> str:
    """The office in its usual writing; nothing for a body (``TM. ỦY BAN NHÂN DÂN``).

    Args:
        office: as read; one or two letters may be wrong where no other office is as near.
        whole: whether nothing may stand behind it (``PHÓ CHỦ TỊCH UBND TỈNH``).
    """
    plain = _NO_CAPITALS.sub("", folded(office)).strip()
    joined = plain.replace(" ", "")
    if joined in _keys():
        return _keys()[joined].name
    starts = [role for role in _roles() if plain.startswith(role + " ")]
    if starts and not whole:
        return _roles()[max(starts, key=len)]
    near = [
        key.name
        for text, key in _keys().items()
        if abs(len(text) - len(joined)) <= key.errors and key.pattern.fullmatch(joined)
    ]
    return near[0] if len(near) == 1 else ""


def _name(zone: Sequence[str], last_role: int) -> str:
    """The first name below the office: by itself, in the last column, or behind an item of the list."""
    doubtful = ""
    for line in zone[last_role + 1 :]:
        if regex.search(data().signature["stamp"], line):
            continue
        for cell in reversed(cells(line)):
            if _is_capitals(cell) and _known(cell, whole=True):
                continue  # an office further down, as where columns were read one by one
            text = " ".join(regex.sub(data().signature["titles"], "", cell.strip(" .,")).split())
            if _CAPITAL_WORDS.match(text):
                text = text.title()
            behind = _BEHIND.search(text) if cell.lstrip()[:1] in "-–+•*" else None
            name = text if _WHOLE.match(text) else behind[1] if behind else ""
            if name and _is_surname(name):
                return name
            if name and not behind and len(cells(line)) == 1 and len(name.split()) >= 3:
                doubtful = doubtful or name
    return doubtful


def _is_surname(name: str) -> bool:
    words = fold_marks(name).lower().split()
    return words[0] in _surnames() or " ".join(words[:2]) in _surnames()
