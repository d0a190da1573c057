"""Old Vietnamese encodings: which code stands for which letter, both ways.

Files and fonts of before Unicode hold bytes; what shows them without their fonts shows Western letters
instead (Windows-1252): ``ViÖt Nam`` for Việt Nam. That view is what this module maps to letters and back.

>>> encoding("tcvn3").decode("ViÖt Nam"), encoding("vni").encode("Việt Nam")
('Việt Nam', 'Vieät Nam')
>>> view(bytes([0x56, 0x69, 0xD6, 0x74]))
'ViÖt'

The tables are data: ``dictionaries/encodings/*.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.normal import nfc

_PICTURES = 0x2400
"""Unicode's pictures of control codes: some encodings have letters there, and a view must show them."""
_LINES = "\t\n\v\f\r"


def _western(byte: int) -> str:
    if byte < 0x20 and chr(byte) not in _LINES:
        return chr(_PICTURES + byte)
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


WESTERN = tuple(_western(byte) for byte in range(256))
"""What each byte is shown as; five that Windows-1252 has not are control characters."""


@dataclass(frozen=True)
class Encoding:
    """One encoding, over its Western view.

    Attributes:
        name: as in ``encodings/NAME.toml``.
        title: as people call it.
        capitals: whether it has a code for every capital.
        escape: what stands before a sign that is no mark; empty where signs are never marks.
        codes: what ``encode`` writes for each letter.
        letters: letter by code; a letter may have several.
        also: codes that stand for a letter where that makes a word, and for themselves otherwise.
        fonts: what the names of its fonts are like, where that is told.
        capital_fonts: the same of those that draw its small letters as capitals.
    """

    name: str
    title: str
    capitals: bool
    escape: str
    codes: dict[str, str]
    letters: dict[str, str]
    also: dict[str, str]
    pattern: re.Pattern[str]
    escaped: re.Pattern[str] | None
    fonts: re.Pattern[str] | None
    capital_fonts: re.Pattern[str] | None

    def encode(self, text: str) -> str:
        """Letters to codes; capitals that the encoding has not become small letters."""
        text = nfc(text)
        if self.escaped is not None:
            text = self.escaped.sub(lambda match: self.escape + match[0], text)
        return "".join(self.codes.get(letter) or self.codes.get(letter.lower(), letter) for letter in text)

    def decode(self, text: str) -> str:
        """Codes to letters, the longest code first; what is no code stays."""
        return self.pattern.sub(self._letter, text)

    def as_capitals(self, text: str) -> str:
        """Coded text as a font of capitals draws it, as far as there are codes for them.

        >>> encoding("tcvn3").as_capitals("b¸o c¸o ®ît 2")
        'B¸O C¸O §îT 2'
        """
        return text.translate(_capitals(self.name))

    def as_printed(self, text: str) -> str:
        r"""Coded text, codes that programs leave out in print by what PDF files have in their place.

        >>> encoding("tcvn3").as_printed("ng\xad\xeai")
        'ng-êi'
        """
        for sign, letter in self.also.items():
            text = text.replace(self.codes[letter], sign)
        return text

    def _letter(self, match: re.Match[str]) -> str:
        return self.letters.get(match[0]) or match[0][len(self.escape) :]


def view(data: bytes) -> str:
    """Bytes as a Western reader shows them, one character each; controls but for line ends are drawn."""
    return "".join(map(WESTERN.__getitem__, data))


def shown(data: bytes) -> str:
    """The view of a text's bytes, controls that are no letter in any encoding left blank."""
    return _drawn().sub(" ", view(data))


@cache
def _capitals(name: str) -> dict[int, str]:
    """Codes of a byte by their small letters'."""
    codes = encoding(name).codes
    found = {
        ord(code): codes[letter.upper()]
        for letter, code in codes.items()
        if letter.islower() and letter.upper() in codes and len(code) == len(codes[letter.upper()]) == 1
    }
    return {ord(letter): letter.upper() for letter in ascii_lowercase} | found


LONGEST_NAME = 60
"""Letters of a font's name that are looked at."""


def font_of(name: str) -> Encoding | None:
    """The encoding that a font of this name is coded in; None where the name does not tell.

    >>> font_of(".VnTime").name, font_of("Arial")
    ('tcvn3', None)
    """
    return next((known for known in encodings() if known.fonts and known.fonts.match(_plain(name))), None)


def draws_capitals(font: str) -> Encoding | None:
    """The encoding whose small letters a font of this name draws as capitals; None for other fonts.

    >>> draws_capitals("ABCDEF+.VnTimeH,Bold").name, draws_capitals(".VnTime")
    ('tcvn3', None)
    """
    fonts = ((known, known.capital_fonts) for known in encodings())
    return next((known for known, pattern in fonts if pattern and pattern.match(_plain(font))), None)


def _plain(font: str) -> str:
    """A font's name without what PDF files add."""
    return font.rpartition("+")[2].replace("#20", " ")[:LONGEST_NAME]


@cache
def _drawn() -> re.Pattern[str]:
    letters = {sign for known in encodings() for code in known.letters for sign in code}
    controls = (chr(_PICTURES + byte) for byte in range(0x20))
    return re.compile(f"[{''.join(c for c in controls if c not in letters)}\x7f]")


@cache
def encodings() -> tuple[Encoding, ...]:
    """All encodings, by name.

    Raises:
        DictionaryError: where a table is missing or wrong.
    """
    paths = sorted((folder() / "encodings").glob("*.toml"))
    if not paths:
        message = f"{folder() / 'encodings'}: no tables there; reinstall hoso"
        raise DictionaryError(message)
    return tuple(map(_load, paths))


def encoding(name: str) -> Encoding:
    """The encoding of this name.

    Raises:
        KeyError: where there is none.
    """
    return {found.name: found for found in encodings()}[name]


def _load(path: Path) -> Encoding:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        codes = {letter: list(_codes(value, data["codes"])) for letter, value in data["letters"].items()}
        also = {c: letter for letter, v in data.get("also", {}).items() for c in _codes(v, data["codes"])}
        title = data["title"]
        fonts, capitals = (data.get(key, {}).get("pattern") for key in ("fonts", "capital_fonts"))
    except (OSError, ValueError, KeyError) as error:
        message = f"{path}: {error!r}; restore the file"
        raise DictionaryError(message) from error
    letters = {shown: letter for letter, many in codes.items() for c in many for shown in _views(c)}
    escape = data.get("escape", "")
    longest = sorted(map(re.escape, letters), key=len, reverse=True)
    marks = re.escape("".join(sorted({code[-1] for code in letters if not code[-1].isalnum()})))
    twins = "".join(sorted({code[-1] for code in letters if code[-1].isalnum()}))
    bearers = "".join(sorted({code[0] for code in letters} | set(codes)))
    # a sign behind a letter that could bear it, and the first of two letters that together are a code
    plain = rf"(?<=[{bearers}])[{marks}]|{re.escape(escape)}|[{twins}](?=[{twins}đĐ])"
    return Encoding(
        path.stem,
        title,
        data.get("capitals", True),
        escape,
        {letter: many[0] for letter, many in codes.items()},
        letters,
        also,
        re.compile(
            "|".join(
                [*longest, *([rf"{re.escape(escape)}[{marks}{twins}{re.escape(escape)}]"] * bool(escape))]
            )
        ),
        re.compile(plain) if escape else None,
        re.compile(fonts) if fonts else None,
        re.compile(capitals) if capitals else None,
    )


def _codes(value: Any, kind: str) -> Iterator[str]:
    for code in [value] if isinstance(value, str) else value:
        yield view(bytes.fromhex(code)) if kind == "hex" else code


def _views(code: str) -> Iterator[str]:
    """A code as Windows-1252 shows it and as Latin-1 does, where the two differ."""
    yield code
    bare = "".join(chr(WESTERN.index(c)) if ord(c) > 0xFF and c in WESTERN[0x80:0xA0] else c for c in code)
    if bare != code:
        yield bare
