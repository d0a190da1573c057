"""Office files: what is one, what is said where none can be converted, real ones where LibreOffice is."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from pipeline import extract_figures, read
from pipeline.errors import ReadError
from pipeline.intake import inspect, office
from pipeline.settings import Settings

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ROWS = [
    ["Xã", "Số hộ vay", "Số tiền cho vay (triệu đồng)"],
    ["Hòa An", "12", "600"],
    ["Tân Khuê", "30", "1.510"],
]
NEEDS = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


def zipped(parts: dict[str, str]) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def package(main: str, kind: str, content: str, more: dict[str, str] | None = None) -> bytes:
    """An Office Open XML file of one main part."""
    base = "application/vnd.openxmlformats-officedocument"
    types = f'<Override PartName="/{main}" ContentType="{base}.{kind}.main+xml"/>'
    for name, part in (more or {}).items():
        if "worksheet" in part:
            types += (
                f'<Override PartName="/{name}" ContentType='
                '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            )
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type='
            f'"{OFFICE}/officeDocument" Target="{main}"/></Relationships>',
            main: content,
            **(more or {}),
        }
    )


def docx() -> bytes:
    """A report with a table."""
    lines = "".join(f"<w:p><w:r><w:t>{t}</w:t></w:r></w:p>" for t in ("Kết quả cho vay hộ nghèo năm 2023",))
    border = "".join(
        f'<w:{s} w:val="single" w:sz="4"/>' for s in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>" for c in row) + "</w:tr>"
        for row in ROWS
    )
    table = f"<w:tbl><w:tblPr><w:tblBorders>{border}</w:tblBorders></w:tblPr>{cells}</w:tbl>"
    body = f'<w:document xmlns:w="{WORD}"><w:body>{lines}{table}<w:p/></w:body></w:document>'
    return package("word/document.xml", "wordprocessingml.document", body)


def xlsx(more_rows: str = "") -> bytes:
    """The same as a sheet."""
    title = [["Kết quả cho vay hộ nghèo năm 2023"]]
    rows = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in row) + "</row>"
        for row in title + ROWS
    )
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{rows}{more_rows}</sheetData></worksheet>'
    named = '<sheets><sheet name="Biểu 1" sheetId="1" r:id="s"/></sheets>'
    book = f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}">{named}</workbook>'
    links = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="s" Type="{OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    )
    more = {"xl/worksheets/sheet1.xml": sheet, "xl/_rels/workbook.xml.rels": links}
    return package("xl/workbook.xml", "spreadsheetml.sheet", book, more)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    office._converted.cache_clear()
    yield
    office._converted.cache_clear()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.docx", docx(), "text"),
        ("a.dat", docx(), "text"),
        ("a.xlsx", xlsx(), "sheet"),
        ("a.odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "text"),
        ("a.ods", zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "sheet"),
        ("a.doc", office.OLE + b"\0" * 600, "text"),
        ("a.xls", office.OLE + b"\0" * 600, "sheet"),
        ("a.rtf", rb"{\rtf1 a}", "text"),
        ("a.epub", zipped({"mimetype": "application/epub+zip"}), ""),
        ("a.docx", zipped({"mimetype": "x" * 1000}), ""),
        ("a.zip", zipped({"a.txt": "a"}), ""),
        ("a.docx", b"PK\x03\x04" + b"x" * 50, ""),
    ],
)
def test_kind(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert office.kind(path, content[:1024]) == kind


def program(folder: Path, script: str) -> None:
    """A stand-in for LibreOffice."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("content", "script", "code", "words"),
    [
        (docx(), None, "unsupported", "apt-get install libreoffice"),
        (docx(), "echo 'Error: source file could not be loaded' >&2", "damaged", "could not be loaded"),
        (docx(), "exit 1", "damaged", "no page came of it"),
        (office.OLE + b"\0" * 600 + office._ENCRYPTED, "exit 1", "encrypted", "password"),
    ],
)
def test_what_cannot_be_converted_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, script: str | None, code: str, words: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    if script is not None:
        program(programs, script)
    monkeypatch.setenv("PATH", f"{programs}:/bin" if script else str(programs))
    path = tmp_path / "a.docx"
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        inspect(path, Settings())
    assert caught.value.code == code
    assert words in str(caught.value)
    assert str(caught.value).count("a.docx") == 1


def test_converted_once_without_macros_and_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.add_blank_page()
        made.save(tmp_path / "made.pdf")
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "log"
    program(
        programs,
        f"""echo "$@" >> {log}
for a; do case $a in -env:*) cat "${{a#-env:UserInstallation=file://}}"/user/*.xcu >> {log};; esac; done
while [ $# -gt 1 ]; do [ "$1" = --outdir ] && out=$2; shift; done
mkdir -p "$out"; cp {tmp_path}/made.pdf "$out/source.pdf\"""",
    )
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    path = tmp_path / "--a b.docx"
    path.write_bytes(docx())
    info = inspect(path, Settings())
    assert (info.kind, info.pages) == ("office", 2)
    scratch = office.pdf(path, str(path), info.sha256, Settings()).parents[1]
    said = log.read_text(encoding="utf-8")
    assert said.count("--convert-to") == 1
    assert "--a b.docx" not in said
    assert 'DisableMacrosExecution" oor:op="fuse"><value>true' in said
    assert scratch.is_dir()
    office._converted.cache_clear()
    assert not scratch.exists()


@NEEDS
@pytest.mark.parametrize(("name", "content"), [("a.docx", docx()), ("a.xlsx", xlsx())])
def test_real_files(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    document = read(path)
    figures = [f.values for f in extract_figures(document).figures if f.table == "loans"]
    assert [(f["borrowers"], f["amount_vnd"]) for f in figures] == [(12, 600_000_000), (30, 1_510_000_000)]
    assert {f["page"] for f in figures} == {1}


FIELD = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText> DATE \\@ "dd/MM/yyyy" </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>05/03/2021</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)


@NEEDS
def test_dates_and_formulas_are_not_worked_out_anew(tmp_path: Path) -> None:
    document = f'<w:document xmlns:w="{WORD}"><w:body>{FIELD}<w:p/></w:body></w:document>'
    path = tmp_path / "a.docx"
    path.write_bytes(package("word/document.xml", "wordprocessingml.document", document))
    assert read(path).pages[0].text == "05/03/2021"
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx("<row><c><f>RAND()*0+TODAY()</f><v>17</v></c><c><v>18</v></c></row>"))
    assert read(path).pages[0].text.endswith("17 | 18")


@NEEDS
def test_limits_and_death_reach_the_program_itself() -> None:
    assert office.program().endswith("soffice.bin")
    assert "LibreOffice" in office.version(Settings())
