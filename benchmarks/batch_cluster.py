"""The same scan pages read by a Dask cluster of two workers on this machine and by the pool of two.

usage: python -m benchmarks.batch_cluster [PAGES] [ROUNDS]

Both read all of it anew, in turn; the tables must be the same to the byte. The cluster's time holds its start
and its end. At most 1.10 times the pool's is wanted.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import scanned
from benchmarks.shared import WORK
from pipeline.batch.engines.dask_place import Place
from pipeline.batch.runner import Options, run
from pipeline.settings import Settings

PAGES = 60
WORKERS = 2
MOST = 1.10


def draw(count: int, folder: Path) -> Path:
    """``count`` scanned pages of every kind that we draw, a PDF each."""
    folder.mkdir(parents=True, exist_ok=True)
    for scan in scanned.SCANS:
        if len(list(folder.rglob("*.pdf"))) >= count:
            break
        kind = folder / "".join(c if c.isalnum() else "-" for c in scan.name)
        kind.mkdir(exist_ok=True)
        for page in scanned.pages(scan, kind):
            assert page.file.is_file()
    for extra in sorted(folder.rglob("*.pdf"))[count:]:
        extra.unlink()
    return folder


def once(source: Path, out: Path, where: Place | None) -> tuple[float, int, dict[str, bytes]]:
    """Seconds, pages and all tables of a run that finds nothing done."""
    shutil.rmtree(out, ignore_errors=True)
    began = time.monotonic()
    report = run([source], out, Settings(), Options(WORKERS, cluster=where))
    seconds = time.monotonic() - began
    written = sorted(p for p in out.rglob("*") if p.is_file() and ".hoso" not in p.parts)
    tables = {p.relative_to(out).as_posix(): p.read_bytes() for p in written if p.name != "run.json"}
    return seconds, report.counts.pages_read, tables


def report(count: int = PAGES, rounds: int = 3) -> str:
    """What was measured, as text for a page."""
    source = draw(count, WORK / f"batch-cluster-{count}")
    pool, cluster, pages = [], [], 0
    for _ in range(rounds):
        seconds, pages, expected = once(source, WORK / "batch-pool-out", None)
        pool.append(seconds)
        seconds, _, found = once(source, WORK / "batch-cluster-out", Place(local=WORKERS))
        cluster.append(seconds)
        assert found == expected, "the cluster's tables differ from the pool's"
    ratio = min(cluster) / min(pool)
    verdict = "as wanted" if ratio <= MOST else "MORE than wanted"
    return "\n".join(
        [
            f"| {pages} scan pages, {WORKERS} workers | seconds (fastest of {rounds}) | pages an hour |",
            "|---|---|---|",
            f"| pool | {min(pool):.1f} | {3600 * pages / min(pool):.0f} |",
            f"| `--cluster local:{WORKERS}` | {min(cluster):.1f} | {3600 * pages / min(cluster):.0f} |",
            "",
            f"Ratio {ratio:.2f}, {verdict} (at most {MOST:.2f}); all tables the same to the byte.",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    print(report(*map(int, arguments)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
