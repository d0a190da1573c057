"""How sure rows are, learnt: ``python -m training.confidence [--write]``.

A row is right where it agrees with a label in every judged column. ``--write`` writes
``dictionaries/confidence.npy``, a forest of randomised trees (Geurts, Ernst & Wehenkel 2006), and the weights
of proof and doubt in ``confidence.toml``.

What rows are learnt from: texts of ours and real reports and news (where the shared material is there), as
today's rules read them; and first runs (``benchmarks/*/first``: the tables that hoso made before anybody had
looked at a set's texts): they say what goes wrong in unseen texts, which the others, whose errors were looked
for and mended, do not. What a forest thinks of rows that it was grown on says little; so each set is judged
by a forest grown without it, and from those judgements a logistic regression with a Gaussian prior (ridge;
Hoerl & Kennard 1970) learns what the forest, proofs and doubts are worth. At last the log odds of all rows
are set (``level``) so that of the sure rows of the latest first runs nine in ten are right: earlier ones are
of weaker rules. These judgements, set by set, are printed: they are the nearest to what confidence is worth
in texts that nobody has seen.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import bench_extract
from benchmarks.bench_extract import Labelled
from benchmarks.scoring import JUDGED, judged, read, stem
from benchmarks.shared import ROOT
from pipeline.extract.confidence import NODE, SCALE, Forest, Row, doubts, evidence, log_odds
from pipeline.extract.rule_files import rulebook

OUT = ROOT / "dictionaries"
TREES, ASKED, FEWEST = 100, 0.15, 5
"""How many trees, share of the evidence that a node chooses from, and rows in which evidence must occur to be
asked for. Trees are grown out: cut at a depth or at more rows a leaf they tell less of sets left out."""
COUNTS = {"ours": 1.0, "real": 12.0, "first": 1.0}
"""What a row counts, by the kind of its text and run: real texts are few (156 rows), and what users have."""
PRIOR = 2.0
"""Strength of the prior: a weight must earn its distance from what is believed before."""
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
SURE_ODDS = log(0.895 / 0.105)
"""Log odds of a confidence that is 0.9 when rounded."""
SHARE = 0.9
"""Of the rows with a confidence of 0.9 so many are to be right."""
FOLDS = 12
"""Forests by which sets are judged; each leaves some sets out."""
LATEST = 12
"""First runs by which this is set."""
HEAD = (
    "data set, by a forest without it",
    "rows",
    "right",
    "at 0.9 or more",
    "of these right",
    "right rows that reach it",
)
FIGURES = frozenset(JUDGED) - {"citations", "documents"}
MARK = "# Made by training/confidence.py"


class Known(NamedTuple):
    """A row: where its labels are, the run that found it, what is told of it, and whether it is right."""

    of: str
    run: Labelled
    told: Sequence[str]
    doubts: Sequence[str]
    right: bool


def first_runs() -> Iterator[Labelled]:
    """The kept tables of first runs, the latest (they are numbered) last."""
    for tables in sorted((ROOT / "benchmarks").glob("*/first"), key=lambda path: (len(str(path)), path)):
        name = tables.parent.name
        yield Labelled(f"own, {name}, first run", tables.parent / "truth", tables, kind="first")


def known(one: Labelled) -> Iterator[Known]:
    """The rows of figures that hoso made of a set, whose texts lie beside its labels or its tables."""
    truth, tables = one.truth, one.tables
    folders = (truth.parent / "txt", tables.parent / "text")
    texts = {path.stem: path for folder in folders for path in folder.glob("**/*.txt")}
    places = {row["row_id"]: row for row in reversed(read(tables / "evidence.csv"))}
    left: dict[str, list[Mapping[str, str]]] = {}
    for each in read(tables / "unclaimed.csv"):
        left.setdefault(each["doc_id"], []).append(each)
    found: dict[str, list[tuple[Row, bool]]] = {}
    read_from: dict[str, str] = {}
    for table, row, right in judged(truth, tables, one.only):
        if table in FIGURES:
            doc_id = row["doc_id"]
            if doc_id not in read_from:
                path = texts.get(doc_id) or texts[stem(row["source_file"])]
                read_from[doc_id] = path.read_text(encoding="utf-8")
            text = read_from[doc_id]
            place = _place(text, row, places[row["row_id"]])
            found.setdefault(doc_id, []).append(
                (Row(table, row, *place, _said(table, text, row, *place)), right)
            )
    for doc_id, rows in found.items():
        text, rest = read_from[doc_id], left.get(doc_id, [])
        told = evidence([row for row, _ in rows], text, rest)
        for names, (told_of, is_right) in zip(told, rows, strict=True):
            yield Known(str(truth), one, names, list(doubts(told_of.values)), is_right)


def _place(text: str, row: Mapping[str, str], first: Mapping[str, str]) -> tuple[int, int]:
    """Where a row's first number and its quote begin; offsets are its page's, so that they may not fit."""
    at, number, quote = int(first["start"]), first["restored"], row["quote"]
    if text[at : at + len(number)] != number:
        at = max(text.find(quote), 0) + max(quote.find(number), 0)
    begin = text.rfind(quote[:25], 0, at + 1)
    return at, begin if begin >= 0 else at


def _said(table: str, text: str, row: Mapping[str, str], at: int, begin: int) -> Sequence[tuple[int, int]]:
    """Where words of a table's rules stand in a row's sentence; in a row of a table on the page none do."""
    if "|" in row["quote"]:
        return ()
    book = rulebook()
    marks = book.tables[table].marks(text, begin, max(begin + len(row["quote"]), at), book.cues)
    return tuple((mark.start, mark.end) for mark in marks if not mark.trigger.reason)


def grown(rows: Sequence[Known]) -> Forest:
    """A forest grown on rows."""
    from sklearn.ensemble import ExtraTreesClassifier

    counts = Counter(name for row in rows for name in row.told)
    asked = {name: i for i, name in enumerate(sorted(name for name, n in counts.items() if n >= FEWEST))}
    there = np.zeros((len(rows), len(asked)), np.float32)
    for i, row in enumerate(rows):
        there[i, [asked[name] for name in row.told if name in asked]] = 1
    trees = ExtraTreesClassifier(TREES, max_features=ASKED, random_state=0, n_jobs=-1)
    trees.fit(there, [row.right for row in rows], sample_weight=[COUNTS[row.run.kind] for row in rows])
    parts, roots = [], [0]
    for tree in (each.tree_ for each in trees.estimators_):
        right = tree.children_right
        nodes = np.zeros(tree.node_count, NODE)
        nodes["asks"] = np.where(right < 0, -1, tree.feature)
        share = tree.value[:, 0, -1] / tree.value[:, 0].sum(axis=1)
        nodes["there"] = np.where(right < 0, np.rint(share * SCALE), right - np.arange(tree.node_count))
        parts.append(nodes)
        roots.append(roots[-1] + tree.node_count)
    return Forest(np.concatenate(parts), np.array(roots[:-1]), asked)


def left_out(rows: Sequence[Known]) -> NDArray[np.float64]:
    """The log odds of each row, by a forest that knows neither its set nor those left out with it."""
    odds = np.zeros(len(rows))
    sets = sorted({row.of for row in rows})
    for part in (set(sets[i::FOLDS]) for i in range(min(FOLDS, len(sets)))):
        own = [i for i, row in enumerate(rows) if row.of in part]
        forest = grown([row for row in rows if row.of not in part])
        odds[own] = log_odds(forest.share([rows[i].told for i in own]))
    return odds


def fit(rows: Sequence[Known], odds: NDArray[np.float64]) -> dict[str, float]:
    """Weights: ``every row`` for all, ``forest`` for its log odds, and for each proof and doubt.

    Args:
        rows: n rows.
        odds: what forests that do not know them think of them, shape (n,).
    """
    counts = Counter(name for row in rows for name in row.doubts)
    names = sorted({name for name, count in counts.items() if count >= FEWEST} | BELIEVED.keys())
    place = {name: i for i, name in enumerate(names, 2)}
    x = np.zeros((len(rows), len(names) + 2))
    x[:, 0], x[:, 1] = 1.0, odds
    for i, row in enumerate(rows):
        x[i, [place[name] for name in row.doubts if name in place]] = 1.0
    believed = np.array([0.0, 1.0, *(BELIEVED.get(name, 0.0) for name in names)])
    right = np.array([float(row.right) for row in rows])
    weights = _newton(x, right, np.array([COUNTS[row.run.kind] for row in rows]), believed)
    of_name = zip(names, weights[2:], strict=True)
    named = {name: _sensible(float(weight), BELIEVED.get(name, 0.0)) for name, weight in of_name}
    return {"every row": float(weights[0]), "forest": float(weights[1]), **named}


def judgements(
    rows: Sequence[Known], odds: NDArray[np.float64], weights: Mapping[str, float]
) -> NDArray[np.float64]:
    """The log odds of each row by forest, proof and doubt, shape (n,)."""
    told = [sum(weights.get(name, 0.0) for name in row.doubts) for row in rows]
    found: NDArray[np.float64] = weights["every row"] + weights["forest"] * odds + np.array(told)
    return found


def level(odds: NDArray[np.float64], right: Sequence[bool]) -> float:
    """By how much to raise all log odds: the most at which ``SHARE`` of the rows that are sure are right.

    Args:
        odds: of n rows, shape (n,).
        right: whether each is.
    """
    order = np.argsort(-odds, kind="stable")
    share = np.cumsum(np.array(right)[order]) / np.arange(1, len(order) + 1)
    last = np.append(np.diff(odds[order]) < 0, True)  # of those that are equally sure
    enough = np.flatnonzero((share >= SHARE) & last)
    return SURE_ODDS - float(odds[order[enough[-1]]]) if enough.size else 0.0


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


def _write(weights: Mapping[str, float], forest: Forest) -> None:
    path, grown_path = OUT / "confidence.toml", OUT / "confidence.new.npy"
    np.save(grown_path, forest.nodes, allow_pickle=False)
    head, _, _ = path.read_text(encoding="utf-8").partition(MARK)
    lines = [
        f"{MARK}, not by hand: log odds that a row is right, and what the forest asks for.",
        "[weights]",
        *(f'"{name}" = {weight:.2f}' for name, weight in weights.items()),
        "",
        "[forest]",
        f"roots = {forest.roots.tolist()}",
        "asks = [",
        *(f'  "{name}",' for name in forest.asked),
        "]",
    ]
    told = path.with_suffix(".new.toml")
    told.write_text(head + "\n".join([*lines, ""]), encoding="utf-8")
    grown_path.replace(OUT / "confidence.npy")  # whoever reads them meanwhile reads whole files
    told.replace(path)


class Learnt(NamedTuple):
    """Rows, the log odds of each, shape (n,), as of sets that forests do not know, and weights."""

    rows: Sequence[Known]
    odds: NDArray[np.float64]
    weights: Mapping[str, float]

    def told(self) -> Iterator[Sequence[object]]:
        """A line for each run of each set, under ``HEAD``, and one for all first runs."""
        runs = {row.run.name: row.run for row in self.rows}
        for name in runs:
            yield self._line(name, [row.run.name == name for row in self.rows])
        yield self._line("all first runs", [row.run.kind == "first" for row in self.rows])

    def _line(self, name: str, own: Sequence[bool]) -> Sequence[object]:
        odds, right = self.odds[own], np.array([row.right for row in self.rows])[own]
        sure = odds >= SURE_ODDS
        both, n, found = (int(each.sum()) for each in (sure & right, sure, right))
        return (name, len(odds), found, n, f"{both / n:.3f}" if n else "", f"{both / found:.3f}")


def learn(sets: Iterable[Labelled]) -> Learnt:
    """Learn from today's runs of sets, drawn ones apart, and all first runs."""
    runs = [*(one for one in sets if one.kind in COUNTS), *first_runs()]
    rows = [row for one in runs for row in known(one)]
    odds = left_out(rows)
    weights = fit(rows, odds)
    unseen = judgements(rows, odds, weights)
    latest = {one.name for one in [one for one in runs if one.kind == "first"][-LATEST:]}
    judged_by = [row.run.name in latest for row in rows]
    raised = level(unseen[judged_by], [row.right for row in rows if row.run.name in latest])
    return Learnt(rows, unseen + raised, {**weights, "every row": weights["every row"] + raised})


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write what was learnt into dictionaries/")
    write = parser.parse_args().write
    learnt = learn(bench_extract.sets())
    if write:
        _write(learnt.weights, grown(learnt.rows))
    for line in (HEAD, *learnt.told()):
        print(*line, sep=" | ")


if __name__ == "__main__":
    main()
