"""The output folder: whole files or none, the same bytes for the same input."""

from __future__ import annotations

import csv
import errno
import json
import os
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package

from pipeline.errors import EXIT_OUTPUT, OutputError
from pipeline.model import Box
from pipeline.tables import datapackage
from pipeline.tables.rows import SchemaError, format_row
from pipeline.tables.schema import ORDER, tables
from pipeline.tables.writer import Rows, Written, write, write_run

A, B = "d00000000000a", "d00000000000b"


def loan(number: int, **other: Any) -> list[str]:
    values: dict[str, Any] = {
        "row_id": f"l{number:012x}",
        "doc_id": A,
        "source_file": "a b/Báo cáo.pdf",
        "page": 1,
        "bbox": Box(1, 2, 3, 4),
        "flow": "disbursed",
        "borrowers": 12,
        "amount_vnd": 5_766_000_000,
        "status": "actual",
        "role": "single",
        "confidence": 0.91,
        "flags": ("period_assumed", "unit_assumed"),
        "quote": 'cho vay "12" hộ, 5.766 triệu đồng;\nhết',
    }
    return format_row("loans", {**values, **other})


def document(doc_id: str, **other: Any) -> list[str]:
    values: dict[str, Any] = {
        "doc_id": doc_id,
        "source_file": f"{doc_id}.pdf",
        "counted": True,
        "read_status": "ok",
    }
    return format_row("documents", {**values, **other})


def contents() -> dict[str, Rows]:
    part = loan(2, role="part", total_row_id="l000000000001", breakdown=1)
    evidence: dict[str, Any] = {
        "row_id": "l000000000001",
        "column": "borrowers",
        "mention": 1,
        "page": 1,
        "start": 0,
        "end": 2,
    }
    page: dict[str, Any] = {
        "doc_id": A,
        "page": 1,
        "text_source": "ocr",
        "layer_verdict": "none",
        "read_status": "ok",
    }
    left: dict[str, Any] = {
        "doc_id": A,
        "page": 1,
        "text": "5 lít",
        "value": 5,
        "unit": "lít",
        "reason": "no_rule",
    }
    return {
        "documents": [document(A), document(B, duplicate_of=A, counted=False)],
        "loans": [loan(1, role="total", parts_complete=False), part],
        "evidence": [format_row("evidence", {**evidence, "raw": "12", "restored": "12"})],
        "pages": [format_row("pages", {**page, "blank": False, "dpi": 200, "text_quality": 0.98})],
        "unclaimed": [format_row("unclaimed", left)],
    }


def fill(out: Path, given: dict[str, Rows] | None = None, **other: Any) -> Written:
    edit: dict[str, Any] = {
        "page": 1,
        "line": 1,
        "start": 0,
        "end": 2,
        "raw": "hd",
        "restored": "hộ",
        "kind": "confusion",
    }
    failure: dict[str, Any] = {
        "source_file": "x.pdf",
        "stage": "intake",
        "code": "damaged",
        "message": "x.pdf: damaged",
    }
    values: dict[str, Any] = {
        "texts": [(A, "trang một\ftrang hai\n"), (B, "")],
        "edits": [(A, [format_row("edits", edit)]), (B, [])],
        "failures": [format_row("failures", failure)],
    }
    run = other.pop("run", {"version": "0", "files": 2})
    done = write(out, contents() if given is None else given, **{**values, **other})
    write_run(out, run)
    return done


def snapshot(out: Path) -> dict[str, tuple[int, bytes]]:
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    return {p.relative_to(out).as_posix(): (p.stat().st_mtime_ns, p.read_bytes()) for p in files}


def test_all_files_of_the_contract(tmp_path: Path) -> None:
    fill(tmp_path)
    tables_written = {f"tables/{n}.csv" for n in ORDER if n not in {"edits", "failures"}}
    assert set(snapshot(tmp_path)) == tables_written | {
        "tables/datapackage.json",
        f"text/{A}.txt",
        f"text/{B}.txt",
        f"edits/{A}.csv",
        f"edits/{B}.csv",
        "failures.csv",
        "run.json",
    }
    assert (tmp_path / f"text/{A}.txt").read_bytes() == "trang một\ftrang hai\n".encode()
    assert (tmp_path / "tables/rates.csv").read_text() == ",".join(tables()["rates"].header) + "\n"
    assert json.loads((tmp_path / "run.json").read_text()) == {"version": "0", "files": 2}


def test_rows_come_back(tmp_path: Path) -> None:
    done = fill(tmp_path)
    with (tmp_path / "tables/loans.csv").open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    assert header == tables()["loans"].header
    assert rows == contents()["loans"]
    assert done.rows["loans"] == 2
    assert b"\r" not in (tmp_path / "tables/loans.csv").read_bytes()


def test_frictionless_finds_no_error(tmp_path: Path) -> None:
    fill(tmp_path)
    report = Package(str(tmp_path / "tables" / "datapackage.json")).validate()
    assert report.flatten(["resourceName", "type", "note"]) == []
    assert {task.name for task in report.tasks} == {n for n in ORDER if n not in {"edits", "failures"}}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"documents": [document(B)]}, "foreign-key"),
        ({"loans": [loan(1, total_row_id="l999999999999", role="part")]}, "foreign-key"),
        ({"loans": [loan(1), loan(1)]}, "primary-key"),
    ],
)
def test_frictionless_finds_what_does_not_hang_together(
    tmp_path: Path, change: dict[str, Rows], error: str
) -> None:
    fill(tmp_path, {**contents(), **change})
    report = Package(str(tmp_path / "tables" / "datapackage.json")).validate()
    assert error in {found[0] for found in report.flatten(["type"])}


def test_the_package_warns_of_overlap() -> None:
    package = datapackage.package()
    assert "overlap" in package["description"]
    assert "chồng lên nhau" in package["description@vi"]


def test_equal_runs_touch_nothing(tmp_path: Path) -> None:
    fill(tmp_path)
    before = snapshot(tmp_path)
    done = fill(tmp_path)
    assert snapshot(tmp_path) == before
    assert done.changed == 0


def test_unchanged_texts_and_edits_cost_no_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flush takes milliseconds: of thousands of documents only those that changed may pay it."""
    flushed: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    fill(tmp_path)
    assert sum(name.endswith((f"{A}.txt.tmp", f"{A}.csv.tmp")) for name in flushed) == 2
    flushed.clear()
    fill(tmp_path)
    assert not [name for name in flushed if A in name or B in name]
    assert flushed.count("text") == flushed.count("edits") == 1


def test_one_change_touches_its_file_alone(tmp_path: Path) -> None:
    fill(tmp_path)
    before = snapshot(tmp_path)
    fill(tmp_path, {**contents(), "loans": [loan(1)]})
    after = snapshot(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {"tables/loans.csv"}


def test_files_of_gone_documents_go_and_others_stay(tmp_path: Path) -> None:
    fill(tmp_path)
    for name in ("text/notes.txt", "edits/mine.csv", f"text/{B}.bak"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "text" / ".hoso-1-x.tmp").write_text("a killed run's")
    done = fill(tmp_path, texts=[(A, "a")], edits=[(A, [])])
    left = {name for name in snapshot(tmp_path) if name.startswith(("text/", "edits/"))}
    assert left == {f"text/{A}.txt", f"edits/{A}.csv", "text/notes.txt", "edits/mine.csv", f"text/{B}.bak"}
    assert done.removed == 2


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_leaves_the_old_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    fill(tmp_path)
    before = snapshot(tmp_path)
    real, calls = os.fsync, []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 4:
            raise OSError(code, os.strerror(code))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutputError) as caught:
        fill(tmp_path, {**contents(), "documents": [document(A)], "loans": [loan(7)]}, run={"version": "1"})
    assert snapshot(tmp_path) == before
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == EXIT_OUTPUT


def test_a_fault_in_a_generator_leaves_the_old_tables(tmp_path: Path) -> None:
    fill(tmp_path)
    before = snapshot(tmp_path)

    def broken() -> Iterator[Sequence[str]]:
        yield loan(9)
        message = "the ledger is gone"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="ledger"):
        fill(tmp_path, {"documents": [document(A)], "loans": broken()})
    assert snapshot(tmp_path) == before


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="a file stands where a folder is needed"):
        fill(tmp_path / "out")


def test_a_folder_where_a_table_should_be(tmp_path: Path) -> None:
    (tmp_path / "tables" / "loans.csv").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"loans\.csv"):
        fill(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="no permission"):
        fill(tmp_path / "out")


@pytest.mark.parametrize(
    ("given", "other"),
    [
        ({"loan": []}, {}),
        ({"failures": []}, {}),
        ({"loans": [["too", "short"]]}, {}),
        ({}, {"texts": [("../../etc/passwd", "x")]}),
        ({}, {"edits": [("D00000000000A", [])]}),
    ],
)
def test_mistakes_of_the_program(tmp_path: Path, given: dict[str, Rows], other: dict[str, Any]) -> None:
    with pytest.raises(SchemaError):
        fill(tmp_path, given, **other)
    assert not [p for p in tmp_path.rglob("*") if p.name.endswith((".tmp", "run.json"))]


def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    row = loan(1)
    tracemalloc.start()
    done = write(tmp_path, {"loans": (row for _ in range(50_000))}, [], [], [])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.rows["loans"] == 50_000
    assert peak < 3_000_000


def test_files_follow_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        fill(tmp_path)
    finally:
        os.umask(old)
    assert (tmp_path / "tables/loans.csv").stat().st_mode & 0o777 == 0o640
