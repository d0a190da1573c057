"""Speed and memory of restoration in a process of its own: ``python -m benchmarks.load FILE CHANNEL``.

Prints, as JSON, processor seconds to load, resident megabytes once loaded and at the peak, and processor
seconds for the text.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


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
    began = time.process_time()
    from pipeline.restore import Restorer

    restorer = Restorer.load()
    loaded = time.process_time() - began
    # what is loaded when first asked for counts as memory, not as speed
    restorer.restore("hd nghéo dudc vay vén", channel="eng")
    after = memory("VmRSS")
    began = time.process_time()
    restorer.restore(text, channel=sys.argv[2])  # type: ignore[arg-type]
    seconds = time.process_time() - began
    peak = memory("VmHWM")
    print(json.dumps({"load": loaded, "resident": after, "peak": peak, "seconds": seconds}))


if __name__ == "__main__":
    main()
