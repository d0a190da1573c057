"""The list of hostile files in README.md, made of the cases, so that the two cannot drift.

usage: PYTHONPATH=. python tests/hostile/hostile_list.py
"""

from __future__ import annotations

from pathlib import Path

from hostile_files import EVERY

README = Path(__file__).with_name("README.md")
_MARK = "<!-- list: made by hostile_list.py -->\n"


def table() -> str:
    """The list as Markdown."""
    rows = ["| file, as the tables name it | what it is | `read_status` | failures.csv: codes | borrowers |"]
    rows.append("|---|---|---|---|---|")
    for case in EVERY:
        name = case.source_file if len(case.source_file) < 70 else f"{case.source_file[:40]}…"
        cells = (
            f"`{name}`".replace("|", "\\|"),
            case.what,
            case.status,
            " ".join(case.codes),
            ", ".join(map(str, case.borrowers)),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def written(text: str) -> str:
    """README's text with the list as it is now."""
    return text.partition(_MARK)[0] + _MARK + table()


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
