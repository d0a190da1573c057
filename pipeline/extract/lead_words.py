"""What stands before a number: words of approximation, the label of what it counts, what makes it a code.

``hơn 200 hộ``, ``Số hộ nghèo được vay vốn: 101``, ``ngày 12``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import regex

from pipeline.extract.unit_words import alternatives

BEFORE = 90
"""Characters before a number in which its label and words of approximation may stand."""


class LeadWords:
    """The words before numbers of ``units.toml``, compiled."""

    def __init__(self, units: Mapping[str, Any]):
        flags = regex.IGNORECASE
        nouns = r"(?:{})(?!\p{{L}})".format(
            "|".join(rf"(?P<{noun['unit']}>{alternatives(noun['words'])})" for noun in units["noun"])
        )
        self._label = regex.compile(
            rf"(?:{units['label']['before']}){nouns}{units['label']['after']}$",
            flags,
        )
        self._said = regex.compile(
            rf"(?:{units['label']['before']}){nouns}{units['label']['copula']}$", flags
        )
        self._alone = regex.compile(units["label"]["alone"], flags)
        self._label_ends, self._label_holds = tuple(units["label"]["ends"]), units["label"]["holds"]
        self._is_year = regex.compile(r"(?:19|20)[0-9]{2}(?![0-9])")
        self._bare = regex.compile(units["label"]["bare"].replace("{nouns}", nouns) + "$", flags)
        words = units["approximate"]["words"]
        self._approximate = regex.compile(rf"(?:\b(?:{alternatives(words)})\s+)+$", flags)
        self._approximations = tuple(word.split()[-1].casefold() for word in words)
        self._not_a_count = regex.compile(
            rf"(?r)(?:^|[^\p{{L}}])(?:{'|'.join(units['not_a_count']['before'])})\s*[:.]?\s*$", flags
        )
        self._of_time: Mapping[str, Sequence[int]] = units["not_a_count"]["of_time"]

    def lead(self, before: str, start: int) -> int:
        """Where the words of approximation begin that ``before`` ends with; ``start`` where it has none."""
        if not before.rstrip().casefold().endswith(self._approximations):
            return start
        found = self._approximate.search(before)
        return start - (len(before) - found.start()) if found else start

    def forbids(self, before: str) -> bool:
        """Whether what stands before a number says that it counts nothing: ``ngày``, ``Quyết định số``."""
        return self._not_a_count.search(before) is not None

    def labelled(self, before: str, text: str, number: int, end: int) -> str:
        """The unit of a number that stands behind its label: ``Số hộ nghèo được vay vốn: 101``."""
        sign = before.rstrip()[-1:]
        if sign == ":":
            found = self._label.search(before)
        else:  # `số hộ nghèo là 101`: where nothing stands behind it that it counts
            found = (
                self._named(before, text, number) if sign.isalpha() and self._alone.match(text, end) else None
            )
        return str(found.lastgroup or "household") if found else ""

    def _named(self, before: str, text: str, number: int) -> regex.Match[str] | None:
        """The label of a number without a colon: ``số hộ nghèo là``, ``hộ nghèo``."""
        said = before.rstrip().casefold().endswith(self._label_ends)
        if not said and not any(word in before.casefold() for word in self._label_holds):
            return None
        if self.forbids(before):
            return None
        found = self._said.search(before) if said else None
        return found or (None if self._is_year.match(text, number) else self._bare.search(before))

    def is_code(self, before: str, printed: str) -> bool:
        """Whether what stands before a number makes it a date, an age or a code, and it can be one."""
        found = self._not_a_count.search(before)
        if found is None:
            return False
        word = found.group().strip(" :.\n").rpartition(" ")[2].casefold()
        least, most = self._of_time.get(word, (0, 0))
        return not most or (printed.isdigit() and least <= int(printed) <= most)
