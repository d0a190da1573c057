"""A small archive of every kind of page, drawn quickly, and the run that is disturbed over it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from hostile_case import born_digital, picture, saved, sentence

from pipeline.batch.units import Rooms

READS = "HOSO_FAULTS_READS"
MARK = "HOSO_FAULTS_MARK"
_DPI = 100
HERE = Path(__file__).resolve().parent
_SCRIPT = """
import sys
from pathlib import Path
from pipeline import errors
from pipeline.batch.runner import Options, run
from pipeline.settings import Settings
try:
    report = run([Path(sys.argv[1])], Path(sys.argv[2]), Settings(), Options(2, "faults_archive:rooms"))
except errors.HosoError as error:
    print(error)
    sys.exit(error.exit_status)
sys.exit(report.exit_status)
"""


def draw(folder: Path, scans: int, stacks: int, texts: int, digital: int) -> int:
    """Draw an archive: scans of a page, of four pages, texts of sixteen, born-digital files of ten.

    Returns:
        How many pages it has.
    """
    folder.mkdir(parents=True)
    number = iter(range(11, 9_999))
    for at in range(scans):
        (folder / f"scan-{at:03}.png").write_bytes(
            saved(picture(next(number), _DPI), "PNG", dpi=(_DPI, _DPI))
        )
    for at in range(stacks):
        pages = [picture(next(number), _DPI) for _ in range(4)]
        data = BytesIO()
        pages[0].save(data, "TIFF", save_all=True, append_images=pages[1:], dpi=(_DPI, _DPI))
        (folder / f"stack-{at:03}.tif").write_bytes(data.getvalue())
    for at in range(texts):
        text = "\f".join(sentence(next(number)) for _ in range(16))
        (folder / f"text-{at:03}.txt").write_text(text, encoding="utf-8")
    for at in range(digital):
        data = BytesIO(born_digital(*(next(number) for _ in range(10)), prose=True))
        (folder / f"digital-{at:03}.pdf").write_bytes(data.getvalue())
    return scans + 4 * stacks + 16 * texts + 10 * digital


class _Noting(Rooms):
    """The real rooms; each page that is begun leaves a line."""

    def _page(self, path: str, stat: str, info: Mapping[str, Any], number: int) -> Any:
        with Path(os.environ[READS]).open("a", encoding="utf-8") as log:
            log.write(f"{info['sha256']} {number}\n")
        return super()._page(path, stat, info, number)


def rooms(settings: Mapping[str, Any]) -> Rooms:
    """The factory that workers call."""
    return _Noting(settings)


def begin(source: Path, out: Path, reads: Path, temporary: Path, mark: str) -> subprocess.Popen[str]:
    """Start a run in a process tree of its own."""
    temporary.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        READS: str(reads),
        MARK: mark,
        "TMPDIR": str(temporary),
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "hostile"), str(HERE.parents[1])]),
    }
    command = [sys.executable, "-c", _SCRIPT, str(source), str(out)]
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, start_new_session=True
    )


def command(arguments: Sequence[object], **variables: str) -> subprocess.CompletedProcess[str]:
    """The command ``hoso`` as a user calls it."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1]), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def tree(out: Path) -> dict[str, bytes]:
    """All files of OUT but run.json and the ledger's."""
    found = {p.relative_to(out).as_posix(): p for p in sorted(out.rglob("*")) if p.is_file()}
    return {n: p.read_bytes() for n, p in found.items() if n != "run.json" and not n.startswith(".hoso")}
