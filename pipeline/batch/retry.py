"""What failed is read again, with the settings of the last run, and nothing else."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pipeline.batch import lock
from pipeline.batch.ledger import Ledger
from pipeline.batch.place import place_of
from pipeline.batch.progress import Progress
from pipeline.batch.runner import Options, Report, run
from pipeline.errors import UsageError
from pipeline.settings import Settings


def retry(out: Path, options: Options | None = None, progress: Progress | None = None) -> Report:
    """Read again what failed in OUT: files, pages, documents, however often it was tried.

    Raises:
        UsageError: where hoso extract has read nothing, or hoso, dictionaries or programs changed since.
        HosoError: any other as ``runner.run`` raises it.
    """
    with closing(Ledger(out / lock.FOLDER / "ledger.sqlite", reading=True)) as ledger:
        facts = ledger.recall("run")
    if facts is None:
        message = f"{out}: no run came as far as reading pages: run hoso extract"
        raise UsageError(message)
    settings = Settings().with_values(facts["settings"], "run")
    inputs = [place_of(text) for text in facts["inputs"]]
    return run(inputs, out, settings, replace(options or Options(), failed_only=True), progress)
