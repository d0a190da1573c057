"""Every table on every labelled set: rows, precision, recall, F1, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import printed, shared
from benchmarks.scoring import Score, scores
from benchmarks.shared import ROOT, SHARED, extracted

_SHARES = ("precision", "recall", "F1")
HEAD = ("table", "data set", "rows", "found", "right", *_SHARES, *(f"numbers {share}" for share in _SHARES))


def sets() -> Iterator[tuple[str, dict[str, Score]]]:
    """Each data set's name and the scores of the tables that it labels."""
    yield (
        "samples",
        scores(ROOT / "samples" / "expected" / "tables", extracted(ROOT / "samples" / "input", "samples")),
    )
    for folder in sorted(p for p in (ROOT / "benchmarks").iterdir() if (p / "truth").is_dir()):
        source = next((p for p in (folder / "txt", folder / "input") if p.is_dir()), None)
        if source:
            yield f"own, {folder.name}", scores(folder / "truth", extracted(source, folder.name))
    if not shared.present():
        return
    truth = SHARED / "truth" / "tu-ky-2025"
    out = extracted(SHARED / "reports", "reports")
    for number, name in (("000", "report, clean"), ("001", "report, ruined text")):
        stem = next((SHARED / "reports").glob(f"{number}_*.txt")).stem
        yield name, scores(truth, out, [stem])
    passages = SHARED / "passages"
    yield "news and reports", scores(passages / "truth", extracted(passages / "txt", "passages"))
    yield from _printed(truth)


def _printed(truth: Path) -> Iterator[tuple[str, dict[str, Score]]]:
    """The clean report printed and scanned, each time other noise and a seal over another figure."""
    report = next((SHARED / "reports").glob("000_*.txt"))
    text = report.read_text(encoding="utf-8")
    for seed, figure in enumerate(("8.075", "153", "2.485", "38 nhà"), 1):
        folder = shared.WORK / f"printed-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        printed.scan(text, folder / f"{report.stem}.pdf", seal_on=figure.split()[0], seed=seed)
        out = extracted(folder, f"printed-out-{seed}")
        yield f"report scanned at 200 dpi, seal over {figure}", scores(truth, out, [report.stem])


def rows() -> list[Sequence[object]]:
    """The benchmark's rows, by table and data set."""
    every = [(table, name, score) for name, found in sets() for table, score in found.items()]
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
