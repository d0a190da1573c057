"""Symbols of administrative documents (``37/2024/NQ-HĐND``) and the kinds that their codes name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from pipeline.errors import DictionaryError
from pipeline.language import dictionaries
from pipeline.language.normal import fold_marks

_PART = regex.compile(r"[\p{Lu}\p{Ll}&]+")
_CODE = regex.compile(r"/(\p{Lu}[\p{L}]*)(?=-|$)")
_DASHES = str.maketrans("–—−Ð⁄∕", "---Đ//")


def read_toml(name: str) -> dict[str, Any]:
    """A dictionary file.

    Raises:
        DictionaryError: where it is missing or no TOML.
    """
    path = dictionaries.folder() / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: {error}; reinstall hoso or correct the file"
        raise DictionaryError(message) from error


@dataclass(frozen=True)
class DocTypes:
    """Kinds of documents, from ``dictionaries/doc_types.toml``.

    Attributes:
        names: all kinds in lower case, the longest first.
        by_code: code in a symbol to kind: ``BC`` to ``báo cáo``.
        laws: kinds named by name and year.
        heads: kinds that may stand over a document.
        plans: kinds whose figures are plans where nothing says another.
        report: the kind that tells what was done.
        letter: the kind that has no name over its text.
        parts: folded abbreviation to its right form: ``HDND`` to ``HĐND``.
        prime_minister: the last part of a symbol that is his, misread or not.
        symbol: regex text of one symbol, with named parts number, year, notation.
        examples: text and the symbol that it holds.
    """

    names: tuple[str, ...]
    by_code: Mapping[str, str]
    laws: frozenset[str]
    heads: tuple[str, ...]
    plans: frozenset[str]
    report: str
    letter: str
    parts: Mapping[str, str]
    symbol: str
    prime_minister: regex.Pattern[str]
    examples: tuple[tuple[str, str], ...]

    def clean(self, symbol: str) -> str:
        """A symbol without spaces, dashes plain, Đ where only Đ can stand.

        >>> doc_types().clean("82/KH- UBND"), doc_types().clean("12 /NQ–HDND"), doc_types().clean("7/QĐ-ITs")
        ('82/KH-UBND', '12/NQ-HĐND', '7/QĐ-TTg')
        """
        text = "".join(symbol.translate(_DASHES).split()).rstrip("-/.")
        text = str(_PART.sub(lambda m: self._part(m.group()), text))
        return str(self.prime_minister.sub("TTg", text))

    def _part(self, part: str) -> str:
        """An abbreviation with Đ where D was read, one Đ where two were."""
        single = part if "ĐĐ" not in part else re.sub("Đ+", "Đ", part)
        return self.parts.get(part) or (single if single in self.by_code else part)

    def of_symbol(self, symbol: str) -> str:
        """The kind that a symbol's code names, or nothing (letters carry none).

        >>> doc_types().of_symbol("37/2024/NQ-HĐND"), doc_types().of_symbol("503/SNNMT-CCPTNT")
        ('nghị quyết', '')
        """
        match = _CODE.search(symbol)
        return self.by_code.get(match.group(1), "") if match else ""


@cache
def doc_types() -> DocTypes:
    """The kinds, read once."""
    data = read_toml("doc_types.toml")
    names = sorted((entry["name"] for entry in data["type"]), key=lambda name: (-len(name), name))
    codes = {code: entry["name"] for entry in data["type"] for code in entry["codes"]}
    folded = {fold_marks(part): part for part in data["parts"] if fold_marks(part) != part}
    # HD is hướng dẫn, never a misread HĐ: a folded form that is itself a code stays
    parts = {plain: part for plain, part in folded.items() if plain not in codes}
    return DocTypes(
        tuple(names),
        codes,
        frozenset(data["laws"]),
        tuple(data["heads"]),
        frozenset(data["plans"]),
        data["report"],
        data["letter"],
        parts,
        data["symbol"],
        regex.compile(data["prime_minister"]),
        tuple((e["text"], e["symbol"]) for e in data["example"]),
    )
