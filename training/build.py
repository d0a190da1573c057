"""Rebuilds lexicon, n-grams and channels from plain text: ``python -m training.build --corpus FOLDER``.

The folder holds .txt or .txt.xz files, one paragraph a line. On one core, 92 million words: 4 minutes and 5
GB for lexicon and n-grams, 2 seconds a page for the channels. The same corpus, Tesseract and fonts give the
same bytes. Pages read so far are kept in the work folder, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.language.dictionaries import folder as dictionaries
from pipeline.language.gazetteer import Gazetteer
from pipeline.language.lexicon import Lexicon
from training import counts, pages, places
from training.channel import ChannelCounts, count_page
from training.channel import write as write_channel
from training.corpus import BREAK, NUMBER, Corpus, capitals, read, typed_without_marks, weight
from training.store import write_lexicon, write_ngrams, write_syllables

LEAST, MOST_WORDS = 8, 40_000
ORDER = 4
MOST = {2: 1_100_000, 3: 3_000_000, 4: 3_000_000}
"""N-grams kept by order: what 40 MB of dictionaries have room for."""
PAGES = {"eng": 2000, "vie": 400}
SEEDS = {"eng": 1, "vie": 2}


@dataclass(frozen=True)
class Design:
    """What a language model is made of.

    Attributes:
        order: words of the longest n-grams.
        most: n-grams kept by order.
        weights: how often sources count, where otherwise than in ``sources.toml``; 0 leaves one out.
    """

    order: int = ORDER
    most: Mapping[int, int] = field(default_factory=lambda: MOST)
    weights: Mapping[str, int] = field(default_factory=dict)


def build_language(corpus: Corpus, out: Path, design: Design = Design()) -> None:
    """Lexicon and n-grams."""
    shares, printed = capitals(corpus.inside)
    weights = {name: design.weights.get(name, weight(name)) for name in corpus.streams}
    sources = {name: stream for name, stream in corpus.streams.items() if weights[name]}
    _, total = counts.vocabulary(corpus.words, sources, weights, LEAST, MOST_WORDS)
    meant = np.arange(len(corpus.words), dtype=np.uint32)
    for slip, word in typed_without_marks(corpus.words, total, printed).items():
        meant[slip] = word
    sources = {name: meant[stream] for name, stream in sources.items()}
    kept, total = counts.vocabulary(corpus.words, sources, weights, LEAST, MOST_WORDS)
    to_id = np.full(len(corpus.words), 2, np.uint16)
    to_id[:2] = 0, 1
    to_id[kept] = np.arange(3, 3 + len(kept))
    streams = {name: to_id[stream] for name, stream in sources.items()}
    levels = counts.count(streams, weights, design.order)
    model = counts.train(levels, 3 + len(kept), design.most)
    sizes = ", ".join(f"{len(level.keys):,} of order {n}" for n, level in enumerate(model.orders, 2))
    print(f"{len(kept):,} words, {sizes}", flush=True)
    write_ngrams(model, out / "ngrams")
    words = [corpus.words[i] for i in kept]
    rows = [(BREAK, 0, 0.0, ""), (NUMBER, 0, 0.0, ""), ("<unk>", 0, 0.0, "")]
    rows += [
        (w, int(total[i]), shares.get(w, 0.0), printed.get(w, ""))
        for w, i in zip(words, kept.tolist(), strict=True)
    ]
    write_lexicon(rows, out / "lexicon.tsv")


def build_channel(name: str, folder: Path, count: int, work: Path, out: Path, jobs: int) -> None:
    """Draw and read pages, then count what became of each word."""
    file = work / f"{name}.jsonl"
    pages.make(pages.sample(folder, held_out=False), name, count, SEEDS[name], file, jobs)
    found = ChannelCounts()
    for _, truth, read_text in pages.load(file):
        count_page(found, truth, read_text)
    write_channel(found, out / "channel" / f"{name}.tsv")
    print(f"{name}: {found.words:,} words on {count} pages", flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.build", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, required=True, help="folder of .txt or .txt.xz, one paragraph a line"
    )
    parser.add_argument("--out", type=Path, default=dictionaries(), help="where the dictionaries are written")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="where pages read are kept")
    parser.add_argument("--only", choices=("language", "channels", "syllables"), help="build one part alone")
    parser.add_argument("--pages", type=int, help="pages a channel (default: 2000 eng, 400 vie)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes that read pages")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.only == "syllables":
        lexicon = Lexicon.load(options.out / "lexicon.tsv")
        write_syllables(zip(lexicon.words, lexicon.counts, strict=True), options.out / "syllables.tsv")
        return
    if options.only != "channels":
        build_language(read(options.corpus, places.lines(Gazetteer.load())), options.out)
    if options.only != "language":
        for name, count in PAGES.items():
            build_channel(
                name, options.corpus, options.pages or count, options.work, options.out, options.jobs
            )


if __name__ == "__main__":
    main()
