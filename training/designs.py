"""Designs of restoration against each other: ``python -m training.designs --corpus FOLDER``.

Each language model is built from the same corpus and each way of decoding runs over the same pages: drawn
from held-out paragraphs in every face, size, resolution and damage that training draws, read by
``tesseract -l eng``. They are not the pages of ``benchmarks``: what wins here is measured there. Prints a
table for docs/. Half an hour, 5 GB.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from rapidfuzz.distance import Levenshtein

from pipeline.language.dictionaries import folder as dictionaries
from pipeline.language.gazetteer import Gazetteer
from pipeline.language.normal import new_style, nfc
from pipeline.restore import Restorer, candidates, decode, memory, rounds
from training import pages, places
from training.build import MOST, Design, build_language
from training.corpus import read
from training.degrade import PROFILES

PAGES, SEED = 90, 3
PLAIN = dict.fromkeys(("tvpl_ubnd", "tvpl_legal", "phapluat8"), 1)

MODELS: Mapping[str, Design] = {
    "as kept: syllables in 4-grams": Design(),
    "trigrams": Design(3, {2: 1_100_000, 3: 6_000_000}),
    "a quarter of the n-grams": Design(most={n: most // 4 for n, most in MOST.items()}),
    "all sources alike": Design(weights=PLAIN),
    "office text counts twice as much again": Design(weights={"tvpl_ubnd": 12}),
    "no news": Design(weights={"baomoi": 0, "vietnews": 0}),
    "no gazetteer": Design(weights={"places": 0}),
}

NEVER = 10**9
WAYS: Mapping[str, Sequence[tuple[object, str, object]]] = {
    "words by letters only where nothing else fits": [(candidates, "UNLIKELY", -14.0)],
    "no words by letters": [(candidates, "UNLIKELY", -1e9)],
    "20 candidates a token": [(candidates, "MOST", 20)],
    "pruned at 4 nats": [(decode, "KEEP_WITHIN", 4.0)],
    "what reads like print is left": [(rounds, "RUINED", 2.0)],
    "no memory of the document": [(memory, "FEWEST", NEVER)],
}


def words(text: str) -> list[str]:
    """Words as they are compared."""
    return new_style(nfc(text)).split()


def score(restorer: Restorer, sheets: Sequence[tuple[str, str, str]]) -> tuple[dict[str, float], float]:
    """Word error rate by damage and over all pages (white space parts words), and words a second."""
    errors, total = dict.fromkeys(PROFILES, 0), dict.fromkeys(PROFILES, 0)
    began = time.process_time()
    restored = [restorer.restore(raw, channel="eng").text for _, _, raw in sheets]
    seconds = time.process_time() - began
    for (damage, truth, _), text in zip(sheets, restored, strict=True):
        errors[damage] += Levenshtein.distance(words(truth), words(text))  # type: ignore[index]
        total[damage] += len(words(truth))  # type: ignore[index]
    rates = {str(d): errors[d] / max(total[d], 1) for d in errors}
    return {**rates, "all": sum(errors.values()) / sum(total.values())}, sum(total.values()) / seconds


def row(name: str, restorer: Restorer, sheets: Sequence[tuple[str, str, str]]) -> str:
    """One line of the table."""
    rates, speed = score(restorer, sheets)
    cells = [f"{100 * rates[d]:.2f} %" for d in (*PROFILES, "all")]
    return f"| {name} | {' | '.join(cells)} | {speed:,.0f} |"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.designs", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="as for training.build")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="where pages and models go")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    file = options.work / "designs.jsonl"
    pages.make(pages.sample(options.corpus, held_out=True), "eng", PAGES, SEED, file, 2)
    sheets = [(how.damage, truth, raw) for how, truth, raw in pages.load(file)]
    corpus = read(options.corpus, places.lines(Gazetteer.load()))
    print(f"| design | {' | '.join((*PROFILES, 'all'))} | words/s |\n|---|---|---|---|---|---|")
    for number, (name, design) in enumerate(MODELS.items()):
        root = options.work / f"design-{number}"
        shutil.copytree(dictionaries(), root, dirs_exist_ok=True)
        build_language(corpus, root, design)
        print(row(name, Restorer.load(root), sheets), flush=True)
    for name, changes in WAYS.items():
        with ExitStack() as stack:
            for module, attribute, value in changes:
                stack.enter_context(patch.object(module, attribute, value))
            print(row(name, Restorer.load(options.work / "design-0"), sheets), flush=True)


if __name__ == "__main__":
    main()
