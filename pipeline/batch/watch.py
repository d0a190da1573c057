"""What ends a run early: more failures than it may have, an input or output folder that went away.

What goes away with a mount fails page by page otherwise, and a night later every table is empty.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch import units
from pipeline.batch.driver import Stop
from pipeline.batch.engines import Outcome, Unit
from pipeline.batch.place import Remote
from pipeline.batch.pulse import Pulse
from pipeline.errors import InputGoneError, OutputError, TooManyFailuresError, UsageError

LEAST = 100
"""Files, pages or documents that must be through before their share of failures says anything."""
_NOUNS = {units.INSPECT: "files", units.PAGE: "pages", units.DOCUMENT: "documents"}
_Identity = tuple[int, int] | None


@dataclass(frozen=True)
class MaxFailures:
    """How many failures a run may have: so many in all, or a share (0-1) of its files, pages or documents."""

    count: int | None = None
    share: float | None = None

    @classmethod
    def parse(cls, text: str) -> MaxFailures:
        """What ``--max-failures`` says.

        >>> MaxFailures.parse("20"), str(MaxFailures.parse("2.5%"))
        (MaxFailures(count=20, share=None), '2.5%')

        Raises:
            UsageError: where it is neither a count nor a percentage.
        """
        if found := re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%", text):
            share = float(found[1]) / 100
            if share <= 1:
                return cls(share=share)
        elif re.fullmatch(r"[0-9]{1,9}", text):
            return cls(int(text))
        message = f"must be a whole number or a percentage (20, 5%), not {text[:20]!r}"
        raise UsageError(message)

    def __str__(self) -> str:
        return f"{100 * self.share:g}%" if self.share is not None else str(self.count)

    def are_exceeded(self, failed: Counter[str], done: Counter[str]) -> str:
        """The kind of unit that fails too often; empty while none does."""
        if self.count is not None and failed.total() > self.count:
            return failed.most_common(1)[0][0]
        if self.share is not None:
            for kind, number in failed.items():
                if done[kind] >= LEAST and number > self.share * done[kind]:
                    return kind
        return ""


class Watch:
    """Looks after each batch of outcomes whether the run may go on."""

    def __init__(
        self,
        stop: Stop,
        inputs: Sequence[Path | Remote],
        out: Path,
        lock: Path,
        most: MaxFailures,
        pulse: Pulse,
    ) -> None:
        """Take the folders as they are now.

        Args:
            stop: told when the run is to end with what is in hand.
            inputs: folders and files; of a file its folder is watched.
            out: the output folder, for the message.
            lock: a file in it that stays as long as the run.
            most: failures of this run.
            pulse: told each time.
        """
        self._pulse = pulse
        self._stop = stop
        self._most = most
        self._out, self._lock, self._held = out, lock, _identity(lock)
        folders = (
            path if path.is_dir() else path.absolute().parent for path in inputs if isinstance(path, Path)
        )
        self._inputs = {folder: _identity(folder) for folder in folders}
        self._done: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    def over(
        self, record: Callable[[Iterable[Outcome]], list[Unit]]
    ) -> Callable[[list[Outcome]], list[Unit]]:
        """The same ``record``, watched."""

        def watched(outcomes: list[Outcome]) -> list[Unit]:
            self.check_output()
            follow = record(outcomes)
            self._check_input()
            self._count(outcomes)
            self._pulse.beat()
            return follow

        return watched

    def check_output(self) -> None:
        """Look whether OUT is still the folder that was locked.

        Raises:
            OutputError: where it is not: what is written now would be lost, or another run's.
        """
        if _identity(self._lock) != self._held:
            message = (
                f"{self._out}: the output folder went away while the run was on (unmounted? removed?); "
                "run the same command again when it is back"
            )
            raise OutputError(message)

    def _check_input(self) -> None:
        for folder, identity in self._inputs.items():
            if _identity(folder) != identity:
                message = (
                    f"{folder}: the input went away while it was read (unmounted? removed?); everything read "
                    "so far is kept; run the same command again when it is back"
                )
                self._stop.because(InputGoneError(message))

    def _count(self, outcomes: Iterable[Outcome]) -> None:
        last = ""
        for outcome in outcomes:
            self._done[outcome.unit.kind] += 1
            if _has_failed(outcome):
                self._failed[outcome.unit.kind] += 1
                told = outcome.message or outcome.answer["problem"].get("message", "")
                last = f"{outcome.unit.source_file}: {told}"
        if last and (kind := self._most.are_exceeded(self._failed, self._done)):
            message = (
                f"{self._failed[kind]} of {self._done[kind]} {_NOUNS[kind]} failed in this run, more than "
                f"--max-failures {self._most} allows; the last: {last}; everything read so far is kept: "
                "mend the cause, then run hoso retry, or the same command again"
            )
            self._stop.because(TooManyFailuresError(message))


def _has_failed(outcome: Outcome) -> bool:
    """Whether something of the input is lost; a document that is made less deeply comes again."""
    if outcome.status == "failed":
        arguments = outcome.unit.arguments
        return outcome.unit.kind != units.DOCUMENT or arguments["depth"] == units.DEPTHS[-1]
    return bool(outcome.answer.get("problem"))


def _identity(path: Path) -> _Identity:
    """Which folder or file that is; None where there is none."""
    with suppress(OSError):
        status = path.stat()
        return status.st_dev, status.st_ino
    return None
