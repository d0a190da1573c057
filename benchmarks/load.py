"""Speed and memory of restoration in a process of its own: ``python -m benchmarks.load FILE CHANNEL``.

Prints, as JSON, processor seconds to load, resident megabytes once loaded and at the peak, and processor
seconds for the text.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def resident() -> float:
    """Megabytes of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """The command."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    began = time.process_time()
    from pipeline.restore import Restorer

    restorer = Restorer.load()
    loaded = time.process_time() - began
    # what is loaded when first asked for counts as memory, not as speed
    restorer.restore("hd nghéo dudc vay vén", channel="eng")
    after = resident()
    began = time.process_time()
    restorer.restore(text, channel=sys.argv[2])  # type: ignore[arg-type]
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"load": loaded, "resident": after, "peak": peak, "seconds": seconds}))


if __name__ == "__main__":
    main()
