"""Writes the trained model as the arrays that ``pipeline.language.ngrams`` maps."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.language.ngrams import LOWEST_BACKOFF, STEPS
from training.counts import Model


def _quantise(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(np.rint(values * STEPS), 0, 255).astype(np.uint8)


def write_ngrams(model: Model, folder: Path) -> None:
    """All arrays as .npy files, little-endian, without pickles."""
    folder.mkdir(parents=True, exist_ok=True)
    size = len(model.unigram)
    arrays: dict[str, NDArray[np.generic]] = {
        "unigram": model.unigram.astype(np.float32),
        "unigram_backoff": model.unigram_backoff.astype(np.float32),
        "bigram_second": (model.bigrams & 0xFFFF).astype(np.uint16),
        "bigram_sizes": np.bincount(model.bigrams >> 16, minlength=size).astype(np.uint32),
        "bigram": _quantise(-model.bigram),
        "bigram_backoff": _quantise(model.bigram_backoff - LOWEST_BACKOFF),
        "trigram_third": (model.trigrams & 0xFFFF).astype(np.uint16),
        "trigram_sizes": np.bincount(model.trigrams >> 16, minlength=len(model.bigrams)).astype(np.uint16),
        "trigram": _quantise(-model.trigram),
    }
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values, allow_pickle=False)


def write_lexicon(rows: Iterable[tuple[str, int, float, str]], path: Path) -> None:
    """A line a word: word, weighted count, percent of capitals inside sentences, form of initials."""
    lines = [f"{word}\t{count}\t{round(100 * share)}\t{printed}" for word, count, share, printed in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
