"""Speed and memory of restoration in a process of its own: ``python -m benchmarks.load FILE CHANNEL``.

Prints, as JSON, processor seconds to import the code and to load the dictionaries, resident megabytes once
loaded and at the peak, and processor seconds for the text.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.restore import ChannelName


def memory(field: str) -> float:
    """Megabytes of this process: ``VmRSS`` now, ``VmHWM`` at the peak.

    Not getrusage: its peak begins with that of the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1e3


def main() -> None:
    """The command."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    channel: ChannelName = sys.argv[2]  # type: ignore[assignment]
    began = time.process_time()
    from pipeline.restore import Restorer

    imported = time.process_time()
    # what is made when first asked for counts as loading: the last word is one that only spelling finds
    restorer = Restorer.load()
    restorer.restore("hd nghéo Uy dudc vay vén tqdmnét UBND TQDMNET", channel=channel)
    loaded = time.process_time()
    after = memory("VmRSS")
    start = time.process_time()
    restorer.restore(text, channel=channel)
    seconds = time.process_time() - start
    peak = memory("VmHWM")
    found = {"import": imported - began, "load": loaded - imported, "resident": after}
    print(json.dumps({**found, "peak": peak, "seconds": seconds}))


if __name__ == "__main__":
    main()
