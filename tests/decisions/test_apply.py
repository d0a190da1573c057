"""What decisions make of tables: in values, and through a whole run."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from batch_stand_ins import FLAGS

from pipeline.batch.runner import Options, run
from pipeline.decisions import store
from pipeline.decisions.apply import settle
from pipeline.decisions.match import Cells, Finder, Told
from pipeline.decisions.record import Decision, DecisionError, signed
from pipeline.decisions.values import cell_of
from pipeline.settings import Settings
from pipeline.tables.schema import tables

SHA = "cd" * 32
LOANS = tables()["loans"]


def row(number: str, **more: str) -> dict[str, str]:
    cells = dict.fromkeys(LOANS.header, "")
    fixed = {"doc_id": f"d{SHA[:12]}", "source_file": "a.txt", "page": "1", "flow": "disbursed"}
    standing = {"status": "actual", "role": "single", "proof": "none", "confidence": "0.5"}
    return {**cells, **fixed, **standing, "row_id": f"l{number:0>12}", "quote": f"{number} hộ", **more}


def told(text: str, rows: list[dict[str, str]], boxes: dict[str, str] | None = None) -> Told:
    """A document whose rows' borrowers stand in its text in this order."""
    evidence: list[Cells] = []
    at = 0
    for one in rows:
        number = one["borrowers"]
        at = text.index(number, at)
        place = {"page": "1", "start": str(at), "end": str(at + len(number)), "mention": "1"}
        box = (boxes or {}).get(one["row_id"], "")
        evidence.append({"row_id": one["row_id"], "column": "borrowers", "raw": number, "bbox": box, **place})
        at += len(number)
    return Told(SHA, f"d{SHA[:12]}", "a.txt", text, {"loans": rows}, evidence)


def about(
    document: Told, number: int, what: str, cells: dict[str, str] | None = None, **more: object
) -> Decision:
    machine = document.rows["loans"][number]
    made = Decision(
        what=what,  # type: ignore[arg-type]
        who=str(more.pop("who", "lan")),
        document=SHA,
        source_file="a.txt",
        table="loans",
        row_id=machine["row_id"],
        places=Finder(document).places(machine["row_id"]),
        machine=dict(machine),
        cells=cells or {},
        **more,  # type: ignore[arg-type]
    )
    return signed(made)


TEXT = "có 12 hộ, 12 hộ và 30 hộ"
ROWS = [row("1", borrowers="12"), row("2", borrowers="12"), row("3", borrowers="30")]


def loans(document: Told, *decisions: Decision) -> list[Cells]:
    done = settle(document, decisions, tables())
    return done.rows.get("loans", list(document.rows["loans"]))


def test_a_corrected_row_is_the_persons_and_the_machines_is_kept() -> None:
    document = told(TEXT, ROWS)
    made = about(document, 1, "correct", {"borrowers": "13", "place": "Xã A"}, why="sai")
    done = settle(document, [made], tables())
    changed = done.rows["loans"][1]
    assert (changed["borrowers"], changed["place"], changed["flags"]) == ("13", "Xã A", "corrected")
    assert changed["confidence"] == "1"
    assert done.rows["loans"][::2] == [ROWS[0], ROWS[2]]
    kept = {e["column"]: (e["machine_value"], e["value"], e["state"]) for e in done.listed}
    assert kept == {"borrowers": ("12", "13", "applied"), "place": (None, "Xã A", "applied")}


def test_a_confirmed_row_is_flagged_alone() -> None:
    document = told(TEXT, ROWS)
    [first, *_] = loans(document, about(document, 0, "confirm"))
    assert first == {**ROWS[0], "flags": "confirmed", "confidence": "1"}


def test_a_rejected_row_leaves_and_its_numbers_are_told() -> None:
    document = told(TEXT, ROWS)
    done = settle(document, [about(document, 2, "reject")], tables())
    assert done.rows["loans"] == ROWS[:2]
    assert [(u["text"], u["reason"], u["page"]) for u in done.unclaimed] == [("30", "rejected", 1)]


def test_a_number_that_another_row_has_stays_claimed() -> None:
    document = told(TEXT, ROWS)
    twin = {**row("4", borrowers="30"), "flow": "outstanding"}
    shared = {**document.evidence[2], "row_id": twin["row_id"]}
    both = Told(SHA, document.doc_id, "a.txt", TEXT, {"loans": [*ROWS, twin]}, [*document.evidence, shared])
    done = settle(both, [about(both, 2, "reject")], tables())
    assert [r["row_id"] for r in done.rows["loans"]] == [ROWS[0]["row_id"], ROWS[1]["row_id"], twin["row_id"]]
    assert done.unclaimed == []


@pytest.mark.parametrize(
    ("text", "rows", "found"),
    [
        ("trong năm có 12 hộ, rồi 12 hộ và 30 hộ", [row("7", borrowers="12"), row("8", borrowers="12")], 1),
        # the rule that found the second is gone
        ("có 12 hộ, 12 hộ", [row("9", borrowers="12")], None),
        # the row has another number now
        ("có 12 hộ, 13 hộ", [row("1", borrowers="12"), row("2", borrowers="13")], None),
    ],
)
def test_a_decision_finds_its_figure_when_ids_and_letters_change(
    text: str, rows: list[dict[str, str]], found: int | None
) -> None:
    made = about(told(TEXT, ROWS), 1, "correct", {"borrowers": "13"})
    done = settle(told(text, rows), [made], tables())
    if found is None:
        assert [(e["state"], e["row_id"]) for e in done.listed] == [("open", ROWS[1]["row_id"])]
        assert done.rows == {}
    else:
        assert [r["borrowers"] for r in done.rows["loans"]] == ["12", "13"]


def test_a_row_that_gained_a_number_is_another_figure() -> None:
    document = told(TEXT, ROWS)
    more = {**document.evidence[2], "row_id": ROWS[1]["row_id"], "column": "amount_vnd"}
    changed = Told(SHA, document.doc_id, "a.txt", TEXT, document.rows, [*document.evidence, more])
    done = settle(changed, [about(document, 1, "confirm")], tables())
    assert [e["state"] for e in done.listed] == ["open"]


def test_a_new_reading_is_found_by_its_box() -> None:
    before = told("có 12 hộ", [row("1", borrowers="12")], {"l000000000001": "10 10 30 20"})
    after = told("có l8 hộ, 18 hộ", [row("5", borrowers="8"), row("6", borrowers="18")], {
        "l000000000005": "10.5 10 30 20.5", "l000000000006": "60 10 80 20",
    })  # fmt: skip
    [first, second] = loans(after, about(before, 0, "confirm"))
    assert (first["borrowers"], first["flags"]) == ("12", "corrected machine_changed")
    assert second["flags"] == ""


def test_what_the_machine_learnt_since_is_confirmed() -> None:
    document = told(TEXT, ROWS)
    made = about(document, 0, "correct", {"flow": "outstanding"})
    learnt = told(TEXT, [{**ROWS[0], "flow": "outstanding"}, *ROWS[1:]])
    assert loans(learnt, made)[0]["flags"] == "confirmed"


def test_two_who_did_not_know_of_each_other_dispute() -> None:
    document = told(TEXT, ROWS)
    one = about(document, 0, "correct", {"borrowers": "13"})
    other = about(document, 0, "reject", who="hoa")
    done = settle(document, [one, other], tables())
    assert done.rows["loans"][0] == {**ROWS[0], "flags": "disputed"}
    assert {e["state"] for e in done.listed} == {"disputed"}
    same = about(document, 0, "correct", {"borrowers": "13"}, who="hoa")
    assert loans(document, one, same)[0]["flags"] == "corrected"
    last = about(document, 0, "confirm", who="hoa", seen=(one.id, other.id))
    done = settle(document, [one, other, last], tables())
    assert done.rows["loans"][0]["flags"] == "confirmed"
    assert [e["state"] for e in done.listed] == ["replaced", "replaced", "applied"]


def test_undo_and_comments_change_no_row() -> None:
    document = told(TEXT, ROWS)
    made = about(document, 0, "reject")
    undo = signed(Decision("undo", "lan", document=SHA, undoes=made.id))
    said = about(document, 1, "comment", why="?")
    done = settle(document, [made, undo, said], tables())
    assert done.rows["loans"] == ROWS
    assert [e["state"] for e in done.listed] == ["noted"]


def family() -> Told:
    total = row("1", borrowers="90", role="total", parts_complete="true", proof="sum")
    parts = [
        row(n, borrowers=b, role="part", total_row_id=total["row_id"], breakdown="1", proof="sum")
        for n, b in (("2", "30"), ("3", "60"))
    ]
    return told("90 hộ: 30 hộ; 60 hộ", [total, *parts])


def test_sums_are_told_anew_where_a_part_changed() -> None:
    document = family()
    total, one, two = loans(document, about(document, 1, "correct", {"borrowers": "31"}))
    assert (total["parts_complete"], total["proof"], one["proof"], two["proof"]) == ("false", *["none"] * 3)
    both = [about(document, i, "correct", {"borrowers": b}) for i, b in ((1, "31"), (2, "59"))]
    assert loans(document, *both)[0]["parts_complete"] == "true"


def test_parts_of_a_rejected_total_stand_alone() -> None:
    document = family()
    found = loans(document, about(document, 0, "reject"))
    assert [(r["role"], r["total_row_id"], r["breakdown"], r["flags"]) for r in found] == [
        ("single", "", "", "total_missing")
    ] * 2


def test_a_single_row_becomes_the_total_of_what_a_person_puts_under_it() -> None:
    document = told(TEXT, ROWS)
    cells = {"role": "part", "total_row_id": ROWS[2]["row_id"], "breakdown": "1"}
    found = loans(document, about(document, 0, "correct", cells))
    assert [(r["role"], r["parts_complete"]) for r in found] == [
        ("part", ""),
        ("single", ""),
        ("total", "false"),
    ]


@pytest.mark.parametrize(
    ("column", "typed", "cell"),
    [
        ("amount_vnd", "8.075.000.000", "8075000000"),
        ("borrowers", " 1 200 ", "1200"),
        ("period_end", "31/7/2024", "2024-07-31"),
        ("place", "=1+1", "'=1+1"),
        ("place", "'=1+1", "'=1+1"),
        ("credit_programme", "\t@SUM(A1)", "'@SUM(A1)"),
        ("credit_programme", "-2", "'-2"),
        ("place", "", ""),
    ],
)
def test_typed_cells(column: str, typed: str, cell: str) -> None:
    [wanted] = [c for c in LOANS.columns if c.name == column]
    assert cell_of(LOANS, wanted, typed) == cell
    assert cell_of(LOANS, wanted, cell) == cell


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("borrowers", "8.07"),
        ("borrowers", "-1"),
        ("borrowers", "=1"),
        ("borrowers", "١٢"),
        ("period_end", "31/13/2024"),
        ("flow", "lent"),
        ("province_code", "1"),
        ("flow", ""),
        ("place", "x" * 2001),
    ],
)
def test_what_a_cell_does_not_take(column: str, typed: str) -> None:
    [wanted] = [c for c in LOANS.columns if c.name == column]
    with pytest.raises(DecisionError, match=column):
        cell_of(LOANS, wanted, typed)


def test_no_text_cell_of_a_forged_file_becomes_a_formula() -> None:
    document = told(TEXT, ROWS)
    texts = [c.name for c in LOANS.columns if c.type == "string" and not c.codes and not c.pattern]
    forged = dict.fromkeys(texts, "=HYPERLINK(1)")
    done = settle(document, [about(document, 0, "correct", forged, why="+1")], tables())
    assert not any(cell.startswith("=") for cell in done.rows["loans"][0].values())


# through a run


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "flags").mkdir()
    monkeypatch.setenv(FLAGS, str(tmp_path / "flags"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("có 12 hd\f3 hộ và 4 hd\n")
    (tmp_path / "in" / "b.txt").write_text("5 hộ")
    go(tmp_path / "out")
    return tmp_path / "out"


def go(out: Path) -> int:
    options = Options(1, "batch_stand_ins:rooms")
    return run([out.parent / "in"], out, Settings(), options).exit_status


def read(out: Path, name: str) -> list[dict[str, str]]:
    with (out / name).open(newline="") as file:
        return list(csv.DictReader(file))


def decide(out: Path, number: int, what: str, **cells: str) -> None:
    from contextlib import closing

    from pipeline.batch.ledger import Ledger
    from pipeline.decisions.book import told as told_of

    with closing(Ledger(out / ".hoso" / "ledger.sqlite")) as ledger:
        rows = [
            (f, r) for f in ledger.primaries() for r in told_of(ledger, f, tables()).rows.get("loans", ())
        ]
        file, machine = rows[number]
        places = Finder(told_of(ledger, file, tables())).places(machine["row_id"])
    made = Decision(
        what=what,  # type: ignore[arg-type]
        who="Lan",
        document=file.sha256,
        source_file=file.source_file,
        table="loans",
        row_id=machine["row_id"],
        places=places,
        machine=dict(machine),
        cells=cells,
    )
    store.append(out, [signed(made)])


def test_decisions_show_in_the_next_run_and_survive_the_one_after(out: Path) -> None:
    decide(out, 0, "correct", borrowers="21", place="=1+1")
    decide(out, 1, "reject")
    decide(out, 3, "confirm")
    assert go(out) == 0
    loans = read(out, "tables/loans.csv")
    assert [(r["borrowers"], r["flags"]) for r in loans] == [
        ("21", "corrected"),
        ("4", ""),
        ("5", "confirmed"),
    ]
    assert loans[0]["place"] == "'=1+1"
    assert {r["row_id"] for r in read(out, "tables/evidence.csv")} == {r["row_id"] for r in loans}
    assert [(r["text"], r["reason"]) for r in read(out, "tables/unclaimed.csv")] == [("3", "rejected")]
    listed = read(out, "tables/decisions.csv")
    assert [(r["verdict"], r["column"], r["machine_value"], r["value"]) for r in listed] == [
        ("correct", "borrowers", "12", "21"),
        ("correct", "place", "", "'=1+1"),
        ("reject", "", "", ""),
        ("confirm", "", "", ""),
    ]
    before = {p.name: p.read_bytes() for p in (out / "tables").iterdir()}
    (out / ".hoso" / "ledger.sqlite").unlink()
    assert go(out) == 0
    assert {p.name: p.read_bytes() for p in (out / "tables").iterdir()} == before


def test_decisions_are_labels(out: Path) -> None:
    from benchmarks import decided

    decide(out, 0, "correct", borrowers="21")
    decide(out, 1, "reject")
    decide(out, 2, "confirm")
    decide(out, 3, "confirm")
    (out.parent / "in" / "b.txt").unlink()
    go(out)
    [loans] = decided.rows(out)
    # wanted: two that are there, one that is gone; found: those two and the rejected one
    assert loans == ("loans", 3, 3, 1, "0.333", "0.333", "borrowers 1")


def test_a_document_under_another_name_keeps_its_decisions_and_one_that_left_leaves_them_open(
    out: Path,
) -> None:
    decide(out, 3, "correct", borrowers="6")
    (out.parent / "in" / "b.txt").rename(out.parent / "in" / "c.txt")
    go(out)
    assert [r["borrowers"] for r in read(out, "tables/loans.csv")] == ["12", "3", "4", "6"]
    (out.parent / "in" / "c.txt").unlink()
    go(out)
    assert [(r["state"], r["value"], r["machine_value"]) for r in read(out, "tables/decisions.csv")] == [
        ("open", "6", "5")
    ]


def test_a_damaged_line_is_a_failure_of_its_own(out: Path) -> None:
    decide(out, 3, "reject")
    path = store.file_of(out, "Lan")
    path.write_bytes(b"torn\n" + path.read_bytes())
    assert go(out) == 3
    assert [r["borrowers"] for r in read(out, "tables/loans.csv")] == ["12", "3", "4"]
    [failure] = read(out, "failures.csv")
    assert (failure["source_file"], failure["stage"], failure["code"]) == (
        "decisions/lan.jsonl",
        "review",
        "decision",
    )
