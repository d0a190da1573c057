"""Passwords of encrypted PDFs: which file they are from, what they open, and that they are told to nobody."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from pipeline.errors import EncryptedError, UsageError
from pipeline.intake import inspect, passwords, pdf
from pipeline.ocr import read_page
from pipeline.settings import Settings


def _settings(folder: Path, content: str | bytes) -> Settings:
    file = folder / "passwords.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return Settings(password_file=str(file))


def _locked(file: Path, user: str, count: int = 1) -> Path:
    document = pikepdf.new()
    for number in range(count):
        page = document.add_blank_page(page_size=(200, 100 + number))
        page.Contents = document.make_stream(b"0 0 5 5 re f")
    buffer = BytesIO()
    document.save(buffer, encryption=pikepdf.Encryption(owner="owner", user=user))
    file.write_bytes(buffer.getvalue())
    return file


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("một\nhai\n", ("một", "hai")),
        ("một\r\nhai", ("một", "hai")),
        (b"\xef\xbb\xbfx", ("x",)),
        (" x \n\n\nx\n x", (" x ", "x", " x")),
        ("x\ny\nx\n", ("x", "y")),
        ("", ()),
    ],
)
def test_one_a_line(tmp_path: Path, content: str | bytes, expected: tuple[str, ...]) -> None:
    assert passwords.load(_settings(tmp_path, content)) == expected


def test_none_without_a_file() -> None:
    assert passwords.load(Settings()) == ()


@pytest.mark.parametrize(
    ("content", "words"), [(b"secr\xe9t", "not UTF-8"), (b"x\n" * 600_000, "more than 1000000 bytes")]
)
def test_a_file_that_cannot_be_used_is_named_and_not_shown(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(UsageError, match=r"^password_file: .*passwords\.txt: ") as caught:
        passwords.load(_settings(tmp_path, content))
    assert words in str(caught.value)
    assert "one password a line" in str(caught.value)
    assert "secr" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        passwords.load(Settings(password_file=str(tmp_path / "none-here")))


def test_a_locked_file_is_read_with_its_password_and_with_no_other(tmp_path: Path) -> None:
    file = _locked(tmp_path / "a.pdf", "đúng", count=2)
    with pytest.raises(EncryptedError, match=r"a password is needed .* --password-file"):
        inspect(file, Settings())
    with pytest.raises(EncryptedError, match="no password in --password-file opens it"):
        inspect(file, _settings(tmp_path, "sai\ncũng sai"))
    right = _settings(tmp_path, "sai\nđúng")
    info = inspect(file, right)
    assert (info.pages, info.locked, info.damage) == (2, True, "")
    page = read_page(file, 2, info, right)
    assert (page.height, page.status) == (101, "ok")
    with pytest.raises(EncryptedError, match=r"a\.pdf"):
        read_page(file, 2, info, Settings())


def test_a_file_that_only_its_owner_locked_needs_no_password(tmp_path: Path) -> None:
    info = inspect(_locked(tmp_path / "a.pdf", ""), Settings())
    assert not info.locked


def test_a_copy_is_decrypted(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "u")
    copy = pdf.copied(_locked(tmp_path / "a.pdf", "u"), "a.pdf", settings, tmp_path)
    with pikepdf.open(copy) as document:
        assert not document.is_encrypted
