"""Every table on every labelled set: rows, precision, recall, F1, numbers; and whether confidence holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import printed, shared
from benchmarks.scoring import judged, scores
from benchmarks.shared import ROOT, SHARED, extracted

_SHARES = ("precision", "recall", "F1")
HEAD = ("table", "data set", "rows", "found", "right", *_SHARES, *(f"numbers {share}" for share in _SHARES))


SURE = 0.9
SURE_HEAD = (
    "data set",
    "rows found",
    "right",
    f"at {SURE} or more",
    "of these right",
    "right rows that reach it",
)


@dataclass(frozen=True)
class Labelled:
    """A data set: its labels, the tables that hoso made, the files judged (None: all), and its kind.

    ``ours`` are texts that we wrote, ``real`` others', ``drawn`` those of which pages were drawn.
    """

    name: str
    truth: Path
    tables: Path
    only: Sequence[str] | None = None
    kind: str = "ours"


def sets() -> Iterator[Labelled]:
    """Each data set, extracted."""
    yield Labelled(
        "samples",
        ROOT / "samples" / "expected" / "tables",
        extracted(ROOT / "samples" / "input", "samples"),
    )
    for folder in sorted(p for p in (ROOT / "benchmarks").iterdir() if (p / "truth").is_dir()):
        source = next((p for p in (folder / "txt", folder / "input") if p.is_dir()), None)
        if source:
            yield Labelled(f"own, {folder.name}", folder / "truth", extracted(source, folder.name))
    if not shared.present():
        return
    truth = SHARED / "truth" / "tu-ky-2025"
    out = extracted(SHARED / "reports", "reports")
    for number, name in (("000", "report, clean"), ("001", "report, ruined text")):
        stem = next((SHARED / "reports").glob(f"{number}_*.txt")).stem
        yield Labelled(name, truth, out, [stem], "real")
    passages = SHARED / "passages"
    out = extracted(passages / "txt", "passages")
    yield Labelled("news and reports", passages / "truth", out, kind="real")
    yield from _printed(truth)


def _printed(truth: Path) -> Iterator[Labelled]:
    """The clean report printed and scanned, each time other noise and a seal over another figure."""
    report = next((SHARED / "reports").glob("000_*.txt"))
    text = report.read_text(encoding="utf-8")
    for seed, figure in enumerate(("8.075", "153", "2.485", "38 nhà"), 1):
        folder = shared.WORK / f"printed-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        printed.scan(text, folder / f"{report.stem}.pdf", seal_on=figure.split()[0], seed=seed)
        out = extracted(folder, f"printed-out-{seed}")
        name = f"report scanned at 200 dpi, seal over {figure}"
        yield Labelled(name, truth, out, [report.stem], "drawn")


def rows(found: Sequence[Labelled]) -> list[Sequence[object]]:
    """The benchmark's rows, by table and data set."""
    every = [
        (table, one.name, score)
        for one in found
        for table, score in scores(one.truth, one.tables, one.only).items()
    ]
    order = list(dict.fromkeys(table for table, _, _ in every))
    return [
        (
            table,
            name,
            score.rows.wanted,
            score.rows.found,
            score.rows.right,
            *(f"{v:.3f}" for v in (score.rows.precision, score.rows.recall, score.rows.f1)),
            *(f"{v:.3f}" for v in (score.numbers.precision, score.numbers.recall, score.numbers.f1)),
        )
        for table, name, score in sorted(every, key=lambda r: order.index(r[0]))
    ]


def sureness(found: Sequence[Labelled]) -> list[Sequence[object]]:
    """By data set, how many rows are sure, how many of them are right, and how many of the right are sure."""
    lines: list[Sequence[object]] = []
    for one in found:
        judgements = [
            (float(row["confidence"]), right)
            for table, row, right in judged(one.truth, one.tables, one.only)
            if table != "documents"
        ]
        right = sum(right for _, right in judgements)
        sure = [right for confidence, right in judgements if confidence >= SURE]
        shares = (f"{sum(sure) / n:.3f}" if n else "" for n in (len(sure), right))
        lines.append((one.name, len(judgements), right, len(sure), *shares))
    return lines
