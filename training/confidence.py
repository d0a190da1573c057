"""Weights of the evidence for a row: ``python -m training.confidence --today TRUTH=TABLES …``.

Each argument names a folder of labels and the tables that hoso made of the same texts. A row is right where
it agrees with a label in every judged column. Fits a logistic regression with a Gaussian prior on the weights
(ridge; Hoerl & Kennard 1970) by Newton's method and writes ``dictionaries/confidence.toml``.

``--today`` are texts of ours and ``--real`` real reports and news, as today's rules read them; ``--first``
are first runs, made before anybody looked at the texts: they say what goes wrong in unseen texts, more often
than it does today, so that each has a level of its own. At last the log odds of all rows are set (``level``)
so that enough of the right rows of every set of today are sure, and no more than that needs. The kept weights
come from these sets of ``benchmarks``: own, blind to blind12, the samples, the shared passages and reports.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring import JUDGED, judged
from pipeline.extract.confidence import features, tells_time

OUT = Path(__file__).resolve().parent.parent / "dictionaries" / "confidence.toml"
PRIOR = 2.0
"""Strength of the prior: a weight must earn its distance from what is believed before, mostly 0."""
BELIEVED = {
    "proof sum": 0.5,
    "proof product": 0.5,
    "flag period_assumed": -0.7,
    "flag period_open": -0.5,
    "flag beneficiary_assumed": -0.5,
    "flag unit_assumed": -0.5,
    "flag number_repaired": -0.7,
    "flag reparented": -0.3,
    "flag ambiguous": -1.5,
    "flag sum_mismatch": -1.5,
    "flag sum_suspect": -1.5,
    "flag malformed_number": -3.0,
    "flag witness_differs": -1.0,
}
"""What proof and doubt are worth before any row is seen: labelled texts hold few misprints."""
LEAST = 0.2
"""What proof and doubt are worth at least."""
FEWEST = 4
"""Rows in which any other feature must occur."""
FIRST, REAL = 0.25, 16.0
"""What a row of a first run counts, and one of a text that we did not write: those are few, and what users
have. A quarter for first runs was chosen of 72 ways to count: the sure rows of the first runs of blind6 to
blind8 are right most often. The weight of real texts is the least of five by which of every set, blind12 by
rules that had not seen it among them, nine of ten sure rows are right and six of ten right rows sure. Of the
sure rows in first runs of sets that are left out of the fit (blind10 to blind12) some 84 % are right."""
SURE_ODDS = log(0.895 / 0.105)
"""Log odds of a confidence that is 0.9 when rounded."""
SHARE = 0.9
"""Of the rows with a confidence of 0.9 so many are to be right."""
REACH = 0.65
"""Of a set's right rows so many are to reach it; readings that are doubted take some off."""
MOST_LEVEL = 1.0
FIGURES = frozenset(JUDGED) - {"citations", "documents"}
MARK = "[weights]"


Known = tuple[Sequence[str], bool]
"""What is said of a row (``features``), and whether it is right."""


def known(truth: Path, tables: Path) -> list[Known]:
    """The rows of figures that hoso made of a set, ``tables`` beside the folder of their texts."""
    timeless = {
        p.stem: not tells_time(p.read_text(encoding="utf-8")) for p in tables.parent.glob("text/**/*.txt")
    }
    return [
        (list(features(table, row, timeless=timeless.get(str(row["doc_id"]), False))), right)
        for table, row, right in judged(truth, tables)
        if table in FIGURES
    ]


def fit(
    today: Sequence[Sequence[Known]],
    real: Sequence[Sequence[Known]] = (),
    first: Sequence[Sequence[Known]] = (),
) -> dict[str, float]:
    """Weights by feature, ``every row`` first.

    Args:
        today: rows of each set, as today's rules make them.
        real: the same of texts that we did not write.
        first: rows of first runs; what the rows of one have in common is its own.
    """
    found = [
        *((told, right, 1.0) for rows in today for told, right in rows),
        *((told, right, REAL) for rows in real for told, right in rows),
        *(([*told, f"set {i}"], right, FIRST) for i, rows in enumerate(first) for told, right in rows),
    ]
    counts = Counter(name for names, _, _ in found for name in names)
    names = sorted({name for name, count in counts.items() if count >= FEWEST} | BELIEVED.keys())
    place = {name: i for i, name in enumerate(names, 1)}
    x = np.zeros((len(found), len(names) + 1))
    x[:, 0] = 1.0
    for i, (of_row, _, _) in enumerate(found):
        x[i, [place[name] for name in of_row if name in place]] = 1.0
    believed = np.array([0.0, *(BELIEVED.get(name, 0.0) for name in names)])
    right = np.array([float(is_right) for _, is_right, _ in found])
    counting = np.array([counted for _, _, counted in found])
    weights = _newton(x, right, counting, believed)
    named = {
        name: _sensible(float(weight), BELIEVED.get(name, 0.0))
        for name, weight in zip(names, weights[1:], strict=True)
        if not name.startswith("set ")
    }
    return {"every row": float(weights[0]), **named}


def level(weights: Mapping[str, float], sets: Sequence[Sequence[Known]]) -> float:
    """By how much to raise all log odds: the least at which ``REACH`` of each set's right rows are sure.

    Where of some set's sure rows fewer than ``SHARE`` would be right, as much as keeps that. Searched in
    hundredths, from ``-MOST_LEVEL`` to ``MOST_LEVEL``.

    Args:
        weights: as fitted.
        sets: rows as today's rules make them.
    """
    odds = [
        [(weights["every row"] + sum(weights.get(name, 0.0) for name in told), right) for told, right in rows]
        for rows in sets
    ]
    best = steps = -round(MOST_LEVEL * 100)
    for step in range(steps, -steps + 1):
        sure = [[right for at, right in rows if at + step / 100 >= SURE_ODDS] for rows in odds]
        if not all(sum(rights) >= SHARE * len(rights) for rights in sure):
            break
        best = step
        if all(
            sum(rights) >= REACH * sum(right for _, right in rows)
            for rights, rows in zip(sure, odds, strict=True)
        ):
            break
    return best / 100


def _sensible(weight: float, believed: float) -> float:
    """No proof lowers a row's confidence and no doubt raises it, whatever a few rows seem to say."""
    if believed:
        return max(weight, LEAST) if believed > 0 else min(weight, -LEAST)
    return weight


def _newton(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    counting: NDArray[np.float64],
    believed: NDArray[np.float64],
) -> NDArray[np.float64]:
    prior = np.full(x.shape[1], PRIOR)
    prior[0] = 1e-6
    weights = believed.copy()
    for _ in range(100):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (counting * (p - y)) + prior * (weights - believed)
        step = np.linalg.solve((x.T * (counting * p * (1 - p))) @ x + np.diag(prior), gradient)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _pairs(pairs: Sequence[str]) -> list[list[Known]]:
    told = [pair.partition("=") for pair in pairs]
    return [known(Path(truth), Path(tables)) for truth, _, tables in told]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("--today", "--real", "--first"):
        parser.add_argument(name, nargs="+", default=[], metavar="TRUTH=TABLES", required=name == "--today")
    options = parser.parse_args()
    today, real, first = _pairs(options.today), _pairs(options.real), _pairs(options.first)
    weights = fit(today, real, first)
    weights["every row"] += level(weights, [*today, *real])
    head, _, _ = OUT.read_text(encoding="utf-8").partition(MARK)
    lines = [f'"{name}" = {weight:.2f}' for name, weight in weights.items()]
    OUT.write_text(head + MARK + "\n".join(["", *lines, ""]), encoding="utf-8")
    rows = [right for rows in (*today, *real, *first) for _, right in rows]
    print(f"{OUT}: {len(weights)} weights from {len(rows)} rows, {sum(rows)} of them right")


if __name__ == "__main__":
    main()
