"""Rebuilds lexicon, n-grams and channels from plain text: ``python -m training.build --corpus FOLDER``.

The folder holds .txt or .txt.xz files, one paragraph a line. On one core, 92 million words: 3 minutes and 3
GB for lexicon and n-grams, 2 seconds a page for the channels. The same corpus, Tesseract and fonts give the
same bytes. Pages read so far are kept in the work folder, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from pipeline.language.dictionaries import folder as dictionaries
from training import counts, pages
from training.channel import ChannelCounts, count_page
from training.channel import write as write_channel
from training.corpus import BREAK, NUMBER, Corpus, capitals, read, weight
from training.store import write_lexicon, write_ngrams

LEAST, MOST_WORDS = 8, 40_000
MOST_BIGRAMS, MOST_TRIGRAMS = 1_300_000, 4_400_000
PAGES = {"eng": 1000, "vie": 150}
SEEDS = {"eng": 1, "vie": 2}


def build_language(corpus: Corpus, out: Path) -> None:
    """Lexicon and n-grams."""
    weights = {name: weight(name) for name in corpus.streams}
    kept, total = counts.vocabulary(corpus.words, corpus.streams, weights, LEAST, MOST_WORDS)
    to_id = np.full(len(corpus.words), 2, np.uint16)
    to_id[:2] = 0, 1
    to_id[kept] = np.arange(3, 3 + len(kept))
    streams = {name: to_id[stream] for name, stream in corpus.streams.items()}
    keys, weighted, plain = counts.trigram_counts(streams, weights)
    model = counts.train(keys, weighted, plain, 3 + len(kept), MOST_BIGRAMS, MOST_TRIGRAMS)
    print(
        f"{len(kept):,} words, {len(model.bigrams):,} bigrams, {len(model.trigrams):,} trigrams", flush=True
    )
    write_ngrams(model, out / "ngrams")
    shares, printed = capitals(corpus.inside)
    words = [corpus.words[i] for i in kept]
    rows = [(BREAK, 0, 0.0, ""), (NUMBER, 0, 0.0, ""), ("<unk>", 0, 0.0, "")]
    rows += [
        (w, int(total[i]), shares.get(w, 0.0), printed.get(w, ""))
        for w, i in zip(words, kept.tolist(), strict=True)
    ]
    write_lexicon(rows, out / "lexicon.tsv")


def build_channel(name: str, folder: Path, count: int, work: Path, out: Path) -> None:
    """Draw and read pages, then count what became of each word."""
    file = work / f"{name}.jsonl"
    pages.make(pages.sample(folder, held_out=False), name, count, SEEDS[name], file)
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
    parser.add_argument("--only", choices=("language", "channels"), help="build one part alone")
    parser.add_argument("--pages", type=int, help="pages a channel (default: 1000 eng, 150 vie)")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.only != "channels":
        build_language(read(options.corpus), options.out)
    if options.only != "language":
        for name, count in PAGES.items():
            build_channel(name, options.corpus, options.pages or count, options.work, options.out)


if __name__ == "__main__":
    main()
