"""Weights of the evidence for a row: ``python -m training.confidence TRUTH=TABLES …``.

Each argument names a folder of labels and the tables that hoso made of the same texts, the newest last. A row
is right where it agrees with a label in every judged column. Fits a logistic regression with a Gaussian prior
on the weights (ridge; Hoerl & Kennard 1970) by Newton's method and writes ``dictionaries/confidence.toml``.

Give the tables of first runs, made before anybody looked at the texts: only they tell how sure rows of unseen
texts are. How much was right on the whole is taken from the newest set, which the newest rules read; what
tells right rows from wrong ones from all of them. The kept weights come from these sets of ``benchmarks``,
each as the commit in its README read it: own, blind3, blind4, blind5. With ``--level`` the log odds of all
rows are then raised as far as sets read by today's rules allow (``level``): blind3 to blind8. Without other
sets it is the kept weights that are raised.
"""

from __future__ import annotations

import argparse
import tomllib
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
NEWEST = 4
"""How often each row of the newest set counts."""
SURE_ODDS = log(0.9 / 0.1)
"""Log odds of a confidence of 0.9."""
SHARE = 0.9
"""Of the rows with a confidence of 0.9 so many are to be right."""
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


def fit(older: Sequence[Sequence[Known]], newest: Sequence[Known]) -> dict[str, float]:
    """Weights by feature, ``every row`` first.

    Args:
        older: rows of each older set; what a set's rows have in common is the set's own.
        newest: rows of the newest one.
    """
    found = [
        ([*told, *own], right)
        for rows, own in [
            *((rows, [f"set {i}"]) for i, rows in enumerate(older)),
            (list(newest) * NEWEST, []),
        ]
        for told, right in rows
    ]
    counts = Counter(name for names, _ in found for name in names)
    names = sorted({name for name, count in counts.items() if count >= FEWEST} | BELIEVED.keys())
    place = {name: i for i, name in enumerate(names, 1)}
    x = np.zeros((len(found), len(names) + 1))
    x[:, 0] = 1.0
    for i, (of_row, _) in enumerate(found):
        x[i, [place[name] for name in of_row if name in place]] = 1.0
    believed = np.array([0.0, *(BELIEVED.get(name, 0.0) for name in names)])
    weights = _newton(x, np.array([float(right) for _, right in found]), believed)
    named = {
        name: _sensible(float(weight), BELIEVED.get(name, 0.0))
        for name, weight in zip(names, weights[1:], strict=True)
        if not name.startswith("set ")
    }
    return {"every row": float(weights[0]), **named}


def level(weights: Mapping[str, float], sets: Sequence[Sequence[Known]]) -> float:
    """How much all log odds may be raised: as long as of each set's surest rows ``SHARE`` are right.

    Rules grow better between the first runs that the weights are fitted to and today's; what tells right rows
    from wrong ones stays. Searched in hundredths, up to ``MOST_LEVEL``.

    Args:
        weights: as fitted.
        sets: rows as today's rules make them.
    """
    odds = [
        [(weights["every row"] + sum(weights.get(name, 0.0) for name in told), right) for told, right in rows]
        for rows in sets
    ]
    best = 0.0
    for step in range(round(MOST_LEVEL * 100) + 1):
        sure = [[right for at, right in rows if at + step / 100 >= SURE_ODDS] for rows in odds]
        if all(sum(rights) >= SHARE * len(rights) for rights in sure):
            best = step / 100
    return best


def _sensible(weight: float, believed: float) -> float:
    """No proof lowers a row's confidence and no doubt raises it, whatever a few rows seem to say."""
    if believed:
        return max(weight, LEAST) if believed > 0 else min(weight, -LEAST)
    return weight


def _newton(
    x: NDArray[np.float64], y: NDArray[np.float64], believed: NDArray[np.float64]
) -> NDArray[np.float64]:
    prior = np.full(x.shape[1], PRIOR)
    prior[0] = 1e-6
    weights = believed.copy()
    for _ in range(100):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + prior * (weights - believed)
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(prior), gradient)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _pair(pair: str) -> list[Known]:
    truth, _, tables = pair.partition("=")
    return known(Path(truth), Path(tables))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="TRUTH=TABLES")
    parser.add_argument("--level", nargs="+", metavar="TRUTH=TABLES", help="sets as today's rules read them")
    options = parser.parse_args()
    sets = [_pair(pair) for pair in options.sets]
    weights = fit(sets[:-1], sets[-1]) if sets else tomllib.loads(OUT.read_text(encoding="utf-8"))["weights"]
    if options.level:
        sets += (today := [_pair(pair) for pair in options.level])
        weights["every row"] += level(weights, today)
    head, _, _ = OUT.read_text(encoding="utf-8").partition(MARK)
    lines = [f'"{name}" = {weight:.2f}' for name, weight in weights.items()]
    OUT.write_text(head + MARK + "\n".join(["", *lines, ""]), encoding="utf-8")
    rows = [right for rows in sets for _, right in rows]
    print(f"{OUT}: {len(weights)} weights from {len(rows)} rows, {sum(rows)} of them right")


if __name__ == "__main__":
    main()
