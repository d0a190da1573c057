"""What a batch costs: all parts of ``make bench-batch``, or those that are named.

usage: python -m benchmarks.batch [PART …] [--write]

``--write`` puts the results into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from benchmarks import batch_cluster, batch_pool, batch_scale
from benchmarks.page import commit, put
from benchmarks.shared import ROOT

PARTS: dict[str, Callable[[bool], str]] = {
    "pool": lambda _: batch_pool.report(),
    "cluster": lambda _: batch_cluster.report(),
    "scale": lambda write: batch_scale.report(list(batch_scale.STEPS), write=write),
}
"""By the name of their block in docs/benchmarks.md."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--write", action="store_true", help="put the results into docs/benchmarks.md")
    options = parser.parse_args()
    if unknown := sorted(set(options.parts) - set(PARTS)):
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    page = ROOT / "docs" / "benchmarks.md"
    for name in options.parts or PARTS:
        text = PARTS[name](options.write)
        if name != "scale":  # which says so itself
            text = (
                f"`python -m benchmarks.batch {name}` on {time.strftime('%F')}, commit {commit()}.\n\n{text}"
            )
        print(f"{text}\n")
        if options.write:
            page.write_text(put(page.read_text(encoding="utf-8"), name, text), encoding="utf-8")


if __name__ == "__main__":
    main()
