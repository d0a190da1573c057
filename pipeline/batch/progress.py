"""What a person sees while it runs: a bar in place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

_SECONDS = 60.0
"""Between two lines where no terminal is: a night's log stays readable."""
_WIDTH = 28
"""Characters of a file's name beside the bar."""


class Progress:
    """Counts pages and failures, and shows them on ``stream`` (None: nowhere)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.failures = 0
        self.total = 0
        self.done = 0
        self.documents = 0
        self._read = 0
        self._stream = stream
        self._bar: tqdm[Any] | None = None
        self._begun = self._shown = time.monotonic()

    @classmethod
    def on_stderr(cls, *, quiet: bool) -> Progress:
        """The progress of a command."""
        return cls(None if quiet else sys.stderr)

    def looking(self, files: int) -> None:
        """Say that the input is being looked at (``files`` so far)."""
        if self._stream is not None and self._is_due():
            self._line(f"{files} files looked at")

    def start(self, total: int) -> None:
        """Begin to count pages."""
        self.total = total
        self._begun = self._shown = time.monotonic()
        if self._stream is not None and self._stream.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, unit="page", file=self._stream, dynamic_ncols=True, leave=False)

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
        self._line(text)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self, source_file: str) -> None:
        if self._bar is not None:
            name = source_file if len(source_file) <= _WIDTH else "…" + source_file[1 - _WIDTH :]
            self._bar.set_postfix_str(f"{self.failures} failed, {name}", refresh=False)
        elif self._stream is not None and self._is_due():
            self._line(
                f"{self.done}/{self.total} pages, {self._speed()}{self.failures} failed, {source_file}"
            )

    def _speed(self) -> str:
        seconds = time.monotonic() - self._begun
        if not self._read or not seconds:
            return ""
        left = (self.total - self.done) * seconds / self._read
        return f"{60 * self._read / seconds:.0f} pages/min, {_clock(left)} left, "

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now - self._shown < _SECONDS:
            return False
        self._shown = now
        return True

    def _line(self, text: str) -> None:
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
