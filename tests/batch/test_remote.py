"""Input in an object store: a real server over HTTP (moto's), the pool and a cluster, hostile names."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from batch_stand_ins import reads

pytest.importorskip("s3fs")
pytest.importorskip("moto")

from dask_processes import free_port
from waiting import until

from pipeline.batch import remote
from pipeline.batch.engines.dask_place import Place
from pipeline.batch.place import Remote
from pipeline.batch.remote import Copies, listing, state_of
from pipeline.batch.runner import Options, Report, run
from pipeline.cli import main
from pipeline.errors import EXIT_USAGE, LimitError, ReadError, UsageError
from pipeline.intake.find import printable
from pipeline.settings import Settings

FACTORY = "batch_stand_ins:rooms"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server of its own process; who reads it needs no more than the environment of AWS's tools."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(url))
        yield url
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/moto-api/", timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "who",
        "AWS_SECRET_ACCESS_KEY": "what",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    import s3fs

    name = f"b{abs(hash(request.node.name))}"
    files = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
    files.mkdir(name)

    def put(key: str, text: str) -> None:
        files.call_s3("put_object", Bucket=name, Key=key, Body=text.encode())

    put.name = name  # type: ignore[attr-defined]
    put.files = files  # type: ignore[attr-defined]
    return put


def tree(out: Path) -> dict[str, bytes]:
    found = {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    return {n: d for n, d in found.items() if n != "run.json" and not n.startswith(".hoso")}


def go(where: Path | str, out: Path, place: Place | None = None, **values: object) -> Report:
    source = Remote(where) if isinstance(where, str) else where
    return run([source], out, Settings(**values), Options(2, FACTORY, cluster=place))  # type: ignore[arg-type]


FILES = {
    "a.txt": "có 12 hd\f3 hộ và 4 hd\n",
    "b.txt": "không có gì\n",
    "sub/c.txt": "một\fhai: 5 hộ\fba\n",
    "sub/torn.txt": "1 hộ\funreadable\n",
    "sub/broken.pdf": "no PDF at all",
    "Báo cáo số 1.txt": "7 hộ",
}


def test_objects_give_the_same_bytes_as_files(bucket: Any, tmp_path: Path) -> None:
    for name, text in FILES.items():
        bucket(f"reports/{name}", text)
        place = tmp_path / "in" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    bucket("reports/.hidden/x.txt", "9 hộ")
    bucket("reports/Thumbs.db", "x")
    bucket("reports-of-others/x.txt", "9 hộ")
    url = f"s3://{bucket.name}/reports"
    go(tmp_path / "in", tmp_path / "files")
    report = go(url, tmp_path / "objects")
    assert report.summary.files == len(FILES)
    assert tree(tmp_path / "objects") == tree(tmp_path / "files")
    assert go(f"{url}/", tmp_path / "objects").counts.files_inspected == 0

    # the same on a cluster
    go(url, tmp_path / "cluster", Place(local=1))
    assert tree(tmp_path / "cluster") == tree(tmp_path / "files")


def test_only_objects_that_changed_are_fetched_again(bucket: Any, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        bucket(f"p/{name}", f"{name}: 1 hộ\f2 hộ")
    url, out = f"s3://{bucket.name}/p", tmp_path / "out"
    assert go(url, out).counts.files_inspected == 3
    assert go(url, out).counts.files_inspected == 0
    read = len(reads())
    bucket("p/b.txt", "3 hộ\f4 hộ")
    bucket("p/moved.txt", "a.txt: 1 hộ\f2 hộ")
    bucket.files.rm_file(f"{bucket.name}/p/a.txt")
    report = go(url, out)
    # the changed one and the moved one are looked at; the moved one's pages are known by content
    assert (report.counts.files_inspected, len(reads()) - read) == (2, 2)
    with (out / "tables" / "documents.csv").open(newline="") as file:
        assert [r["source_file"] for r in csv.DictReader(file)] == ["b.txt", "c.txt", "moved.txt"]


HOSTILE = (
    "-rf.txt",
    "x" * 400 + ".txt",
    "=1+1.txt",
    "tên\u202etxt.exe.txt",
    "%2e%2e%2f.txt",
    "s3:/b/c.txt",
    "a*b[c]{d}.txt",
    "#1.txt",
)


def test_names_of_objects_name_rows_and_no_place(bucket: Any, tmp_path: Path) -> None:
    for number, name in enumerate(HOSTILE):
        bucket(f"p/{name}", f"{number} hộ")
    before = sorted(os.listdir(tmp_path))  # noqa: PTH208
    report = go(f"s3://{bucket.name}/p", tmp_path / "out")
    with (tmp_path / "out" / "tables" / "documents.csv").open(newline="") as file:
        rows = {r["source_file"]: r["read_status"] for r in csv.DictReader(file)}
    assert report.summary.files == len(HOSTILE) == len(rows)
    assert set(rows.values()) == {"ok"}
    assert r"tên\u202etxt.exe.txt" in rows
    assert sorted(os.listdir(tmp_path)) == sorted([*before, "out"])  # noqa: PTH208
    go(f"s3://{bucket.name}/p", tmp_path / "out")


class Climbing:
    """A store with names that HTTP's own rules for paths keep a server from taking."""

    names = ("../../up.txt", "..", "a/../../b", "nul\0.txt", "/etc/passwd", "a//b.txt", "a\nb.txt")

    def find(self, root: str, **_: object) -> dict[str, dict[str, Any]]:
        return {f"{root}/{name}": self.info(name) for name in self.names}

    def info(self, _: str) -> dict[str, Any]:
        return {"size": 1, "type": "file"}

    def open(self, *_: object, **__: object) -> BytesIO:
        return BytesIO(b"x")


def test_a_copy_lies_where_we_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_open", lambda url: (Climbing(), url.partition("://")[2]))
    found = list(listing(Remote("s3://b/p")))
    assert sorted(f.source_file for f in found) == sorted(map(printable, Climbing.names))
    for entry in found:
        path, _ = Copies(9, tmp_path).get(entry.path.url, entry.stat)
        assert path.parent.parent == tmp_path
        assert path.read_bytes() == b"x"


def test_one_object_is_an_input(bucket: Any, tmp_path: Path) -> None:
    bucket("p/a.txt", "3 hộ")
    assert [f.source_file for f in listing(Remote(f"s3://{bucket.name}/p/a.txt"))] == ["a.txt"]


def test_an_object_over_the_limit_is_not_fetched(bucket: Any, tmp_path: Path) -> None:
    bucket("p/long.txt", "hộ " * 1000)
    url = f"s3://{bucket.name}/p/long.txt"
    (entry,) = listing(Remote(url))
    with pytest.raises(LimitError, match=r"long\.txt: 5000 bytes, more than the limit of 4999"):
        Copies(4999, tmp_path).get(url, entry.stat)
    assert list(tmp_path.glob("hoso-object-*")) == []
    report = go(f"s3://{bucket.name}/p", tmp_path / "out", max_bytes=4999)
    assert report.summary.examples[0].code == "limit"
    path, state = Copies(5000, tmp_path).get(url, entry.stat)
    assert (path.name, path.stat().st_size, state) == ("long.txt", 5000, entry.stat)


def test_a_copy_is_kept_while_its_pages_are_read_and_fetched_anew_where_it_changed(
    bucket: Any, tmp_path: Path
) -> None:
    bucket("p/a.txt", "1")
    url, copies = f"s3://{bucket.name}/p/a.txt", Copies(99, tmp_path)
    (entry,) = listing(Remote(url))
    first = copies.get(url, entry.stat)
    bucket("p/a.txt", "2")
    assert copies.get(url, entry.stat) == first
    (changed,) = listing(Remote(url))
    path, state = copies.get(url, changed.stat)
    assert (path.read_text(), state) == ("2", changed.stat)
    for name in "xyz":
        bucket(f"p/{name}", name)
        copies.get(f"s3://{bucket.name}/p/{name}", "")
    assert len(list(tmp_path.iterdir())) <= 2 + 1  # and the flags
    bucket.files.rm_file(f"{bucket.name}/p/a.txt")
    with pytest.raises(ReadError, match=r"a\.txt: cannot be fetched"):
        Copies(99, tmp_path).get(url, entry.stat)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://{bucket}/nothing", "nothing is there"),
        ("s3://no-such-bucket-of-ours/p", "(cannot be listed|nothing is there)"),
        ("nosuch://b/p", "nosuch"),
    ],
)
def test_a_url_that_names_nothing_changes_nothing(bucket: Any, tmp_path: Path, url: str, words: str) -> None:
    bucket("p/a.txt", "3 hộ")
    go(f"s3://{bucket.name}/p", tmp_path / "out")
    before = tree(tmp_path / "out")
    with pytest.raises(UsageError, match=words):
        go(url.format(bucket=bucket.name), tmp_path / "out")
    assert tree(tmp_path / "out") == before


def test_the_command_takes_a_url(bucket: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bucket("p/a.txt", "3 hộ")
    assert main(["extract", f"s3://{bucket.name}/p", "--out", str(tmp_path / "out"), "--jobs", "1"]) == 0
    assert main(["extract", f"s3://{bucket.name}/q", "--out", str(tmp_path / "out")]) == EXIT_USAGE
    assert "/q: nothing is there" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"size": 1, "ETag": '"a"'}, {"size": 1, "ETag": "a", "LastModified": "2024"}, True),
        ({"size": 1, "ETag": "a"}, {"size": 2, "ETag": "a"}, False),
        ({"size": 1, "mtime": 5.25}, {"size": 1, "mtime": 5.0}, True),
        ({"size": 1, "mtime": 5.25}, {"size": 1, "mtime": 6.0}, False),
        ({"size": 1}, {"size": 1}, True),
    ],
)
def test_what_changes_with_an_object(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert (state_of(one) == state_of(other)) == same
