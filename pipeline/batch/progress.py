"""What a person sees while it runs: a bar in place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

from pipeline.batch.status_line import StatusLine

if TYPE_CHECKING:
    from pipeline.batch.json_log import JsonLog

_SECONDS = 60.0
"""Between two lines where no terminal is: a night's log stays readable."""
_SURE = 5
"""Pages read without which a rate says nothing: workers load their dictionaries first."""


class Progress:
    """Counts pages and failures, and shows them on ``stream`` or tells them to ``log`` (None: nowhere)."""

    def __init__(self, stream: TextIO | None = None, log: JsonLog | None = None) -> None:
        self.failures = 0
        self.total = 0
        self.done = 0
        self.documents = 0
        self._read = 0
        self._stream = stream
        self._log = log
        self._bar = StatusLine(stream) if stream is not None and stream.isatty() else None
        self._begun = self._shown = time.monotonic()

    @classmethod
    def on_stderr(cls, *, quiet: bool) -> Progress:
        """The progress of a command."""
        return cls(None if quiet else sys.stderr)

    def looking(self, files: int) -> None:
        """Say that the input is being looked at (``files`` so far)."""
        if self._bar is not None:
            if self._bar.is_due():
                self._bar.show([f"{files:,} files looked at"])
        elif self._is_due():
            self._tell("looking", f"{files} files looked at", files=files)

    def start(self, total: int) -> None:
        """Begin to count pages."""
        self.total = total
        self._begun = self._shown = time.monotonic()

    def known(self, source_file: str, pages: int) -> None:
        """Pages that need no reading, for the ledger has them."""
        self.done += pages
        self._show(source_file)

    def read(self, source_file: str, *, failed: bool) -> None:
        """One page was read, or failed."""
        self.done += 1
        self._read += 1
        self.failures += failed
        self._show(source_file)

    def made(self, source_file: str, *, failed: bool) -> None:
        """A document's rows are there."""
        self.documents += 1
        self.failures += failed
        self._show(source_file)

    def say(self, text: str) -> None:
        """Say a line now, above the bar where there is one."""
        if self._bar is not None:
            self._bar.clear()
        self._tell("message", text)

    def writing(self) -> None:
        """Say that the tables are being written, where somebody looks on."""
        if self._bar is not None:
            self._bar.show(["writing tables"])

    def close(self) -> None:
        """Take the line of a terminal away."""
        if self._bar is not None:
            self._bar.clear()

    def _show(self, source_file: str) -> None:
        if self._bar is not None:
            if self._bar.is_due():
                self._bar.show(self._parts(), source_file)
        elif self._is_due():
            text = f"{self.done}/{self.total} pages, {self._speed()}{self.failures} failed, {source_file}"
            rate, left = self._rate()
            self._tell(
                "progress",
                text,
                pages_done=self.done,
                pages_total=self.total,
                failures=self.failures,
                pages_per_minute=rate and round(rate, 1),
                seconds_left=left and round(left),
                file=source_file,
            )

    def _parts(self) -> list[str]:
        """What the line says, the most important first."""
        # never 100 % before the end
        parts = [f"{100 * self.done // max(self.total, 1):3}%", f"{self.done:,}/{self.total:,} pages"]
        if self.failures:
            parts.append(f"{self.failures:,} failed")
        rate, left = self._rate()
        if rate is not None and left is not None:
            parts += [f"{_clock(left)} left", f"{rate:,.0f}/min"]
        return parts

    def _rate(self) -> tuple[float | None, float | None]:
        """Pages a minute and seconds left; None where too little was read yet."""
        seconds = time.monotonic() - self._begun
        if self._read < _SURE or not seconds:
            return None, None
        return 60 * self._read / seconds, (self.total - self.done) * seconds / self._read

    def _speed(self) -> str:
        rate, left = self._rate()
        return "" if rate is None or left is None else f"{rate:.0f} pages/min, {_clock(left)} left, "

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now - self._shown < _SECONDS:
            return False
        self._shown = now
        return True

    def _tell(self, event: str, text: str, **more: object) -> None:
        if self._log is not None:
            self._log.tell(event, text, "info", **more)
        if self._stream is not None:
            self._stream.write(f"hoso: {text}\n")
            self._stream.flush()


def _clock(seconds: float) -> str:
    """Hours and minutes.

    >>> _clock(59), _clock(7260), _clock(400_000)
    ('1 min', '2 h 1 min', '111 h 7 min')
    """
    hours, minutes = divmod(max(round(seconds / 60), 1), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
