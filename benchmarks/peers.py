"""Who else puts Vietnamese marks on letters, called as their documentation says.

Peers restore marks alone, so each gets the text without marks. They are in the dependency group ``bench``,
which nothing but ``make bench-restore`` installs.
"""

from __future__ import annotations

from importlib.util import find_spec

from pipeline.language.normal import fold_marks, nfc


def have_pyvi() -> bool:
    """Whether pyvi is installed."""
    return find_spec("pyvi") is not None


def pyvi(text: str) -> str:
    """The text line by line through pyvi's ``ViUtils.add_accents``; where that fails, the line as read."""
    from pyvi import ViUtils

    lines = []
    for line in text.split("\n"):
        bare = fold_marks(nfc(line))
        try:
            lines.append(ViUtils.add_accents(bare) if bare.strip() else line)
        except (KeyError, IndexError):
            # signs that its tables do not hold
            lines.append(line)
    return "\n".join(lines)
