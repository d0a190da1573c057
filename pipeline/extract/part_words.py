"""Totals and parts by words: ``trong đó`` announces parts, ``riêng`` singles one out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice, takewhile

from pipeline.extract.cues import Cues
from pipeline.extract.drafts import Draft
from pipeline.extract.flow import Flow
from pipeline.extract.part_sums import MOST, NEAREST, mixed
from pipeline.extract.quantity import PEOPLE
from pipeline.extract.sentence import Sentence
from pipeline.extract.within import adopt, is_all, is_other, line_of, may_hold, next_breakdown


def by_words(rows: Sequence[Draft], flow: Flow, cues: Cues, announcing: Sequence[Sentence]) -> None:
    """Make rows that words announce as parts (``trong đó``) those of the total before them.

    Args:
        rows: one table's rows.
        flow: the document.
        cues: words that announce parts.
        announcing: sentences without a number that end with a colon: ``Trong đó:``, ``Chia ra như sau:``.
    """
    rows = sorted(rows, key=lambda r: r.first.start)
    starts = [r.first.start for r in rows]
    spoken = [*(r.sentence for r in rows), *announcing]
    sentences = {(s.start, s.end): s for s in sorted(spoken, key=lambda s: s.start)}
    for sentence in sentences.values():
        for match in cues.parts.finditer(sentence.text, sentence.start, sentence.end):
            if cues.among.match(sentence.text, match.start(), sentence.end):
                last = bisect_left(starts, match.start())
                if _among(rows[max(0, last - NEAREST) : last], sentence, match.start()):
                    continue
            scope = _scope(sentence, match.start(), match.end(), flow)
            if scope is None:
                continue
            begin, end = scope
            before = rows[: bisect_left(starts, match.start())]
            _split_before(before, sentence)
            _nest(before, _between(rows, starts, begin, end), sentence)
            totals = _totals(before, sentence, match.start(), cues)
            if cues.placed.match(sentence.text, match.start(), sentence.end):
                totals = _counted_together(before, _between(rows, starts, begin, end), totals)
            for number, total in enumerate(totals):
                inside = _inside(_between(rows, starts, begin, end), total)
                if number and total.sentence.start != sentence.start and not is_all(inside, total):
                    continue
                if sentence.clauses[sentence.clause_at(match.start())].outer < 0 and not total.children:
                    by_year = _inside(_between(rows, starts, begin, max(end, sentence.end)), total)
                    if is_all(by_year, total):  # `trong đó: năm 2019 …; năm 2020 …`
                        inside = by_year
                breakdown = next_breakdown(total)
                inside = mixed(_between(rows, starts, begin, end), total) or inside
                for more, way in enumerate(_ways(inside, total, before[-NEAREST:])):
                    for row in way:
                        adopt(total, row, breakdown + more)


def _split_before(before: Sequence[Draft], sentence: Sentence) -> None:
    """Make the rows of the sentence before that add up to its first its parts: what splits again splits that.

    ``Làm 132 nhà: xây mới 90, sửa chữa 42. Chia theo nguồn thì …``
    """
    last = before[-1] if before else None
    if last is None or last.sentence.start == sentence.start or sentence.block != last.sentence.block:
        return
    whole, *split = [r for r in before if r.sentence is last.sentence]
    if len(split) < 2 or any(r.parent or r.children for r in (whole, *split)) or not is_all(split, whole):
        return
    if all(may_hold(whole, r) and not is_other(whole, r) for r in split):
        for row in split:
            adopt(whole, row, 1)


def _among(before: Sequence[Draft], sentence: Sentence, at: int) -> bool:
    """Make a count right before ``trong số đó`` a part of the total above: ``71 nhà trong số đó đã xong``."""
    part = before[-1] if before else None
    if part is None or part.sentence.start != sentence.start or at - part.first.end > 1 or part.parent:
        return False
    total = next((r for r in reversed(before[:-1]) if not r.parent and may_hold(r, part)), None)
    counted = [o for o in sentence.quantities if o.end <= part.first.start and o.unit == part.first.unit]
    if counted and total and not any(counted[-1] is q for r in before for q in r.cells.values()):
        return (
            True  # `66 người đi làm việc ở nước ngoài; 21 người trong số này được vay`: of a count of no row
        )
    if total and sentence.block - total.sentence.block <= 1:
        adopt(total, part, next_breakdown(total))
    return True


def _nest(before: Sequence[Draft], behind: Sequence[Draft], sentence: Sentence) -> None:
    """Let parts that add up to another part of their total be its own: ``Dự án 3: 40, gồm 25 và 15``."""
    last = before[-1] if before else None
    if last is None or last.parent is None or last.children or last.sentence.start != sentence.start:
        return
    own = [r for r in behind if r.parent is last.parent]
    if len(own) > 1 and is_all(own, last) and all(may_hold(last, r) for r in own):
        for row in own:
            last.parent.children.remove(row)
            adopt(last, row, 1)


def _between(rows: Sequence[Draft], starts: Sequence[int], begin: int, end: int) -> Sequence[Draft]:
    """The rows of a span, by where rows begin."""
    return rows[bisect_left(starts, begin) : bisect_left(starts, end)]


def _inside(rows: Sequence[Draft], total: Draft) -> list[Draft]:
    """Those of a span's rows that may lie in a total."""
    found = [r for r in rows if r is not total and not r.parent]
    return [r for r in found if may_hold(total, r) and r not in line_of(total)]


def _ways(inside: Sequence[Draft], total: Draft, before: Sequence[Draft]) -> list[Sequence[Draft]]:
    """The ways in which a total is split: where the first rows add up to it, the others are another one."""
    for number in range(2, len(inside)):
        if is_all(inside[:number], total):
            # what is told by a verb of its own stands beside: `cấp 90 thẻ, gồm …; gia hạn 30 thẻ`
            rest = [r for r in inside[number:] if not _is_told_apart(total, r)]
            return (
                [inside[:number]] if not rest or _is_beside(rest, total, before) else [inside[:number], rest]
            )
    return [inside]


def _is_told_apart(total: Draft, row: Draft) -> bool:
    """Whether a row says that another thing was done than its total does."""
    done = ((total.values.get(name), row.values.get(name)) for name in DONE)
    return any(a and b and a != b and "unspecified" not in {a, b} for a, b in done)


DONE = ("action", "work", "flow")
"""Columns that say what was done."""


def _is_beside(rest: Sequence[Draft], total: Draft, before: Sequence[Draft]) -> bool:
    """Whether rows stand beside a total in a larger one: ``128 nhà; xong 110, gồm 80 và 30; còn 18 nhà``."""
    wider = (r for r in before if r.sentence is total.sentence and r is not total)
    return any(is_all([total, *rest], r) for r in wider)


def _scope(sentence: Sentence, start: int, end: int, flow: Flow) -> tuple[int, int] | None:
    """Where the parts announced by a cue stand: up to its bracket's or sentence's end, or a fresh period."""
    number = sentence.clause_at(start)
    group = sentence.clauses[number].group
    stop = max(c.end for c in sentence.clauses if c.group == group)
    for clause in sentence.clauses:
        fresh = any(clause.start <= m.start <= clause.start + 12 for m in sentence.mentions)
        if clause.group == group and clause.start > start and fresh:
            stop = min(stop, clause.start)
    tail = sentence.text[end:stop].strip(" .;,")
    # `trong đó:`, `trong đó ủy thác qua:`: a list follows
    if not tail.rstrip(":") or (tail.endswith(":") and not any(c.isdigit() for c in tail)):
        block = flow.blocks[sentence.block]
        last = stop
        for follower in flow.blocks[sentence.block + 1 :]:
            if follower.level <= block.level and not (follower.marker and not block.marker):
                break
            last = follower.end
        return (end, last) if last > stop else None
    return end, stop


def _totals(before: Sequence[Draft], sentence: Sentence, at: int, cues: Cues) -> list[Draft]:
    """The rows that a cue splits: the last before it in its sentence, else in the sentence before.

    Of money given and spent (``giao 1.365 triệu đồng, giải ngân 1.268 triệu đồng; trong đó: …``) each is.
    """
    near = takewhile(lambda r: sentence.block - r.sentence.block <= 1, reversed(before))
    free = [r for r in islice(near, MOST) if not r.parent]
    inside = [r for r in free if r.sentence.start == sentence.start]
    if inside:
        # `có 68 hộ thoát nghèo (chỉ tiêu 60 hộ), trong đó 14 hộ …`: a bracket that is closed has no parts
        reach = {sentence.clauses[k].group for k in sentence.before(sentence.clause_at(at))}
        inside = [
            r for r in inside if sentence.clauses[sentence.clause_at(r.first.start)].group in reach
        ] or inside
        latest = {r.values.get("kind"): r for r in reversed(free) if r.sentence.block == sentence.block}
        others = [r for kind, r in latest.items() if kind and kind != inside[0].values.get("kind")]
        return [inside[0], *others]
    counted = sentence.previous(at)
    if counted and counted.unit in PEOPLE:
        return []  # `63 người đi làm việc ở nước ngoài, trong số đó 40 người được vay`: of a count of no row
    head = sentence.text[sentence.start : at].strip(' -*+"“')
    # `… cho 498 học viên (kế hoạch 750). Trong số đó: …`: a bracket that is closed has no parts
    last = [r for r in free if r.sentence is free[0].sentence]
    outside = [r for r in last if not (r.sentence.is_bracketed(r.first.start) or _is_aim(r, cues))]
    return (outside or free)[:1] if len(head) <= HEAD else []


def _counted_together(before: Sequence[Draft], inside: Sequence[Draft], last: Sequence[Draft]) -> list[Draft]:
    """What a sentence's places are counted together in: the first above of their flow that holds them."""
    first = inside[0] if inside else None
    above = [r for r in before if first and last and r.sentence is last[0].sentence and not r.parent]
    flow = first.values.get("flow") if first else None
    return [r for r in above if r.values.get("flow") == flow and first and may_hold(r, first)][:1]


def _is_aim(row: Draft, cues: Cues) -> bool:
    """Whether a number is what was to be reached: ``được 24 tỷ đồng, vượt mức đề ra là 20 tỷ đồng``."""
    return bool(cues.target.search(row.sentence.text, row.sentence.start, row.first.lead))


HEAD = 60
"""A cue this near to its sentence's start splits a total of the sentence before."""


def by_singling(rows: Sequence[Draft], cues: Cues) -> None:
    """Make the figures of a place or group that is singled out parts: ``Riêng xã Tân Hòa xây 12 nhà``."""
    for number, row in enumerate(rows):
        sentence = row.sentence
        if row.parent or not number or sentence.block - rows[number - 1].sentence.block > 1:
            continue
        clause = sentence.clauses[sentence.clause_at(row.first.start)]
        above = rows[number - 1]
        begin = max(clause.start, above.last.end if above.sentence is sentence else 0)
        cue = cues.singled.search(sentence.text, begin, min(row.first.start, begin + HEAD))
        if cue is None or any(0 <= m.start - cue.end() <= FRESH for m in sentence.mentions):
            continue
        before = [r for r in rows[max(0, number - NEAREST) : number] if r.last.end <= cue.start()]
        near = (r for r in reversed(before) if sentence.block - r.sentence.block <= 1 and not r.parent)
        total = next((r for r in near if r.values.get("flow") == row.values.get("flow")), None)
        if total and may_hold(total, row) and not is_other(total, row):
            adopt(total, row, next_breakdown(total))


FRESH = 12
"""Characters between words that single out and a period: what they single out is a time."""
