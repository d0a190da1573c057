from __future__ import annotations

import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from pipeline.batch import keys
from pipeline.batch.keys import make, of_document
from pipeline.language import dictionaries
from pipeline.settings import Settings

PROGRAMS = {"tesseract": "5.3.0", "traineddata_vie": "ab", "poppler": "22.12"}

# what changes: keys of inspection, text pages, image pages, failed image pages, documents
CASES = [
    ({}, {}, ""),
    ({}, {"tesseract": "5.4.0"}, "image failed"),
    ({"dpi": 200}, {}, "image failed"),
    ({"language": "vie+eng"}, {}, "image failed"),
    ({"page_timeout": 60}, {}, "failed"),
    ({"max_memory": 1}, {}, "failed"),
    ({"max_pixels": 1}, {}, "intake failed"),
    ({"max_pages": 1}, {}, "intake failed"),
    ({"restore": False}, {}, "document"),
]


def every(values: dict[str, object], programs: dict[str, str]) -> dict[str, str]:
    found = make(Settings().with_values(values, "test"), {**PROGRAMS, **programs})
    return {
        "intake": found.intake,
        "text": found.page("text"),
        "image": found.page("pdf"),
        "failed": found.page("image", "damaged"),
        "document": of_document(found, "a.pdf", ["x"]),
    }


@pytest.mark.parametrize(("values", "programs", "changed"), CASES)
def test_a_key_changes_with_what_it_hangs_on_and_nothing_else(
    values: dict[str, object], programs: dict[str, str], changed: str
) -> None:
    before, after = every({}, {}), every(values, programs)
    assert {name for name in before if before[name] != after[name]} == set(changed.split())


def test_only_what_failed_for_want_of_a_password_hangs_on_the_passwords(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("x")
    before, after = make(Settings(), {}), make(Settings(password_file=str(tmp_path / "words")), {})
    for code in ("", "damaged", "limit"):
        assert before.file(code) == after.file(code)
        assert before.page("pdf", code) == after.page("pdf", code)
    assert before.file("encrypted") != after.file("encrypted")
    assert before.page("pdf", "encrypted") != after.page("pdf", "encrypted")
    assert before.document == after.document


def test_a_document_hangs_on_its_pages_and_its_name() -> None:
    found = make(Settings(), PROGRAMS)
    cases = [("a.pdf", ["x"]), ("b.pdf", ["x"]), ("a.pdf", ["x", "y"]), ("a.pdf", ["failed: timeout"])]
    assert len({of_document(found, name, pages) for name, pages in cases}) == len(cases)


def test_code_and_dictionaries_are_hashed_by_name_and_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_PACKAGE", tmp_path)
    (tmp_path / "room").mkdir()
    (tmp_path / "one.py").write_text("1")
    (tmp_path / "room" / "two.py").write_text("2")
    hashes = [_code("one.py", "room")]
    (tmp_path / "room" / "two.py").write_text("3")
    hashes.append(_code("one.py", "room"))
    (tmp_path / "room" / "two.py").rename(tmp_path / "room" / "three.py")
    hashes.append(_code("one.py", "room"))
    assert len(set(hashes)) == 3


def _code(*parts: str) -> str:
    keys.code.cache_clear()
    try:
        return keys.code(parts)
    finally:
        keys.code.cache_clear()


def test_every_place_that_is_hashed_exists() -> None:
    for part in {*keys._INTAKE, *keys._PAGE, *keys._DOCUMENT}:
        assert (keys._PACKAGE / part).exists(), part
    for pattern in keys._PAGE_DICTIONARIES:
        assert list(dictionaries.folder().glob(pattern)), pattern


_WATCH = """
import pkgutil, sys
from pathlib import Path
opened = []
sys.addaudithook(lambda event, values: opened.append(str(values[0])) if event == "open" else None)
import pipeline.intake, pipeline.ocr
for room in (pipeline.intake, pipeline.ocr):
    for module in pkgutil.iter_modules(room.__path__, room.__name__ + "."):
        __import__(module.name)
import pipeline.language.quality
pipeline.language.quality.assess("mười hai hộ nghèo")
print(*{name for name in sys.modules if name.startswith("pipeline.language.")})
data = [Path(name) for name in opened if "/dictionaries/" in name]
print(*{path.name for path in data if path.suffix not in {".py", ".pyc"}})
"""


def test_reading_a_page_uses_no_more_code_and_dictionaries_than_its_key_counts() -> None:
    done = subprocess.run([sys.executable, "-c", _WATCH], capture_output=True, text=True, check=True)
    modules, files = (line.split() for line in done.stdout.splitlines())
    assert {f"language/{name.rpartition('.')[2]}.py" for name in modules} <= set(keys._PAGE)
    assert files
    for name in files:
        assert any(fnmatch(name, pattern) for pattern in keys._PAGE_DICTIONARIES), name
