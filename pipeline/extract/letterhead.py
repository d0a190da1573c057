"""The head of an administrative document: issuer, place, symbol, date line.

Two columns by decree (30/2020/NĐ-CP): the issuer and the symbol on the left, the national motto and the
date on the right. What arrives is often one column: ``HUYỆN HÒA AN Độc lập - Tự do - Hạnh phúc``. So the
mottos are found first, with bounded fuzzy patterns over text in capitals without marks, and cut out; what
is left of them is the issuer.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import regex

from pipeline.errors import DictionaryError
from pipeline.extract.near import Near
from pipeline.extract.symbols import doc_types, read_toml
from pipeline.language.normal import fold_marks, new_style
from pipeline.language.syllables import is_syllable

_CELLS = regex.compile(r"\s{3,}")
_DECORATION = regex.compile(r"^[\W_]+|[\s\W_]+$")


@dataclass(frozen=True, slots=True)
class Motto:
    """A motto's fuzzy pattern, and the cheap test that comes before it."""

    pattern: regex.Pattern[str]
    near: Near

    def find(self, text: str) -> regex.Match[str] | None:
        """Where the motto stands in a text in capitals without marks."""
        return self.pattern.search(text) if self.near.may_stand_in(text) else None


@dataclass(frozen=True)
class Data:
    """``dictionaries/documents.toml``, compiled."""

    header_lines: int
    tail_lines: int
    line_length: int
    digit_letters: Mapping[str, str]
    sure_word: float
    mottos: tuple[Motto, ...]
    date: regex.Pattern[str]
    recipients: regex.Pattern[str]
    subject: regex.Pattern[str]
    symbol_line: regex.Pattern[str]
    in_text: regex.Pattern[str]
    heads: tuple[str, ...]
    named: frozenset[str]
    of_units: frozenset[str]
    small: frozenset[str]
    not_units: tuple[str, ...]
    units: tuple[str, ...]
    title: Mapping[str, Any]
    signature: Mapping[str, Any]


@cache
def data() -> Data:
    """The patterns of head and foot.

    Raises:
        DictionaryError: where the file is missing or wrong.
    """
    raw = read_toml("documents.toml")
    try:
        folded = raw["folded"]
        issuer = raw["issuer"]
        return Data(
            raw["header_lines"],
            raw["tail_lines"],
            raw["line_length"],
            raw["digit_letters"],
            raw["sure_word"],
            tuple(
                Motto(regex.compile(folded[name]), Near.of(folded[name]))
                for name in ("motto", "freedom", "party")
            ),
            regex.compile(folded["date"]),
            regex.compile(folded["recipients"]),
            regex.compile(folded["subject"]),
            regex.compile(raw["symbol_line"]["pattern"]),
            regex.compile(issuer["in_text"].replace(" ", r"\s{1,4}")),
            tuple(sorted(issuer["heads"], key=lambda h: (-len(h), h))),
            frozenset(issuer["named"]),
            frozenset(issuer["of_units"]),
            frozenset(issuer["small"]),
            tuple(issuer["not_units"]),
            tuple(issuer["unit_order"]),
            raw["title"],
            raw["signature"],
        )
    except (KeyError, TypeError, ValueError, regex.error) as error:
        message = f"documents.toml: {error}; correct the file or reinstall hoso"
        raise DictionaryError(message) from error


def folded(text: str) -> str:
    """Capitals without marks, as long as the text.

    >>> folded("Hòa An, đ/c")
    'HOA AN, D/C'
    """
    plain = fold_marks(text)
    upper = plain.upper()
    if len(upper) == len(plain):  # no letter became two
        return upper
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in plain)


def cells(line: str) -> list[str]:
    """The columns of a line: parts that three or more spaces set apart."""
    return [cell for cell in _CELLS.split(line.strip()) if cell]


@dataclass(frozen=True, slots=True)
class Symbol:
    """The document's own symbol; ``number`` is empty where it is blank or cannot be read.

    ``line`` and ``at`` (offsets in it) say where the number stands.
    """

    number: str = ""
    notation: str = ""
    line: int = -1
    at: tuple[int, int] = (0, 0)

    @property
    def full(self) -> str:
        """Number and notation, where both stand."""
        return self.number + self.notation if self.number and self.notation else ""


def symbol(lines: Sequence[str]) -> Symbol:
    """The symbol of the first line ``Số: …/…``.

    >>> symbol(["Số:           /KH-UBND Hòa An, ngày     tháng 4 năm 2023"]).notation
    '/KH-UBND'
    """
    for number, line in enumerate(lines):
        match = data().symbol_line.match(line[: data().line_length])
        if match:
            year = f"{match['year']}/" if match["year"] else ""
            notation = "/" + year + doc_types().clean(match["notation"])
            return Symbol(match["number"] or "", notation, number, match.span("number"))
    return Symbol()


@dataclass(frozen=True, slots=True)
class DateLine:
    """``Hòa An, ngày … tháng 4 năm 2023`` as written, and its numbers (0 where blank or not to be read).

    ``line``, ``day_at`` and ``month_at`` (offsets in that line) say where they stand.
    """

    text: str = ""
    year: int = 0
    month: int = 0
    day: int = 0
    line: int = -1
    day_at: tuple[int, int] = (0, 0)
    month_at: tuple[int, int] = (0, 0)

    @property
    def days(self) -> tuple[date | None, date | None]:
        """First and last day that it may mean: a day, a month's days, a year's; an impossible date: none."""
        try:
            if self.day and self.month:
                return (date(self.year, self.month, self.day),) * 2
            if self.month:
                last = monthrange(self.year, self.month)[1]
                return date(self.year, self.month, 1), date(self.year, self.month, last)
            return (date(self.year, 1, 1), date(self.year, 12, 31)) if self.year else (None, None)
        except ValueError:
            return None, None


def date_line(lines: Sequence[str]) -> DateLine:
    """The first date line: a date that ends its line or column, with at most a place before it.

    >>> str(date_line(["Hòa An, ngày      tháng 4 năm 2023"]).days[1])
    '2023-04-30'
    >>> date_line(["xã cho biết, ngày 5 tháng 4 năm 2023"]).text
    ''
    """
    for number, line in enumerate(lines):
        line = line[: data().line_length]
        match = data().date.search(folded(line))
        if match and _stands_alone(line, match.start("date"), match.end("date")):
            day, month = _number(line, match.span("d"), 31), _number(line, match.span("m"), 12)
            text = " ".join(line[match.start("date") : match.end("date")].split())
            return DateLine(text, int(match["y"]), month, day, number, match.span("d"), match.span("m"))
    return DateLine()


def _number(line: str, at: tuple[int, int], most: int) -> int:
    """The number between the words of a date: 0 where it is blank, not to be read or too great."""
    slot = "".join(data().digit_letters.get(c, c) for c in line[at[0] : at[1]].strip(" .…_"))
    return int(slot) if regex.fullmatch(r"[0-9]{1,2}", slot) and int(slot) <= most else 0


def _stands_alone(line: str, start: int, end: int) -> bool:
    """Whether a date is a date line: nothing to the right, to the left a place, the symbol or the subject."""
    if sum(c.isalnum() for c in line[end:]) > 2:
        return False
    if data().symbol_line.match(line.strip()) or data().subject.match(folded(line)):
        return True
    left = (cells(line[:start].rstrip() + " ") or [""])[-1]
    words = regex.findall(r"\p{L}+", left)
    return len(words) <= 6 and all(word[0].isupper() for word in words)


def _range(match: regex.Match[str]) -> tuple[date | None, date | None]:
    """A full date is one day, a month its days, a year its days; an impossible date says nothing."""
    day, month, year = (int(match[k]) if (match[k] or "").strip().isdigit() else 0 for k in ("d", "m", "y"))
    try:
        if day and month:
            return (date(year, month, day),) * 2
        if day:
            return None, None
        if month:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None, None


def is_motto(line: str) -> bool:
    """Whether the line holds the motto of the state or the Party."""
    text = folded(line[: data().line_length])
    return any(motto.find(text) for motto in data().mottos)


def issuer_lines(lines: Sequence[str]) -> list[str]:
    """What stands left of the mottos, down to the symbol, the date or the kind of document."""
    found: list[str] = []
    seen = False
    for line in lines:
        line = line[: data().line_length]
        text = folded(line)
        if data().symbol_line.match(line.strip()) or data().subject.match(text) or data().date.search(text):
            break
        cut = min((m.start() for motto in data().mottos if (m := motto.find(text))), default=-1)
        seen = seen or cut >= 0
        part = _DECORATION.sub("", line[:cut] if cut >= 0 else (cells(line) or [""])[0])
        if part:
            found.append(part)
    return found[:4] if seen else []


def issuer(parts: Sequence[str]) -> tuple[str, str]:
    """Issuer and place from the header's left column.

    The last body that the lines name is the issuer, those above it are its superiors; the units of all
    of them, the smallest first, are the place.

    >>> issuer(["UBND TỈNH HÀ BẮC", "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"])
    ('Sở Nông nghiệp và Môi trường', 'tỉnh Hà Bắc')
    >>> issuer(["SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI"])
    ('Sở Lao động - Thương binh và Xã hội', '')
    >>> issuer(["UBND HUYỆN HÒA AN", "PHÒNG LAO ĐỘNG - TBXH"])[0]
    'Phòng Lao động - TBXH'
    >>> issuer(["UỶ BAN NHÂN DÂN", "HUYỆN HÒA AN"])
    ('Ủy ban nhân dân huyện Hòa An', 'huyện Hòa An')
    """
    if not parts:
        return "", ""
    bodies: list[str] = []
    for part in parts:
        if not bodies or _begins_body(part):
            bodies.append(part)
        else:
            bodies[-1] += " " + part
    written = [_cased(body) for body in bodies]
    return written[-1], place(", ".join(written))


def is_body(line: str) -> bool:
    """Whether a line in capitals begins with the name of a body: ``UBND XÃ TÂN HÒA``."""
    return line == line.upper() and any(c.isalpha() for c in line) and _begins_body(line.strip())


def _begins_body(part: str) -> bool:
    plain = folded(part) + " "
    return any(plain.startswith(folded(head) + " ") for head in data().heads)


def _cased(text: str) -> str:
    """A body's name in capitals as one writes it inside a sentence; other text as it is."""
    text = " ".join(new_style(word) for word in text.split())
    if any(c.islower() for c in text):
        return text
    head = next((h for h in data().heads if folded(text + " ").startswith(folded(h) + " ")), "")
    words, rest = [head] if head else [], text[len(head) :].lower()
    fresh, in_name = True, head in data().named
    found = _words(rest)
    if head in data().of_units and found:  # TĨNH for TỈNH: nothing else can follow
        found[0] = next((u for u in data().units if folded(u) == folded(found[0])), found[0])
    for word in found:
        if word in data().units:
            words.append(word)
            fresh, in_name = True, True
        elif word.isalpha() and not is_syllable(word):
            words.append(word.upper())  # an abbreviation: TBXH, MTTQ
        elif word in data().small and not in_name:
            words.append(word)
            fresh = True
        else:
            words.append(word.capitalize() if fresh or in_name else word)
            fresh = in_name or word.endswith((",", "-"))
    return " ".join(words)


def _words(text: str) -> list[str]:
    """Words; units of two words (``thành phố``) and what is no unit (``xã hội``) are kept together."""
    pairs = [*data().not_units, *(u for u in data().units if " " in u)]
    units = "|".join(sorted(pairs, key=len, reverse=True))
    return [match.group() for match in regex.finditer(rf"(?:{units})(?!\S)|\S+", text)]


def place(text: str) -> str:
    """The administrative units named in a body's name, the smallest first.

    >>> place("Ủy ban nhân dân huyện Hòa An, tỉnh Cao Bằng")
    'huyện Hòa An, tỉnh Cao Bằng'
    """
    units = sorted(data().units, key=len, reverse=True)
    pattern = rf"(?<!\p{{L}})({'|'.join(units)})((?:\s+\p{{Lu}}[\p{{L}}’']*|\s+\d{{1,2}}(?!\d)){{1,4}})"
    found: dict[str, str] = {}
    for match in regex.finditer(pattern, text):
        found.setdefault(match[1], f"{match[1]} {' '.join(match[2].split())}")
    return ", ".join(found[unit] for unit in data().units if unit in found)
