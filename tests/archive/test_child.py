"""The copy that OCRmyPDF gets of a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pipeline.archive import child


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A page with a link and a signed field, locked by an owner's password."""
    path = tmp_path / "signed.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 100))
        form = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": [0, 0, 50, 20]}
        look = pdf.make_stream(b"0 0 50 20 re f", **form)
        widget: dict[str, Any] = {
            "Type": pikepdf.Name.Annot,
            "Subtype": pikepdf.Name.Widget,
            "FT": pikepdf.Name.Sig,
        }
        field = pdf.make_indirect(
            pikepdf.Dictionary(**widget, T="S", F=4, Rect=[10, 10, 60, 30], AP=pikepdf.Dictionary(N=look))
        )
        target = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org")
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=target
        )
        page.obj.Annots = pikepdf.Array([field, pdf.make_indirect(link)])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        pdf.Root.Perms = pikepdf.Dictionary(DocMDP=field)
        pdf.save(path, encryption=pikepdf.Encryption(owner="secret", user=""))
    return path


def job(source: Path) -> child.Job:
    return {
        "source": str(source),
        "target": "",
        "words": "",
        "folder": str(source.parent),
        "pdfa": False,
        "sizes": [],
    }


def test_a_signed_and_locked_file_becomes_pages(signed: Path, tmp_path: Path) -> None:
    before, ready = signed.read_bytes(), tmp_path / "ready.pdf"
    child._from_pdf(job(signed), ready)
    assert signed.read_bytes() == before
    with pikepdf.open(ready) as pdf:
        assert not pdf.is_encrypted
        assert not {"/AcroForm", "/Perms"} & set(pdf.Root.keys())
        # the link stays; the signature's look is drawn by the page now
        assert [annotation.Subtype for annotation in pdf.pages[0].obj.Annots] == ["/Link"]
        drawn = [each.operator for each in pikepdf.parse_content_stream(pdf.pages[0])]
        assert pikepdf.Operator("Do") in drawn


def test_the_copy_is_the_same_each_time(signed: Path, tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        child._from_pdf(job(signed), tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
