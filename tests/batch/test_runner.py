from __future__ import annotations

import csv
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from batch_stand_ins import reads, workers
from waiting import until

from pipeline.batch import units
from pipeline.batch.engines import Unit
from pipeline.batch.lock import hold
from pipeline.batch.runner import Options, Report, run
from pipeline.errors import EXIT_NOTHING, EXIT_OK, EXIT_PARTIAL, MissingProgramError, OutputError, UsageError
from pipeline.settings import Settings

FACTORY = "batch_stand_ins:rooms"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("có 12 hd\f3 hộ và 4 hd\n")
    (folder / "b.txt").write_text("không có gì\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "c.txt").write_text("một\fhai: 5 hộ\fba\n")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def go(source: Path, out: Path, jobs: int = 1, settings: Settings | None = None) -> Report:
    return run([source], out, settings or Settings(), Options(jobs, FACTORY))


def tree(out: Path, ledger: bool = False) -> dict[str, bytes]:
    """All files of OUT but run.json, and the ledger's only where asked."""
    found = {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    return {n: d for n, d in found.items() if n != "run.json" and (ledger or not n.startswith(".hoso"))}


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_tables_texts_and_edits_come_out_in_order(source: Path, out: Path) -> None:
    report = go(source, out)
    assert report.exit_status == EXIT_OK
    assert (report.summary.files, report.summary.pages, report.summary.failures) == (3, 6, 0)
    documents = rows(out, "tables/documents.csv")
    assert [d["source_file"] for d in documents] == ["a.txt", "b.txt", "sub/c.txt"]
    assert {d["read_status"] for d in documents} == {"ok"}
    assert [d["text_quality"] for d in documents] == ["0.51"] * 3
    loans = rows(out, "tables/loans.csv")
    assert [(r["source_file"], r["page"], r["borrowers"]) for r in loans] == [
        ("a.txt", "1", "12"),
        ("a.txt", "2", "3"),
        ("a.txt", "2", "4"),
        ("sub/c.txt", "2", "5"),
    ]
    assert report.rows["loans"] == 4
    assert [r["row_id"] for r in rows(out, "tables/evidence.csv")] == [r["row_id"] for r in loans]
    a = documents[0]["doc_id"]
    assert (out / "text" / f"{a}.txt").read_text() == "có 12 hộ\f3 hộ và 4 hộ\n"
    edits = rows(out, f"edits/{a}.csv")
    assert [(e["page"], e["line"], e["raw"], e["restored"]) for e in edits] == [
        ("1", "1", "hd", "hộ"),
        ("2", "1", "hd", "hộ"),
    ]
    assert (out / "edits" / f"{documents[1]['doc_id']}.csv").is_file()


def test_a_second_run_reads_nothing_and_changes_no_byte(source: Path, out: Path) -> None:
    (source / "bad.txt").write_text("unreadable")
    go(source, out)
    before, read = tree(out, ledger=True), reads()
    report = go(source, out, jobs=2)
    assert (report.counts.files_inspected, report.counts.pages_read, report.counts.documents_made) == (
        0,
        0,
        0,
    )
    assert reads() == read
    assert tree(out, ledger=True) == before


def test_the_number_of_workers_changes_no_byte(source: Path, out: Path, tmp_path: Path) -> None:
    go(source, out, jobs=1)
    go(source, tmp_path / "other", jobs=3)
    assert tree(out) == tree(tmp_path / "other")


def test_a_changed_file_is_read_alone(source: Path, out: Path) -> None:
    go(source, out)
    old = reads()
    (source / "b.txt").write_text("có 9 hộ\n")
    report = go(source, out)
    assert reads()[len(old) :] == ["b.txt 1"]
    assert (report.counts.files_inspected, report.counts.documents_made) == (1, 1)
    assert [r["borrowers"] for r in rows(out, "tables/loans.csv")] == ["12", "3", "4", "9", "5"]
    assert len(list((out / "text").iterdir())) == 3


def test_a_touched_file_is_looked_at_but_not_read(source: Path, out: Path) -> None:
    go(source, out)
    read, before = reads(), tree(out)
    os.utime(source / "a.txt", (1, 1))
    report = go(source, out)
    assert report.counts.files_inspected == 1
    assert reads() == read
    assert tree(out) == before


def test_same_size_and_time_do_not_hide_a_change(source: Path, out: Path) -> None:
    go(source, out)
    status = (source / "a.txt").stat()
    (source / "a.txt").write_text("có 77 hd\f3 hộ và 4 hd\n")
    os.utime(source / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    go(source, out)
    assert rows(out, "tables/loans.csv")[0]["borrowers"] == "77"


def test_a_deleted_file_leaves_all_tables_and_comes_back_unread(source: Path, out: Path) -> None:
    go(source, out)
    whole, read = tree(out), reads()
    text = (source / "a.txt").read_bytes()
    (source / "a.txt").unlink()
    go(source, out)
    assert not any("a.txt" in r["source_file"] for r in rows(out, "tables/documents.csv"))
    assert len(rows(out, "tables/loans.csv")) == 1
    assert len(list((out / "text").iterdir())) == len(list((out / "edits").iterdir())) == 2
    (source / "a.txt").write_bytes(text)
    go(source, out)
    assert reads() == read
    assert tree(out) == whole


def test_a_moved_file_is_not_read_again(source: Path, out: Path) -> None:
    go(source, out)
    read = reads()
    (source / "a.txt").rename(source / "z.txt")
    go(source, out)
    assert reads() == read
    assert [r["source_file"] for r in rows(out, "tables/loans.csv")] == ["sub/c.txt"] + ["z.txt"] * 3


def test_a_second_file_of_the_same_content_is_one_row_and_not_counted(source: Path, out: Path) -> None:
    shutil.copy(source / "a.txt", source / "sub" / "copy.txt")
    go(source, out)
    first, _, _, copy = rows(out, "tables/documents.csv")
    assert copy["source_file"] == "sub/copy.txt"
    assert (first["duplicate_of"], first["counted"]) == ("", "true")
    assert (copy["duplicate_of"], copy["counted"]) == (first["doc_id"], "false")
    assert {k: v for k, v in copy.items() if k not in {"source_file", "duplicate_of", "counted"}} == {
        k: v for k, v in first.items() if k not in {"source_file", "duplicate_of", "counted"}
    }
    assert {r["source_file"] for r in rows(out, "tables/loans.csv")} == {"a.txt", "sub/c.txt"}
    # when the first goes, the copy takes its place, without reading
    read = reads()
    (source / "a.txt").unlink()
    go(source, out)
    assert reads() == read
    assert {r["source_file"] for r in rows(out, "tables/loans.csv")} == {"sub/copy.txt", "sub/c.txt"}
    assert rows(out, "tables/documents.csv")[-1]["counted"] == "true"


def test_a_copy_that_cannot_be_read_does_not_take_the_others_place(source: Path, out: Path) -> None:
    shutil.copy(source / "a.txt", source / "a.pdf")  # by its name a PDF, and none
    go(source, out)
    broken, read, *_ = rows(out, "tables/documents.csv")
    assert (broken["source_file"], broken["counted"], broken["read_status"]) == ("a.pdf", "false", "failed")
    assert (read["source_file"], read["counted"], read["duplicate_of"]) == ("a.txt", "true", "")
    assert broken["duplicate_of"] == read["doc_id"]
    assert {r["source_file"] for r in rows(out, "tables/loans.csv")} == {"a.txt", "sub/c.txt"}


def test_a_file_over_the_limit_is_not_read_for_its_hash(source: Path, out: Path) -> None:
    (source / "long.txt").write_text("hộ " * 100)
    go(source, out, settings=Settings(max_bytes=200))
    (failure,) = rows(out, "failures.csv")
    assert (failure["source_file"], failure["code"]) == ("long.txt", "limit")
    row = next(r for r in rows(out, "tables/documents.csv") if r["source_file"] == "long.txt")
    content = hashlib.sha256((source / "long.txt").read_bytes()).hexdigest()
    assert row["doc_id"] != f"d{content[:12]}"  # an identity by its name: its content was not looked at


def test_what_cannot_be_read_is_told_and_the_rest_is_whole(source: Path, out: Path) -> None:
    (source / "a.txt").write_text("có 12 hd\funreadable\f4 hd\n")
    (source / "broken.pdf").write_text("no PDF at all")
    (source / "empty.pdf").touch()
    report = go(source, out)
    assert report.exit_status == EXIT_PARTIAL
    assert [tuple(r.values()) for r in rows(out, "failures.csv")] == [
        ("a.txt", "2", "intake", "damaged", "a.txt, page 2: damaged: torn"),
        ("broken.pdf", "", "intake", "damaged", rows(out, "failures.csv")[1]["message"]),
        ("empty.pdf", "", "intake", "empty", rows(out, "failures.csv")[2]["message"]),
    ]
    assert str(source) not in (out / "failures.csv").read_text()
    a, _, broken, empty, _ = rows(out, "tables/documents.csv")
    assert (a["read_status"], a["pages"], a["pages_failed"]) == ("partial", "3", "1")
    assert (broken["read_status"], empty["read_status"]) == ("failed", "failed")
    assert [r["page"] for r in rows(out, "tables/loans.csv")[:2]] == ["1", "3"]
    assert (out / "text" / f"{a['doc_id']}.txt").read_text() == "có 12 hộ\f\f4 hộ\n"
    statuses = [r["read_status"] for r in rows(out, "tables/pages.csv") if r["doc_id"] == a["doc_id"]]
    assert statuses == ["ok", "failed", "ok"]


def test_nothing_readable_has_its_own_exit_status(tmp_path: Path, out: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "empty.pdf").touch()
    (folder / "torn.txt").write_text("unreadable")
    assert go(folder, out).exit_status == EXIT_NOTHING
    assert [r["read_status"] for r in rows(out, "tables/documents.csv")] == ["failed", "failed"]


def test_a_failing_rule_costs_the_figures_of_its_document_but_not_its_text(source: Path, out: Path) -> None:
    (source / "b.txt").write_text("rule fails\n3 hd")
    report = go(source, out)
    assert report.exit_status == EXIT_PARTIAL
    (failure,) = rows(out, "failures.csv")
    assert (failure["source_file"], failure["stage"], failure["code"]) == ("b.txt", "extract", "internal")
    document = rows(out, "tables/documents.csv")[1]
    assert document["read_status"] == "failed"
    assert (out / "text" / f"{document['doc_id']}.txt").read_text() == "rule fails\n3 hộ"
    assert "Traceback" in (out / ".hoso" / "hoso.log").read_text()
    assert len(rows(out, "tables/loans.csv")) == 4


@pytest.mark.parametrize(
    ("order", "stage", "code", "text", "made"),
    [
        ("rule fails", "extract", "internal", "3 hộ", [3, 0, 0]),
        ("rule gorges", "extract", "limit", "3 hộ", [3, 0, 0]),
        ("rule hangs", "extract", "timeout", "3 hộ", [3, 1, 0]),
        ("rule dies", "batch", "worker_died", "3 hộ", [3, 1, 0]),
        ("restoring fails", "restore", "internal", "3 hd", [3, 0, 0]),
        ("restoring hangs", "restore", "timeout", "3 hd", [3, 1, 0]),
        ("restoring dies", "batch", "worker_died", "3 hd", [3, 1, 0]),
    ],
)
def test_whatever_fails_behind_the_page_its_text_stays_and_it_is_tried_in_two_runs_at_most(
    source: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    order: str,
    stage: str,
    code: str,
    text: str,
    made: list[int],
) -> None:
    (source / "b.txt").write_text(f"{order}\n3 hd")
    document, less = units.document, units.less

    def limited(unit: Unit | None) -> Unit | None:
        hangs = f"{order.split()[0]} {unit.arguments['depth']}" if unit else ""
        short = order.endswith("hangs") and hangs in {
            "rule extract",
            "restoring extract",
            "restoring restore",
        }
        return unit and replace(unit, time_limit=1 if short and unit.source_file == "b.txt" else 60)

    monkeypatch.setattr(units, "document", lambda *a: limited(document(*a)))
    monkeypatch.setattr(units, "less", lambda *a: limited(less(*a)))
    seen = []
    for count in made:
        report = go(source, out)
        assert (report.exit_status, report.counts.documents_made) == (EXIT_PARTIAL, count)
        (failure,) = rows(out, "failures.csv")
        assert (failure["source_file"], failure["stage"], failure["code"]) == ("b.txt", stage, code)
        row = rows(out, "tables/documents.csv")[1]
        assert (row["read_status"], row["pages"]) == ("failed", "1")
        assert (out / "text" / f"{row['doc_id']}.txt").read_text() == f"{order}\n{text}"
        assert len(rows(out, "tables/loans.csv")) == 4
        seen.append(tree(out))
    assert seen[0] == seen[1] == seen[2]
    # a larger limit is a reason to try again
    assert go(source, out, settings=Settings(page_timeout=999)).counts.documents_made == 1


def test_a_page_that_kills_its_worker_once_is_read_all_the_same(source: Path, out: Path) -> None:
    (source / "b.txt").write_text("die once\n8 hộ")
    assert go(source, out).exit_status == EXIT_OK
    assert "8" in [r["borrowers"] for r in rows(out, "tables/loans.csv")]


def test_a_page_that_always_kills_fails_alone_and_is_tried_in_the_next_run_alone(
    source: Path, out: Path
) -> None:
    (source / "b.txt").write_text("die\n8 hộ\f9 hộ")
    assert go(source, out).exit_status == EXIT_PARTIAL
    (failure,) = rows(out, "failures.csv")
    assert [failure[k] for k in ("source_file", "page", "stage", "code")] == [
        "b.txt", "1", "batch", "worker_died",
    ]  # fmt: skip
    assert "9" in [r["borrowers"] for r in rows(out, "tables/loans.csv")]
    before, read = tree(out), reads()
    go(source, out)
    go(source, out)  # not a third time
    assert reads()[len(read) :] == ["b.txt 1", "b.txt 1"]
    assert tree(out) == before


def test_a_page_that_hangs_is_ended_by_its_limit(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "b.txt").write_text("hang")
    made = units.page
    # others have all the time that a busy machine takes
    monkeypatch.setattr(
        units, "page", lambda f, *a: replace(made(f, *a), time_limit=2 if f.source_file == "b.txt" else 60)
    )
    go(source, out)
    (failure,) = rows(out, "failures.csv")
    assert (failure["source_file"], failure["page"], failure["code"]) == ("b.txt", "1", "timeout")
    assert len(rows(out, "tables/loans.csv")) == 4
    for _ in range(3):
        go(source, out)
    assert reads().count("b.txt 1") == 2


def test_a_page_that_wants_more_memory_than_a_worker_has_fails_alone(source: Path, out: Path) -> None:
    (source / "b.txt").write_text("gorge on memory\f9 hộ")
    go(source, out)
    (failure,) = rows(out, "failures.csv")
    assert (failure["source_file"], failure["page"], failure["code"]) == ("b.txt", "1", "limit")
    assert "raise max_memory" in failure["message"]
    assert "9" in [r["borrowers"] for r in rows(out, "tables/loans.csv")]
    assert len(workers()) == 1


def test_a_file_whose_inspection_hangs_is_not_looked_at_every_night(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "b.txt").write_text("inspection hangs")
    made = units.inspect
    monkeypatch.setattr(units, "inspect", lambda *a: replace(made(*a), time_limit=3 if "b.txt" in a else 60))
    counts = [go(source, out).counts.files_inspected for _ in range(3)]
    assert counts == [3, 1, 0]
    (failure,) = rows(out, "failures.csv")
    assert (failure["source_file"], failure["stage"], failure["code"]) == ("b.txt", "intake", "timeout")
    (source / "b.txt").write_text("3 hộ")
    assert go(source, out).exit_status == EXIT_OK


def test_a_file_that_changes_while_it_is_read_is_told_and_read_by_the_next_run(
    source: Path, out: Path
) -> None:
    (source / "b.txt").write_text("grow\n3 hộ\n")
    go(source, out)
    (failure,) = rows(out, "failures.csv")
    assert (failure["source_file"], failure["page"], failure["code"]) == ("b.txt", "1", "unreadable")
    assert "changed while it was read" in failure["message"]
    text = (source / "b.txt").read_text()
    (source / "b.txt").write_text(text.removeprefix("grow\n"))
    assert go(source, out).exit_status == EXIT_OK
    assert rows(out, "tables/documents.csv")[1]["pages"] == "2"


def test_a_missing_program_stops_the_run_and_leaves_no_tables(source: Path, out: Path) -> None:
    with pytest.raises(MissingProgramError, match="tesseract is not installed"):
        run([source], out, Settings(), Options(1, "batch_stand_ins:without_program"))
    assert not (out / "tables").exists()


def test_text_alone_asks_for_no_program_but_an_image_does(source: Path, out: Path) -> None:
    def missing() -> dict[str, str]:
        message = "tesseract is not installed; apt-get install tesseract-ocr"
        raise MissingProgramError(message)

    options = Options(1, FACTORY, missing)
    assert run([source], out, Settings(), options).exit_status == EXIT_OK
    from PIL import Image

    Image.new("L", (8, 8)).save(source / "scan.png")
    with pytest.raises(MissingProgramError):
        run([source], out, Settings(), options)
    assert len(rows(out, "tables/documents.csv")) == 3


@pytest.mark.parametrize("changed", ["restore", "max_pages", "dpi"])
def test_settings_redo_what_hangs_on_them(source: Path, out: Path, changed: str) -> None:
    go(source, out)
    read = reads()
    values = {"restore": False, "max_pages": 4, "dpi": 200}
    report = go(source, out, settings=Settings().with_values({changed: values[changed]}, "test"))
    assert reads() == read
    expected = {"restore": (0, 3), "max_pages": (3, 0), "dpi": (0, 0)}
    assert (report.counts.files_inspected, report.counts.documents_made) == expected[changed]


def test_a_limit_takes_a_file_out_of_all_tables_and_a_larger_one_brings_it_back(
    source: Path, out: Path
) -> None:
    go(source, out)
    whole, read = tree(out), reads()
    report = go(source, out, settings=Settings(max_pages=2))
    assert report.exit_status == EXIT_PARTIAL
    assert [(r["source_file"], r["code"]) for r in rows(out, "failures.csv")] == [("sub/c.txt", "limit")]
    assert {r["source_file"] for r in rows(out, "tables/loans.csv")} == {"a.txt"}
    assert len(rows(out, "tables/pages.csv")) == 3
    go(source, out)
    assert reads() == read
    assert tree(out) == whole


def test_another_input_takes_the_place_of_the_first(source: Path, out: Path) -> None:
    go(source, out)
    go(source / "sub", out)
    assert [r["source_file"] for r in rows(out, "tables/documents.csv")] == ["c.txt"]


def test_an_output_folder_inside_the_input_is_not_read(source: Path) -> None:
    out = source / "out"
    go(source, out)
    before = tree(out)
    go(source, out)
    assert len(rows(out, "tables/documents.csv")) == 3
    assert tree(out) == before


@pytest.mark.parametrize(
    ("given", "to", "words"),
    [
        ("in", "in", "is the input folder"),
        ("in", "in/sub/..", "is the input folder"),
        ("out/text", "out", "lies among the results in"),
        ("out/tables/loans.csv", "out", "lies among the results in"),
        ("out", "other", "holds results of hoso"),
    ],
)
def test_results_are_not_read_as_documents(source: Path, out: Path, given: str, to: str, words: str) -> None:
    go(source, out)
    before = tree(out)
    with pytest.raises(UsageError, match=words):
        go(out.parent / given, out.parent / to)
    assert tree(out) == before
    assert not (out.parent / "other").exists()
    assert not (source / ".hoso").exists()


def test_documents_may_lie_in_the_output_folder(source: Path, out: Path) -> None:
    out.mkdir()
    assert go(source.rename(out / "in"), out).exit_status == EXIT_OK


@pytest.mark.parametrize("kind", ["missing", "empty", "twice"])
def test_inputs_that_make_no_sense(source: Path, out: Path, tmp_path: Path, kind: str) -> None:
    go(source, out)
    before = tree(out)
    (tmp_path / "empty").mkdir()
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("x")
    inputs = {"missing": [tmp_path / "no"], "empty": [tmp_path / "empty"], "twice": [source, other]}
    words = {"missing": "no such file", "empty": "no file in", "twice": "two inputs hold a file 'a.txt'"}
    with pytest.raises(UsageError, match=words[kind]):
        run(inputs[kind], out, Settings(), Options(1, FACTORY))
    assert tree(out) == before


def test_a_second_run_into_the_same_folder_says_who_holds_it(source: Path, out: Path) -> None:
    with (
        hold(out),
        pytest.raises(OutputError, match=f"another run is writing there.*process {os.getpid()} on"),
    ):
        go(source, out)
    assert go(source, out).exit_status == EXIT_OK


def test_an_output_folder_that_is_a_file(source: Path, out: Path) -> None:
    out.write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        go(source, out)


# interruption: a process of its own, stopped when it is known to be in the middle

_SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from pipeline import errors
from pipeline.batch.runner import Options, run
from pipeline.settings import Settings
try:
    run([Path({source!r})], Path({out!r}), Settings(), Options(2, "batch_stand_ins:rooms"))
except errors.HosoError as error:
    print(error)
    sys.exit(error.exit_status)
"""


def _is_gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@pytest.fixture
def started(source: Path, out: Path) -> subprocess.Popen[str]:
    """A run in the middle: a.txt is read, two pages of d.txt are in hand and wait."""
    (source / "d.txt").write_text("wait\n1 hộ\fwait\n2 hộ\f3 hộ\f4 hộ")
    script = _SCRIPT.format(paths=[str(Path(__file__).parent)], source=str(source), out=str(out))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    until(lambda: {"d.txt 1", "d.txt 2"} <= set(reads()))
    return process


def test_sigterm_finishes_what_is_in_hand_and_the_next_run_goes_on(
    started: subprocess.Popen[str], source: Path, out: Path, tmp_path: Path, flags: Path
) -> None:
    started.send_signal(signal.SIGTERM)
    (flags / "go").touch()
    said, _ = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "run the same command again" in said
    assert not (out / "tables").exists()
    once = reads()
    go(source, out, jobs=2)
    assert sorted(reads()) == sorted(set(once) | set(reads()))
    go(source, tmp_path / "undisturbed")
    assert tree(out) == tree(tmp_path / "undisturbed")


def test_kill_9_leaves_no_process_and_loses_only_what_was_in_hand(
    started: subprocess.Popen[str], source: Path, out: Path, tmp_path: Path, flags: Path
) -> None:
    started.kill()
    started.communicate(timeout=60)
    until(lambda: all(_is_gone(process) for process in workers()))
    once = reads()
    (flags / "go").touch()
    go(source, out, jobs=2)
    again = reads()[len(once) :]
    assert {"a.txt 1", "a.txt 2"}.isdisjoint(again)
    assert {"d.txt 1", "d.txt 2"} <= set(again)
    go(source, tmp_path / "undisturbed")
    assert tree(out) == tree(tmp_path / "undisturbed")
