"""What a run says, as JSON lines: one object a line, for cron jobs and collectors of logs.

Every line has ``time`` (ISO 8601 with zone), ``level`` (``info``, ``warning``, ``error``), ``event`` and
``message`` (a sentence for people); each event has further keys, which stay as they are (docs/scheduled.md).
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import TextIO


class JsonLog:
    """Writes lines to ``stream``; of a ``quiet`` log those of level ``info`` are left out."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet

    def tell(self, event: str, message: str, level: str = "info", **more: object) -> None:
        """Write one line."""
        if self._quiet and level == "info":
            return
        now = datetime.now().astimezone().isoformat(timespec="milliseconds")
        line = {"time": now, "level": level, "event": event, "message": message, **more}
        # ASCII: a log's encoding must not matter, and no letter breaks a line
        self._stream.write(json.dumps(line, default=str) + "\n")
        self._stream.flush()


class Handler(logging.Handler):
    """Records of the standard library's logging as lines of the log."""

    def __init__(self, log: JsonLog) -> None:
        super().__init__(logging.ERROR)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one."""
        self._log.tell("log", record.getMessage(), "error", logger=record.name)
