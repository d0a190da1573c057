"""``hoso archive`` without OCRmyPDF: XML, what is made again, what fails, what is said."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import archived
import pytest

from pipeline.archive import run, searchable
from pipeline.batch.records import File
from pipeline.cli import main
from pipeline.errors import (
    EXIT_MISSING,
    EXIT_NOTHING,
    EXIT_OK,
    EXIT_PARTIAL,
    EXIT_USAGE,
    PdfaError,
    TimeoutReadError,
)
from pipeline.model import Edit, Page
from pipeline.settings import Settings

XML = run.Options(("hocr", "alto"), jobs=1)


def scan(root: Path, name: str, word: str = "hd") -> archived.Doc:
    path = root / name
    path.write_bytes(f"%PDF-1.4 {name}".encode())
    page = archived.page([[(word, 10, 10, 30, 20), ("nghèo", 34, 10, 70, 20)]])
    return archived.Doc(path, "pdf", [page], {1: [Edit(0, len(word), word, "hộ", "confusion", 0.75)]})


def text(root: Path) -> archived.Doc:
    (root / "c.txt").write_text("chữ", encoding="utf-8")
    return archived.Doc(root / "c.txt", "text", [Page(1, "chữ")])


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_are_made_once_and_made_again_where_something_changed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    docs = [scan(tmp_path, "a.pdf"), scan(tmp_path, "b.pdf"), text(tmp_path)]
    ids = archived.write(out, docs, tmp_path)
    report = run.archive(out, Settings(), XML)
    assert (report.documents, report.textual, report.changed, report.unchanged) == (2, 1, 4, 0)
    assert report.exit_status == EXIT_OK
    made = bytes_of(out / "archive")
    names = {ids["a.pdf"], ids["b.pdf"]}
    assert set(made) == {f"{each}{ending}" for each in names for ending in (".hocr", ".alto.xml")}
    assert 'x_wconf 75">hộ<' in made[f"{ids['a.pdf']}.hocr"].decode()
    # again: nothing to do
    report = run.archive(out, Settings(), XML)
    assert (report.changed, report.unchanged) == (0, 4)
    # one that is gone is made again, to the byte
    (out / "archive" / f"{ids['a.pdf']}.hocr").unlink()
    assert run.archive(out, Settings(), XML).changed == 1
    assert bytes_of(out / "archive") == made
    # another restoration of one document
    docs[0].edits[1] = [Edit(0, 2, "hd", "hỗ", "confusion", 0.5)]
    archived.write(out, docs, tmp_path)
    assert run.archive(out, Settings(), XML).changed == 2
    assert "hỗ" in bytes_of(out / "archive")[f"{ids['a.pdf']}.alto.xml"].decode()


def test_a_cut_record_of_what_was_made_is_no_harm(tmp_path: Path) -> None:
    archived.write(tmp_path / "out", [scan(tmp_path, "a.pdf")], tmp_path)
    run.archive(tmp_path / "out", Settings(), XML)
    record = tmp_path / "out" / ".hoso" / "archive.jsonl"
    record.write_text(record.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    report = run.archive(tmp_path / "out", Settings(), XML)
    assert (report.changed, report.unchanged) == (1, 1)


def test_files_of_documents_that_are_gone_leave(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ids = archived.write(out, [scan(tmp_path, "a.pdf"), scan(tmp_path, "b.pdf")], tmp_path)
    run.archive(out, Settings(), XML)
    (out / "archive" / "notes.pdf").write_bytes(b"somebody's own")
    (out / "archive" / ".hoso-1-x.tmp").write_bytes(b"of a run that was killed")
    (out / ".hoso" / "ledger.sqlite").unlink()
    archived.write(out, [scan(tmp_path, "b.pdf")], tmp_path)
    run.archive(out, Settings(), XML)
    assert set(bytes_of(out / "archive")) == {
        *(f"{ids['b.pdf']}{ending}" for ending in (".hocr", ".alto.xml")),
        "notes.pdf",
    }


def test_a_document_that_fails_fails_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    lost = archived.Doc(tmp_path / "lost.pdf", "pdf", [None])
    lost.path.write_bytes(b"%PDF-1.4 lost")
    ids = archived.write(out, [scan(tmp_path, "a.pdf"), lost], tmp_path)
    said = "lost.pdf: none of its pages could be read; see failures.csv"
    for _ in range(2):
        # the second time it is known
        assert main(["archive", str(out), "--to", "hocr", "--quiet"]) == EXIT_PARTIAL
        assert capsys.readouterr().err == f"hoso: {said}\n"
    assert set(bytes_of(out / "archive")) == {f"{ids['a.pdf']}.hocr", "failures.csv"}
    table = (out / "archive" / "failures.csv").read_text(encoding="utf-8")
    assert table == f"source_file,page,stage,code,message\nlost.pdf,,archive,archive,{said}\n"
    a = tmp_path / "out2"
    archived.write(a, [lost], tmp_path)
    assert main(["archive", str(a), "--to", "hocr", "--quiet"]) == EXIT_NOTHING


def test_a_lasting_failure_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one told that a new state of the document may have ended."""
    out, tries = tmp_path / "out", list[str]()
    doc = scan(tmp_path, "a.pdf")
    archived.write(out, [doc], tmp_path)

    def make(file: File, *_: object, **__: object) -> None:
        tries.append(file.source_file)
        raise errors[len(tries) - 1]

    errors = [TimeoutReadError("slow"), PdfaError("no"), PdfaError("again no")]
    monkeypatch.setattr(searchable, "check", lambda: None)
    monkeypatch.setattr(searchable, "make", make)
    monkeypatch.setattr(run, "metadata", SimpleNamespace(version=lambda _: "1"))
    pdf = run.Options(("pdf",), pdfa=True, jobs=1)
    said = [[f.message for f in run.archive(out, Settings(), pdf).failures] for _ in range(3)]
    assert (said, len(tries)) == ([["slow"], ["no"], ["no"]], 2)
    doc.edits[1] = []
    archived.write(out, [doc], tmp_path)
    assert [f.message for f in run.archive(out, Settings(), pdf).failures] == ["again no"]


def test_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    archived.write(out, [scan(tmp_path, "a.pdf"), text(tmp_path)], tmp_path)
    assert main(["archive", str(out), "--to", "alto,hocr"]) == EXIT_OK
    told = "1 documents; 2 files written; 0 up to date; 1 text or office files, which have no pages to show"
    assert capsys.readouterr().err == f"hoso: {told}; in {out / 'archive'}\n"


def test_without_the_extra_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archived.write(tmp_path / "out", [scan(tmp_path, "a.pdf")], tmp_path)
    monkeypatch.setattr(searchable, "util", SimpleNamespace(find_spec=lambda _: None))
    assert main(["archive", str(tmp_path / "out")]) == EXIT_MISSING
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "make archive" in said
    assert not (tmp_path / "out" / "archive").exists()
    assert main(["archive", str(tmp_path / "out"), "--to", "hocr,alto"]) == EXIT_OK


def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", str(tmp_path), "--to", "hocr"]) == EXIT_USAGE
    assert "run hoso extract INPUT --out" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["archive", str(tmp_path), "--to", "docx"])
    assert "'docx' is none of pdf, hocr, alto" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "said", "code", "line"),
    [
        (2, "Error: no PDF", "damaged", "a.pdf: damaged: OCRmyPDF cannot read it (Error: no PDF)"),
        (8, "", "encrypted", "a.pdf: encrypted: OCRmyPDF cannot open it; save it without a password"),
        (10, "no\n  [fail] a font\nUse gs", "pdfa", "a.pdf: cannot be made PDF/A: a font"),
        (99, "MemoryError: \n", "limit", "a.pdf: OCRmyPDF needs more memory than there is; raise max_memory"),
        (99, "ValueError: so", "archive", "a.pdf: no PDF can be made of it (ValueError: so)"),
        (-9, "", "archive", "a.pdf: OCRmyPDF ended with status -9 (no word of why)"),
    ],
)
def test_ocrmypdfs_statuses_become_lines(status: int, said: str, code: str, line: str) -> None:
    error = searchable._error("a.pdf", status, said)
    assert (error.code, str(error)) == (code, line)


def test_the_record_is_json_lines(tmp_path: Path) -> None:
    archived.write(tmp_path / "out", [scan(tmp_path, "a.pdf")], tmp_path)
    run.archive(tmp_path / "out", Settings(), XML)
    lines = (tmp_path / "out" / ".hoso" / "archive.jsonl").read_text(encoding="utf-8").splitlines()
    assert [len(json.loads(line)) for line in lines] == [1, 1]
