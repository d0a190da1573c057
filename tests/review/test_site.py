"""The pages without a browser: what they show, what they take, and every way in that must be shut."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from batch_stand_ins import FLAGS
from starlette.testclient import TestClient

from pipeline.batch.rewrite import rewrite, schemas_of
from pipeline.batch.runner import Options, run
from pipeline.decisions import store
from pipeline.errors import EXIT_MISSING
from pipeline.review import app
from pipeline.review.access import Access
from pipeline.review.app import Site
from pipeline.review.draw import Pages
from pipeline.review.queue import Filter, Queue
from pipeline.settings import Settings

HOST = "http://127.0.0.1:8765"
HOSTILE = "<img src=x onerror=alert(1)>.txt"
TEXT = '<script>alert(1)</script> {{ 7*7 }} có 12 hd\f3 hộ " onfocus=alert(1) x="\f=1+1 4 hộ \u202e'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "flags").mkdir()
    (folder / "in").mkdir()
    (folder / "in" / HOSTILE).write_text(TEXT)
    (folder / "in" / "b.txt").write_text("5 hộ")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FLAGS, str(folder / "flags"))
        again(folder / "out")
    return folder


@pytest.fixture
def out(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv(FLAGS, str(tmp_path / "flags"))
    return tmp_path / "out"


def again(out: Path) -> None:
    run([out.parent / "in"], out, Settings(), Options(1, "batch_stand_ins:rooms"))


def read(out: Path, table: str) -> list[dict[str, str]]:
    with (out / "tables" / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


ACCESS = Access(8765)


@pytest.fixture
def stranger(out: Path) -> Iterator[TestClient]:
    pages = Pages(out / ".hoso" / "review", out, Settings())
    site = Site(Queue(out, schemas_of(out)), pages, ACCESS, "Lan", "en")
    with TestClient(site.app(), base_url=HOST, follow_redirects=False) as client:
        yield client
    pages.close()


@pytest.fixture
def client(stranger: TestClient) -> TestClient:
    answer = stranger.get(f"/?token={ACCESS.token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert ACCESS.token not in cookie
    return stranger


SAME = {"origin": HOST, "sec-fetch-site": "same-origin"}


def row_ids(client: TestClient, query: str = "") -> list[str]:
    return re.findall(r'href="/row/(\w+)', client.get(f"/{query}").text)


def decide(
    client: TestClient, row_id: str, action: str, headers: dict[str, str] | None = None, **cells: str
) -> int:
    page = client.get(f"/row/{row_id}").text
    stamp = re.search(r'name="stamp" value="(\w+)"', page)
    assert stamp is not None
    data = {"form": ACCESS.form, "stamp": stamp[1], "action": action, **cells}
    answer = client.post(f"/row/{row_id}", data=data, headers=SAME if headers is None else headers)
    return int(answer.status_code)


def test_the_queue_and_a_row(client: TestClient) -> None:
    assert len(row_ids(client)) == 4
    assert "Borrowers: 12</small>" in client.get("/").text
    assert row_ids(client, "?table=cards") == []
    page = client.get(f"/row/{row_ids(client)[0]}")
    assert page.status_code == 200
    assert 'id="c_borrowers"' in page.text
    assert "the page's text" in unescape(page.text).lower()


def test_decisions_reach_the_tables_now_and_after_a_run(client: TestClient, out: Path) -> None:
    rows = {r["borrowers"]: r["row_id"] for r in read(out, "loans")}
    assert decide(client, rows["12"], "keep", c_borrowers="21", why="đọc nhầm") == 303
    assert decide(client, rows["3"], "reject") == 303
    assert decide(client, rows["5"], "keep") == 303
    assert row_ids(client) == [rows["4"]]
    assert (
        client.post("/undo", data={"form": ACCESS.form}, headers=SAME).headers["location"].startswith("/row/")
    )
    assert set(row_ids(client)) == {rows["4"], rows["5"]}
    assert client.post("/tables", data={"form": ACCESS.form}, headers=SAME).status_code == 303
    now = (out / "tables" / "loans.csv").read_bytes()
    assert [(r["borrowers"], r["flags"]) for r in read(out, "loans")] == [
        ("21", "corrected"),
        ("4", ""),
        ("5", ""),
    ]
    again(out)
    assert (out / "tables" / "loans.csv").read_bytes() == now
    assert [r["why"] for r in read(out, "decisions")] == ["đọc nhầm", ""]


def test_what_a_cell_does_not_take_is_told_and_kept_in_the_form(client: TestClient, out: Path) -> None:
    [row_id, *_] = row_ids(client)
    assert decide(client, row_id, "keep", c_borrowers="many") == 422
    assert decide(client, row_id, "keep", c_role="part") == 422
    assert decide(client, row_id, "comment") == 422
    assert decide(client, row_id, "fly") == 400
    assert store.load(out).decisions == []


def test_a_number_far_from_the_print_is_asked_about_once(client: TestClient, out: Path) -> None:
    [row_id] = [r["row_id"] for r in read(out, "loans") if r["borrowers"] == "12"]
    assert decide(client, row_id, "keep", c_borrowers="1.200") == 200
    assert store.load(out).decisions == []
    # another number is another question, in whatever form the first was answered
    assert decide(client, row_id, "keep", c_borrowers="5000", sure="borrowers=1200") == 200
    assert decide(client, row_id, "keep", c_borrowers="1.200", sure="borrowers=1200", why="đúng") == 303
    [made] = store.load(out).decisions
    assert made.cells == {"borrowers": "1200"}
    assert made.why == "đúng [asked and confirmed: borrowers 1200, far from 12]"
    # nor does an answer to a question stand in the way of another number
    assert decide(client, row_id, "keep", c_borrowers="13", sure="borrowers=1200") == 303
    assert decide(client, row_id, "keep", c_borrowers="1.200", sure="borrowers=1200") == 303
    # what stands already is not asked about again
    assert decide(client, row_id, "keep", c_borrowers="1200", c_place="Xã A") == 303


def test_without_the_extra_it_says_what_to_install(out: Path) -> None:
    code = (
        "import sys; sys.modules['starlette'] = None; "
        "from pipeline import cli; sys.exit(cli.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "review", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == EXIT_MISSING
    assert "hoso review needs starlette, which is not installed: make review OUT=" in done.stderr


def test_who_decides_on_an_old_page_is_told(client: TestClient, out: Path) -> None:
    [row_id, *_] = row_ids(client)
    old = {"form": ACCESS.form, "stamp": "0" * 20, "action": "reject"}
    assert client.post(f"/row/{row_id}", data=old, headers=SAME).status_code == 422
    assert store.load(out).decisions == []


def test_another_process_s_decisions_are_taken_up(client: TestClient, out: Path, tmp_path: Path) -> None:
    [row_id, *_] = row_ids(client)
    decide(client, row_id, "reject")
    for file in (out / "decisions").iterdir():
        file.unlink()
    other = Queue(out, schemas_of(out))
    other._not_before = 0
    other.refresh()
    assert other.page(Filter(), 1)[1] == 4


# attacks


def test_without_token_nothing_is_shown(stranger: TestClient, out: Path) -> None:
    [row_id, *_] = [r["row_id"] for r in read(out, "loans")]
    for path in ("/", f"/row/{row_id}", "/decisions.jsonl", "/static/review.js", "/image/x/1", "/nowhere"):
        for query in ("", "?token=", "?token=wrong", f"?token={ACCESS.token[:-1]}", "?token=%C3%A9"):
            answer = stranger.get(path + query)
            assert answer.status_code == 403, path + query
            assert row_id not in answer.text
    for cookie in (f"{ACCESS.cookie}=wrong", f"{ACCESS.cookie}={ACCESS.token}", "\xff=;;;"):
        assert stranger.get("/", headers={"cookie": cookie.encode("latin-1")}).status_code == 403
    assert stranger.post("/undo", data={"form": ACCESS.form}, headers=SAME).status_code == 403


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8765",
        "127.0.0.1.evil.example:8765",
        "127.0.0.1",
        "10.0.0.7:8765",
        "x@127.0.0.1:8765",
        "",
    ],
)
def test_a_name_bound_to_this_address_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST:8765"])
def test_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code in {200, 403}  # 403: the cookie is of another


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999", "sec-fetch-site": "same-site"},
        {"origin": HOST, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
        {},
    ],
)
def test_a_post_from_another_site_does_nothing(
    client: TestClient, out: Path, headers: dict[str, str]
) -> None:
    [row_id, *_] = row_ids(client)
    assert decide(client, row_id, "reject", headers) == 403
    for path in ("/undo", "/tables"):
        assert client.post(path, data={"form": ACCESS.form}, headers=headers).status_code == 403
    assert store.load(out).decisions == []


def test_a_post_without_the_form_s_secret_does_nothing(client: TestClient, out: Path) -> None:
    [row_id, *_] = row_ids(client)
    for secret in ("", "wrong", ACCESS.session, ACCESS.token):
        data = {"form": secret, "action": "reject"}
        assert client.post(f"/row/{row_id}", data=data, headers=SAME).status_code == 403
    assert client.post(f"/row/{row_id}", json={"form": ACCESS.form}, headers=SAME).status_code == 400
    big = {"form": ACCESS.form, "why": "x" * 400_000}
    assert client.post(f"/row/{row_id}", data=big, headers=SAME).status_code == 413
    assert store.load(out).decisions == []


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static//etc/passwd",
        "/image/..%2f..%2f..%2fetc/passwd",
        "/image/../1",
        f"/image/{'0' * 64}/1",
        f"/image/{'0' * 64}/../../../../etc/passwd",
        "/image/%00/1",
        "/row/..%2f..%2fdecisions",
        "/row/l0000000000000",
        "/row/l000000000000%0a",
        "/text/../../in/b.txt",
    ],
)
def test_no_path_reaches_a_file(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404, answer.text[:200]
    assert "root:" not in answer.text


def test_a_welcome_leads_nowhere_else(stranger: TestClient) -> None:
    for path in ("//evil.example", "/\\evil.example"):
        answer = stranger.get(f"{HOST}{path}?token={ACCESS.token}")
        assert not answer.headers["location"].startswith(("//", "/\\", "http"))


def test_text_of_documents_stays_text(client: TestClient, out: Path) -> None:
    for row_id in row_ids(client):
        text = client.get(f"/row/{row_id}").text + client.get("/").text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert 'onfocus=alert(1) x="' not in text
        assert "\u202e" not in text
        assert "{{ 7*7 }}" in unescape(text) or "7*7" not in text
    decide(
        client, row_ids(client)[0], "keep", c_place='"><script>alert(2)</script>', why="</textarea><script>"
    )
    for page in ("/?state=all", f"/row/{row_ids(client, '?state=done')[0]}"):
        assert "<script>alert" not in client.get(page).text
        assert "</textarea><script>" not in client.get(page).text


def test_queries_are_escaped(client: TestClient) -> None:
    evil = '"><script>alert(1)</script>'
    for name in ("table", "place", "year", "flag", "state", "doc", "page", "done", "lang"):
        assert "<script>alert" not in client.get("/", params={name: evil}).text
        assert "<script>alert" not in client.get("/nowhere", params={name: evil}).text


def test_every_answer_is_armed(client: TestClient) -> None:
    for path in ("/", "/static/review.css", "/nowhere", "/decisions.jsonl"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_have_nothing_inline_and_nothing_from_elsewhere() -> None:
    files = [f for f in Path(app.__file__).parent.rglob("*") if f.suffix in {".html", ".css", ".js"}]
    assert len(files) > 5
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|//\w+\.\w|innerHTML|\| *safe", text), file


TYPED = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|'/c calc'!A1", "'=1"]


@pytest.mark.parametrize("typed", TYPED)
def test_a_formula_in_a_text_cell_stays_text(client: TestClient, out: Path, typed: str) -> None:
    loans = schemas_of(out)["loans"]
    free = [
        c.name
        for c in loans.columns
        if c.type == "string" and not c.codes and not c.pattern and f'id="c_{c.name}"' in client.get(
            f"/row/{row_ids(client)[0]}"
        ).text
    ]  # fmt: skip
    assert {"place", "beneficiary_label", "credit_programme"} <= set(free)
    row_id = row_ids(client)[0]
    cells: dict[str, Any] = {f"c_{name}": typed for name in free}
    assert decide(client, row_id, "keep", why=typed, **cells) == 303
    rewrite(out)
    for table in ("loans", "decisions", "evidence", "unclaimed"):
        for row in read(out, table):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values()), row
    [changed] = [r for r in read(out, "loans") if r["row_id"] == row_id]
    assert changed["place"].lstrip("'") == typed.strip().lstrip("'")


def test_an_export_can_be_merged(client: TestClient, out: Path, tmp_path: Path) -> None:
    decide(client, row_ids(client)[0], "reject")
    (tmp_path / "sent.jsonl").write_bytes(client.get("/decisions.jsonl").content)
    assert store.merge(tmp_path / "other", [tmp_path / "sent.jsonl"]).added == 1
