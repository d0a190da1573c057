"""From pages with their truth to counts of what OCR makes of each word, onset, rime and letter.

Truth and reading are aligned letter by letter over the whole page, marks folded away; words that share
letters are bound together. One word to one token gives a pair, one word to two tokens a cut (``c 6`` for có).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from pipeline.language.normal import fold_marks, key, new_style, nfc
from pipeline.language.syllables import split_syllable
from pipeline.restore.channel import letter_case
from pipeline.restore.tokens import Token, tokenize

Row = tuple[str, str, str, str]


@dataclass
class ChannelCounts:
    """Counts by level (token, onset, rime), letter case, truth and read."""

    rows: Counter[Row] = field(default_factory=Counter)
    words: int = 0
    cut: int = 0
    joined: int = 0

    def add(self, word: Token, read: str, case: str) -> None:
        """One word read as one token (or as two, with a space)."""
        truth, found = key(word.text), nfc(read).lower()
        self.rows["token", case, truth, found] += 1
        if " " in found:
            return
        self.rows["capital", case, word.text[0], read[0]] += 1
        onset, rime = split_syllable(truth)
        at = _boundary(fold_marks(truth), fold_marks(found), len(onset))
        self.rows["onset", case, onset, found[:at]] += 1
        self.rows["rime", case, rime, found[at:]] += 1
        spelt = "u" if case == "u" else "l"
        pieces = _letters(truth, found)
        for letter, piece in pieces:
            if piece is not None:
                self.rows["letter", spelt, letter, piece] += 1
        for (a, p), (b, q) in pairwise(pieces):
            # two letters melt where one of them is lost and the other is not what it was
            melted = p is not None and q is not None and not (p and q) and p + q not in {"", a, b}
            self.rows["letter", spelt, a + b, (p or "") + (q or "") if melted else ""] += 1


def _boundary(truth: str, read: str, place: int) -> int:
    """Where ``truth[:place]`` ends in ``read``."""
    if place == 0:
        return 0
    for op in Levenshtein.opcodes(truth, read):
        if op.src_start < place <= op.src_end:
            return min(op.dest_start + place - op.src_start, op.dest_end)
    return len(read)


def _letters(truth: str, read: str) -> list[tuple[str, str | None]]:
    """What each letter of a word was read as; None where that is unclear."""
    bare = fold_marks(truth)
    before, own, after = ([""] * len(truth) for _ in range(3))
    unclear: set[int] = set()
    for op in Levenshtein.opcodes(bare, fold_marks(read)):
        size, piece = op.src_end - op.src_start, read[op.dest_start : op.dest_end]
        if size == len(piece):
            own[op.src_start : op.src_end] = piece
        elif size == 1:
            own[op.src_start] = piece
        elif size == 0:
            # a letter too many belongs to a neighbour with marks
            near = [i for i in (op.src_start - 1, op.src_start) if 0 <= i < len(truth)]
            at = next((i for i in near if truth[i] != bare[i]), near[0])
            (before if at == op.src_start else after)[at] = piece
        else:
            unclear.update(range(op.src_start, op.src_end))
    return [
        (letter, None if i in unclear else before[i] + own[i] + after[i]) for i, letter in enumerate(truth)
    ]


def _bonds(truth: str, read: str, left: list[Token], right: list[Token]) -> dict[int, Counter[int]]:
    """How many letters each true word shares with each token read."""
    owner = [-1] * len(read)
    for j, token in enumerate(right):
        owner[token.start : token.end] = [j] * len(token.text)
    place = [-1] * len(truth)
    for op in Levenshtein.opcodes(fold_marks(truth).lower(), fold_marks(read).lower()):
        if op.tag in {"equal", "replace"}:
            for offset in range(min(op.src_end - op.src_start, op.dest_end - op.dest_start)):
                place[op.src_start + offset] = owner[op.dest_start + offset]
    bonds: dict[int, Counter[int]] = {}
    for i, token in enumerate(left):
        bonds[i] = Counter(p for p in place[token.start : token.end] if p >= 0)
    return bonds


def align(
    truth: str, read: str, left: list[Token], right: list[Token]
) -> Iterable[tuple[list[int], list[int]]]:
    """Groups of true words and read tokens that belong together."""
    bonds = _bonds(truth, read, left, right)
    takers: dict[int, list[int]] = defaultdict(list)
    for i, shared in bonds.items():
        for j in shared:
            takers[j].append(i)
    done: set[int] = set()
    for i, shared in bonds.items():
        if i in done:
            continue
        words, found, queue = {i}, set(shared), list(shared)
        while queue:
            for other in takers[queue.pop()]:
                if other not in words:
                    words.add(other)
                    queue += [j for j in bonds[other] if j not in found]
                    found |= set(bonds[other])
        done |= words
        yield sorted(words), sorted(found)


def count_page(counts: ChannelCounts, truth: str, read: str) -> None:
    """Add one page."""
    truth, read = new_style(nfc(truth)), nfc(read)
    left, right = tokenize(truth), tokenize(read)
    for words, found in align(truth, read, left, right):
        counts.words += len(words)
        word = left[words[0]]
        plain = word.text.isalpha() and not word.fixed
        if (len(words) == 1 and len(found) == 1 and plain and not right[found[0]].fixed) or (
            len(words) == 1 and len(found) == 1 and plain and right[found[0]].text.isdigit()
        ):
            counts.add(word, right[found[0]].text, letter_case(word.text))
        elif len(words) == 1 and len(found) == 2 and plain and right[found[1]].near:
            counts.cut += 1
            counts.add(word, " ".join(right[j].text for j in found), letter_case(word.text))
        elif len(words) == 2 and len(found) == 1:
            counts.joined += 1


def plausible(row: Row, count: int) -> bool:
    """Whether a pair is no accident of the alignment."""
    level, _, truth, read = row
    if count >= 3:
        return True
    distance = Levenshtein.distance(fold_marks(truth), fold_marks(read))
    return (count >= 2 and level != "token") or distance <= (1 if count == 1 else 2)


def write(counts: ChannelCounts, path: Path) -> None:
    """A line for each level, case and truth: readings, each with its count. The first line holds totals."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"total\t-\tcut\tjoin\t{counts.words}\t{counts.cut}\t{counts.joined}"]
    rows = sorted((row[:3], -n, row[3]) for row, n in counts.rows.items() if plausible(row, n))
    for head, group in groupby(rows, key=lambda row: row[0]):
        lines.append("\t".join([*head, *(f"{read}\t{-n}" for _, n, read in group)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
