"""Names of people that stand alone, as under a document: their syllables are those of names.

The language model has seen little of any one name, and a name's neighbours tell nothing of it. But names are
made of few syllables, and a family name begins them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DictionaryError
from pipeline.language.lexicon import Lexicon
from pipeline.language.normal import fold_marks, key
from pipeline.restore.channel import letter_case
from pipeline.restore.parts import Vector
from pipeline.restore.tokens import Token

FEWEST, MOST = 3, 5
"""Syllables of a name: two are as often a place's."""
STRANGE = -4.0
"""Nats that a word counts less in a name where it is none of names: of a hundred names one has such."""
MIDDLE = 3.4
"""Nats that ``Văn`` and ``Thị`` count more behind a family name: of three names one has one of them there,
of a hundred one any other syllable."""
STANDS = 1.0
"""Nats that a syllable counts more that stands there in plain letters: ``Lan``, ``Nam``, ``Linh`` are
commoner as names than what else they may have been (``Lân``, ``Nấm``, ``Lĩnh``)."""


@dataclass(frozen=True)
class Names:
    """By word id, whether family names and whether other names hold it; family names without marks."""

    family: NDArray[np.bool_]
    given: NDArray[np.bool_]
    middle: NDArray[np.bool_]
    bare: frozenset[str]

    @classmethod
    def load(cls, lexicon: Lexicon, root: Path) -> Names:
        """Read ``names.toml`` and the family names of ``documents.toml`` from a folder.

        Raises:
            DictionaryError: where one is missing or malformed.
        """
        try:
            given = tomllib.loads((root / "names.toml").read_text(encoding="utf-8"))["syllables"].split()
            documents = tomllib.loads((root / "documents.toml").read_text(encoding="utf-8"))
            family = [name for name in documents["signature"]["surnames"] if " " not in name]
        except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
            message = f"{root}: names.toml, documents.toml: {error}; restore the files"
            raise DictionaryError(message) from error

        def marked(words: Sequence[str]) -> NDArray[np.bool_]:
            found = np.zeros(len(lexicon.words), bool)
            found[[lexicon.ids[key(word)] for word in words if key(word) in lexicon.ids]] = True
            return found

        bare = frozenset(fold_marks(name).lower() for name in family)
        return cls(marked(family), marked([*given, *family]), marked(["văn", "thị"]), bare)

    def are(self, tokens: Sequence[Token]) -> bool:
        """Whether a sentence is somebody's name and nothing else: capitals, a family name first."""
        if not FEWEST <= len(tokens) <= MOST or any(letter_case(t.text) != "t" or t.code for t in tokens):
            return False
        # ư and ươ are read as w
        return fold_marks(tokens[0].text).lower().replace("w", "u") in self.bare

    def weighed(self, place: int, ids: NDArray[np.int64], scores: Vector, own: int) -> Vector:
        """Scores of a name's word at a place, with what names say; ``own`` is the word that stands there."""
        known = (self.given if place else self.family).take(ids)
        scores = scores + np.where(known, np.where(ids == own, STANDS, 0.0), STRANGE)
        return scores + np.where(self.middle.take(ids), MIDDLE, 0.0) if place == 1 else scores
