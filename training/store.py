"""Writes the trained model as the tables that ``pipeline.language.ngrams`` maps."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.language.frequency import counted
from pipeline.language.ngrams import LOWEST_BACKOFF, SLOTS, STEPS, bits, places
from training.counts import Keys, Model

FULL = {2: 0.86, 3: 0.92}
"""Share of slots that are taken, by slots of a bucket: two buckets of two fill up to 0.89, of three to 0.95
(Dietzfelbinger & Weidling 2007)."""
MOST_ROUNDS = 2000
Number = TypeVar("Number", bound=np.generic)


def _quantise(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(np.rint(values * STEPS), 0, 255).astype(np.uint8)


def fill(keys: Keys, buckets: int, order: int) -> NDArray[np.int64]:
    """Which key stands in which slot (flat, -1: none): all keys at once, by random walk.

    Raises:
        ValueError: where some find no place.
    """
    first, second, _ = places(keys, buckets, order)
    homes = np.stack([first, second]).astype(np.int64)
    each = SLOTS[order]
    slots = np.full(buckets * each, -1, np.int64)
    taken = np.zeros(buckets, np.int64)
    waiting, turn = np.arange(len(keys)), np.zeros(len(keys), np.int64)
    chance = np.random.default_rng(0)
    for _ in range(MOST_ROUNDS):
        if not len(waiting):
            return slots
        bucket = homes[turn[waiting], waiting]
        by_bucket = np.argsort(bucket, kind="stable")
        waiting, bucket = waiting[by_bucket], bucket[by_bucket]
        starts = np.flatnonzero(np.concatenate([[True], bucket[1:] != bucket[:-1]]))
        rank = np.arange(len(bucket)) - np.repeat(starts, np.diff(np.append(starts, len(bucket))))
        fits = taken[bucket] + rank < each
        slots[bucket[fits] * each + taken[bucket[fits]] + rank[fits]] = waiting[fits]
        np.add.at(taken, bucket[fits], 1)
        waiting, bucket = waiting[~fits], bucket[~fits]
        # no room: one key a bucket pushes another out to its other home, the rest try their own other home
        pushing = np.flatnonzero(np.concatenate([[True], bucket[1:] != bucket[:-1]])[: len(bucket)])
        turn[waiting] ^= 1
        slot = bucket[pushing] * each + chance.integers(0, each, len(pushing))
        out = slots[slot]
        slots[slot] = waiting[pushing]
        turn[out] = homes[0, out] == bucket[pushing]
        waiting[pushing] = out
    message = f"{len(waiting)} n-grams found no place: more slots are needed"
    raise ValueError(message)


def _table(values: NDArray[Number], slots: NDArray[np.int64], each: int) -> NDArray[Number]:
    """What belongs to the keys, where they stand; shape (buckets, slots of a bucket)."""
    found = np.zeros(len(slots), values.dtype)
    found[slots >= 0] = values[slots[slots >= 0]]
    return found.reshape(-1, each)


def write_ngrams(model: Model, folder: Path) -> None:
    """All arrays as .npy files, little-endian, without pickles."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.npy"):
        old.unlink()
    arrays: dict[str, NDArray[np.generic]] = {
        "unigram": model.unigram.astype(np.float32),
        "unigram_backoff": model.unigram_backoff.astype(np.float32),
    }
    for order, level in enumerate(model.orders, 2):
        each = SLOTS[order]
        buckets = max(int(len(level.keys) / FULL[each] / each) + 1, 2)
        slots = fill(level.keys, buckets, order)
        _, _, tag = places(level.keys, buckets, order)
        shifts = np.arange(each, dtype=np.uint64) * np.uint64(bits(each))
        arrays[f"{order}_tags"] = np.bitwise_or.reduce(_table(tag, slots, each) << shifts, axis=1)
        arrays[f"{order}_values"] = _table(_quantise(-level.probability), slots, each)
        top = not len(level.backoff)
        arrays[f"{order}_backoffs"] = (
            np.zeros((0, each), np.uint8)
            if top
            else _table(_quantise(level.backoff - LOWEST_BACKOFF), slots, each)
        )
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values, allow_pickle=False)


def write_lexicon(rows: Iterable[tuple[str, int, float, str]], path: Path) -> None:
    """A line a word: word, weighted count, percent of capitals inside sentences, form of initials."""
    lines = [f"{word}\t{count}\t{round(100 * share)}\t{printed}" for word, count, share, printed in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_syllables(words: Iterable[tuple[str, int]], path: Path) -> None:
    """A line a syllable with its count."""
    lines = [f"{word}\t{count}" for word, count in counted(words)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
