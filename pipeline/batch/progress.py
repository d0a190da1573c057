"""What a person sees while it runs: a bar in place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

    from pipeline.batch.json_log import JsonLog

_SECONDS = 60.0
"""Between two lines where no terminal is: a night's log stays readable."""
_WIDTH = 28
"""Characters of a file's name beside the bar."""
_BAR = "{percentage:3.0f}% {n_fmt}/{total_fmt} pages {rate_fmt} {remaining} left{postfix} {bar:10}"


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
        self._bar: tqdm[Any] | None = None
        self._begun = self._shown = time.monotonic()

    @classmethod
    def on_stderr(cls, *, quiet: bool) -> Progress:
        """The progress of a command."""
        return cls(None if quiet else sys.stderr)

    def looking(self, files: int) -> None:
        """Say that the input is being looked at (``files`` so far)."""
        if self._is_terminal():
            if self._bar is None:
                self._bar = self._new_bar(None, " {n_fmt} files looked at, {elapsed}")
            self._bar.update(files - self._bar.n)
        elif self._is_due():
            self._tell("looking", f"{files} files looked at", files=files)

    def start(self, total: int) -> None:
        """Begin to count pages."""
        self.close()
        self.total = total
        self._begun = self._shown = time.monotonic()
        if self._is_terminal():
            self._bar = self._new_bar(total, _BAR)

    def known(self, source_file: str, pages: int) -> None:
        """Pages that need no reading, for the ledger has them."""
        self.done += pages
        if self._bar is not None:
            # they count as there from the beginning, or the rate would promise too much
            self._bar.initial += pages
            self._bar.update(pages)
        self._show(source_file)

    def read(self, source_file: str, *, failed: bool) -> None:
        """One page was read, or failed."""
        self.done += 1
        self._read += 1
        self.failures += failed
        if self._bar is not None:
            self._bar.update(1)
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

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self, source_file: str) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(f"{_failed(self.failures)}{_short(source_file)}", refresh=False)
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

    def _rate(self) -> tuple[float | None, float | None]:
        """Pages a minute and seconds left; None where nothing was read yet."""
        seconds = time.monotonic() - self._begun
        if not self._read or not seconds:
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

    def _is_terminal(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def _new_bar(self, total: int | None, form: str) -> tqdm[Any]:
        from tqdm import tqdm

        return tqdm(
            total=total, unit="page", file=self._stream, dynamic_ncols=True, leave=False, bar_format=form
        )

    def _tell(self, event: str, text: str, **more: object) -> None:
        if self._log is not None:
            self._log.tell(event, text, "info", **more)
        if self._stream is not None:
            self._stream.write(f"hoso: {text}\n")
            self._stream.flush()


def _clock(seconds: float) -> str:
    """Hours and minutes.

    >>> _clock(59), _clock(7260)
    ('0:01', '2:01')
    """
    minutes = max(round(seconds / 60), 1)
    return f"{minutes // 60}:{minutes % 60:02}"


def _failed(count: int) -> str:
    return f"{count} failed, " if count else ""


def _short(name: str) -> str:
    """The end of a long name, which tells more than its beginning."""
    return name if len(name) <= _WIDTH else "…" + name[1 - _WIDTH :]
