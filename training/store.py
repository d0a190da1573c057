"""Writes the trained model as the arrays that ``pipeline.language.ngrams`` maps."""

from __future__ import annotations

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


def write_lexicon(words: list[str], counts: list[int], path: Path) -> None:
    """One word a line with its weighted count; the line number is the id."""
    path.write_text("".join(f"{w}\t{c}\n" for w, c in zip(words, counts, strict=True)), encoding="utf-8")
