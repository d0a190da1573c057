"""Beneficiaries: which group of people a figure is about.

Groups are read as lists: ``hộ nghèo, cận nghèo`` is one list of two groups, whose code the contract names
(``poor_and_near_poor``). Words and codes are data (``dictionaries/groups.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import regex

from pipeline.extract.collapsed_letters import wrong
from pipeline.extract.prefilter import ALONE, Prefiltered
from pipeline.extract.required import required
from pipeline.language.dictionaries import folder
from pipeline.language.normal import fold_marks

_BOTH = frozenset({"poor_household", "near_poor_household"})
_BLANKS = regex.compile(r"\s+")
FIRST = 4
"""Letters by which the names that may begin with them are told from the others."""


MOST_WRONG = 0.15
"""Share of a label's letters that may be wrong: one of seven, two that OCR takes for each other."""
LEAST_LABEL = 7
"""Letters of a label that may be told so."""
_NO_LETTERS = regex.compile(r"[^\p{L}\p{N}]+")


def _letters(label: str) -> str:
    """The letters of a label without marks, blanks and signs: how it is cut into words is of no use."""
    return str(_NO_LETTERS.sub("", fold_marks(label).lower()))


class GroupList(NamedTuple):
    """``text[start:end]`` names one group or a list of groups, ``code`` is the contract's for the whole."""

    start: int
    end: int
    code: str


def combine(codes: Iterable[str]) -> str:
    """The code of several groups named together.

    >>> combine(["poor_household", "near_poor_household"]), combine(["child"]), combine(["child", "merit"])
    ('poor_and_near_poor', 'child', '')
    """
    found = set(codes)
    if "poor_and_near_poor" in found:
        found = (found - {"poor_and_near_poor"}) | _BOTH
    if len(found) == 1:
        return found.pop()
    if found == _BOTH:
        return "poor_and_near_poor"
    if len(found) >= 3 or "policy_beneficiary" in found:
        return "policy_beneficiary"
    return ""


class Groups:
    """The groups of ``groups.toml``, compiled."""

    def __init__(self, data: Mapping[str, Any]):
        flags = regex.IGNORECASE
        self.groups: Sequence[Mapping[str, Any]] = data["group"]
        self._rank = {g["code"]: g["rank"] for g in self.groups}

        def names(key: str) -> str:
            return "|".join(
                rf"(?P<{g['code']}>{'|'.join(sorted(g.get(key, ()), key=len, reverse=True))})"
                for g in self.groups
                if g.get(key)
            )

        def compiled(pattern: str) -> regex.Pattern[str]:
            return regex.compile(
                pattern.replace(r"\s?", r"\s*").replace(r"\s", r"\s+").replace(r"\s+*", r"\s*"), flags
            )

        self._word = Prefiltered.of(compiled(rf"(?<!\p{{L}})(?:{names('words')})(?!\p{{L}})"))
        self.patterns = [self._word]
        """What is looked for in documents."""
        # in a list and right behind a noun the short forms stand too; alternatives are tried in turn,
        # so the leftmost-longest is chosen by hand
        self._short = [
            (g["code"], compiled(rf"(?:{p})(?!\p{{L}})"))
            for g in self.groups
            for p in (*g["words"], *g.get("after_noun", ()))
        ]
        self._heads = [required(p.pattern)[1] for _, p in self._short]
        self._beginning = lru_cache(maxsize=4096)(self._beginning_with)
        self._damaged = [
            (g["code"], compiled(rf"(?:{p})(?!\p{{L}})")) for g in self.groups for p in g.get("damaged", ())
        ]
        self._lending = compiled(data["label"]["lending"])
        self._purposes = [
            (g["code"], compiled(rf"(?<!\p{{L}})(?:{'|'.join(g['purposes'])})(?!\p{{L}})"))
            for g in self.groups
            if g.get("purposes")
        ]
        self._labels = [(g["code"], _letters(name)) for g in self.groups for name in g.get("labels", ())]
        self._joint = compiled(data["list"]["joint"])
        self._bridge = compiled(data["list"]["bridge"])
        self._told = compiled(data["list"]["told"])
        self._labelled = compiled(data["list"]["labelled"])

    def _longest(self, text: str, at: int, limit: int) -> tuple[str, int] | None:
        best: tuple[str, int] | None = None
        for code, pattern in self._beginning(text[at : min(at + FIRST, limit)], at + FIRST >= limit):
            match = pattern.match(text, at, limit, ALONE)
            if match and (best is None or match.end() > best[1]):
                best = code, match.end()
        return best

    def _beginning_with(self, letters: str, is_all: bool) -> list[tuple[str, regex.Pattern[str]]]:
        """The names that may begin with some letters, in their order; ``is_all``: nothing stands behind."""
        begins = _BLANKS.sub(" ", letters).casefold()
        told = zip(self._short, self._heads, strict=True)
        return [
            name
            for name, heads in told
            if not heads
            or any(begins.startswith(head) or (head.startswith(begins) and not is_all) for head in heads)
        ]

    def rank(self, code: str) -> int:
        """How specific a code is; codes of several groups rank highest."""
        return int(self._rank.get(code, 9))

    def list_at(self, text: str, at: int, limit: int) -> GroupList | None:
        """The list of groups that begins at ``at`` (short forms allowed)."""
        first = self._longest(text, at, limit)
        if not first:
            return None
        phrases, end = [[first[0]]], first[1]
        while True:
            space = end
            while space < limit and text[space] == " ":
                space += 1
            if space > end and (same := self._longest(text, space, limit)):
                phrases[-1].append(same[0])
                end = same[1]
                continue
            joint = self._joint.match(text, end, limit, ALONE)
            if not joint or joint.end() == end:
                break
            follow = self._longest(text, joint.end(), limit)
            if not follow and joint.end() > end:
                # the joint may have eaten the word `hộ` of `hộ nghèo`
                follow = next(
                    (f for k in range(joint.end() - 1, end, -1) if (f := self._longest(text, k, limit))), None
                )
            if not follow:
                break
            phrases.append([follow[0]])
            end = follow[1]
        codes = {max(phrase, key=lambda c: self._rank[c]) for phrase in phrases}
        return GroupList(at, end, combine(codes))

    def tells(self, text: str, start: int, end: int) -> bool:
        """Whether ``text[start:end]``, behind a group, leads to the bare number that counts it."""
        return bool(self._told.fullmatch(text, start, end))

    def labels(self, text: str, start: int, end: int) -> bool:
        """Whether it makes the group the next number's label: ``96 hộ nghèo, hộ cận nghèo thì 141``."""
        return bool(self._labelled.fullmatch(text, start, end))

    def behind(self, text: str, at: int, limit: int) -> GroupList | None:
        """The groups right behind a counted noun, over a short bridge (``thuộc``, ``là``)."""
        bridge = self._bridge.match(text, at, limit, ALONE)
        stops = {at, bridge.end() if bridge else at}
        if bridge:
            stops |= {bridge.start() + m.end() for m in _BLANKS.finditer(bridge.group())}
        lists = [found for stop in sorted(stops) if (found := self.list_at(text, stop, limit))]
        return max(lists, key=lambda g: g.end - g.start, default=None)

    def damaged(self, text: str, at: int, limit: int) -> GroupList | None:
        """The group whose damaged words begin at ``at``, blanks aside: ``2.485 thẻ BHYT còn nghèo``."""
        start = at + len(text[at:limit]) - len(text[at:limit].lstrip())
        for code, pattern in self._damaged:
            if match := pattern.match(text, start, limit):
                return GroupList(start, match.end(), code)
        return None

    def like(self, label: str) -> str:
        """The code of the group whose name a line's label is but for a few letters; else empty."""
        read = _letters(self._lending.sub("", label))
        if len(read) < LEAST_LABEL:
            return ""
        most = len(read) * MOST_WRONG
        found = [
            (wrong(read, name, most), code)
            for code, name in self._labels
            if abs(len(read) - len(name)) <= most
        ]
        near = sorted((distance, code) for distance, code in found if distance <= most)
        return near[0][1] if near and {code for d, code in near if d == near[0][0]} == {near[0][1]} else ""

    def purpose(self, text: str, start: int, end: int) -> GroupList | None:
        """The programme that lends for what ``text[start:end]`` first names: ``xây bể nước``."""
        told = [(m.start(), m.end(), code) for code, p in self._purposes if (m := p.search(text, start, end))]
        return GroupList(*min(told)) if told else None

    def find(self, text: str, start: int, end: int) -> list[GroupList]:
        """All lists of groups in ``text[start:end]``, in order."""
        found, at = [], start
        places = self._word.places(text, start, end)
        for place in range(start, end) if places is None else places:
            if place < at or not (match := self._word.pattern.match(text, place, end, ALONE)):
                continue
            group = self.list_at(text, match.start(), end)
            if group is None:
                at = match.end()
                continue
            found.append(group)
            at = group.end
        return found


@cache
def groups() -> Groups:
    """The groups of the dictionaries, compiled once a process."""
    return Groups(tomllib.loads((folder() / "groups.toml").read_text(encoding="utf-8")))
