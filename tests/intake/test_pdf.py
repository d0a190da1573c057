"""The geometry of pages whose boxes are odd."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import DamagedError
from pipeline.intake import pdf
from pipeline.settings import Settings


@pytest.mark.parametrize("end", [b"", b".0"])
def test_a_page_of_endless_width_has_no_geometry(tmp_path: Path, end: bytes) -> None:
    import pikepdf

    path = tmp_path / "a.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(path, compress_streams=False)
    raw = path.read_bytes()
    wide = raw.replace(b"[ 0 0 612 792 ]", b"[ 0 0 " + b"9" * 400 + end + b" 792 ]")
    assert wide != raw
    path.write_bytes(wide)
    with pytest.raises(DamagedError, match=r"cannot open this page|no size"):
        pdf.geometry(path, 1, Settings(), "x, page 1")
