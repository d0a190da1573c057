"""Rule files judged: read, their examples run, their patterns tried on text that tempts them to go round."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import RuleError
from pipeline.extract.examples import problem
from pipeline.extract.rule_entries import read_toml
from pipeline.extract.rule_files import files, rulebook
from pipeline.extract.rulebook import Rulebook
from pipeline.extract.rules import TableRules
from pipeline.model import Document, Extraction, Page, RestoredText

LONG = 4_000
"""Characters of the text on which patterns are tried: a long sentence (see ``extract.LONGEST``)."""


def check(own: Path | None = None) -> Iterator[str]:
    """What is wrong with rule files, a line each.

    Args:
        own: a folder of one's own rules; where None, the dictionaries' are checked.

    Yields:
        The file, the entry, and what is wrong with it.
    """
    try:
        book = rulebook(own)
    except RuleError as error:
        yield str(error)
        return
    paths = _paths(own)
    for table, path in paths.items():
        rules = book.tables[table]
        yield from _columns(rules, path)
        if not any(not example.get("rows") for example in rules.examples):
            yield f"{path}: no counter-example: give an [[example]] with rows = []"
        for number, example in enumerate(rules.examples, 1):
            try:
                wrong = problem(table, example, _extraction(str(example["text"]), book))
            except KeyError as error:
                wrong = f"{error} is missing"
            except RuleError as error:
                yield str(error)
                return
            if wrong:
                yield f"{path}: example {number}: {wrong}"
        try:
            _tempt(rules, book)
        except RuleError as error:
            yield str(error)


def count(own: Path | None = None) -> tuple[int, int]:
    """How many rule files there are, and how many examples they hold."""
    book, paths = rulebook(own), _paths(own)
    return len(paths), sum(len(book.tables[table].examples) for table in paths)


def _paths(own: Path | None) -> dict[str, Path]:
    from pipeline.language.dictionaries import folder

    return {str(read_toml(path)["table"]): path for path in files(own or folder() / "rules")}


def _columns(rules: TableRules, path: Path) -> Iterator[str]:
    """Columns that an entry fills and the table does not have."""
    from pipeline.tables.schema import tables

    schemas = tables(path.parent) if "schema" in read_toml(path) else tables()
    known = schemas[rules.table].names
    filled = {
        *(n.column for n in rules.numbers),
        *(n.unit_column for n in rules.numbers if n.unit_column),
        *(f.column for f in rules.finds),
        *(column for t in rules.triggers for column in t.values),
    }
    for column in sorted(filled - known):
        yield f"{path}: the table has no column {column!r}"
    codes = {c.name: c.codes for c in schemas[rules.table].columns if c.codes and not c.open}
    sets = [
        *(t.values for t in rules.triggers),
        *(n.values for n in rules.numbers),
        *(h.values for h in rules.headings),
        rules.default,
    ]
    said = [pair for values in sets for pair in values.items()]
    said += [(f.column, f.value) for f in rules.finds if f.value]
    for column, value in sorted(set(said)):
        if value and column in codes and value not in codes[column]:
            yield f"{path}: {column!r} has no code {value!r}"


def _extraction(text: str, book: Rulebook) -> Extraction:
    from pipeline.extract import extract

    document = Document("d000000000000", "example.txt", (Page(1, text),), (RestoredText(text, text),))
    return extract(document, book)


def _tempt(rules: TableRules, book: Rulebook) -> None:
    """Long lines of the examples' words, with signs and without, and of numbers: sound patterns are quick.

    They end with every sign: a pattern that wants one is not tried where there is none.
    """
    words = " ".join(str(example.get("text", "")) for example in rules.examples) or "hộ nghèo 12 "
    bare = " ".join("".join(c for c in word if c.isalpha()) for word in words.split())
    for line in (f"{words} ", f"12 hộ {bare} ", "1.234 hộ, "):
        text = (line * (LONG // len(line) + 1))[:LONG]
        tempting = f"{text}, {string.punctuation} đồng"
        # extraction asks triggers only where a number is left for them: here they are asked of all of it
        rules.marks(tempting, 0, len(tempting), book.cues)
        _extraction(tempting, book)
