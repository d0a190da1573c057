"""Which decisions stand: those that nobody took back and that nobody who had them in view replaced.

No clock is asked. A decision names those that its maker had before them (``seen``) and replaces them; two
that did not know of each other stand side by side, and where they differ the figure is in dispute until
somebody who sees both decides. So the order in which files are merged cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.decisions.record import Decision


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Those that were not taken back; what was only said, comments, among them."""
    known = list(decisions)
    undone = {decision.undoes for decision in known if decision.what == "undo"}
    return [d for d in known if d.what != "undo" and d.id not in undone]


def heads(about_one: Sequence[Decision]) -> list[Decision]:
    """Of the standing decisions about one figure, those that none of the others replaces."""
    judged = [decision for decision in about_one if decision.what != "comment"]
    replaced = {seen for decision in judged for seen in decision.seen}
    return [decision for decision in judged if decision.id not in replaced]
