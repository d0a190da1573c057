"""What a file is: kind, pages, name by content, and one clear line for what cannot be read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pipeline.errors import ReadError
from pipeline.intake import inspect
from pipeline.intake.text import pages
from pipeline.settings import Settings


def _pdf(count: int = 1, encryption: pikepdf.Encryption | bool = False) -> bytes:
    document = pikepdf.new()
    for _ in range(count):
        document.add_blank_page()
    buffer = BytesIO()
    document.save(buffer, encryption=encryption)
    return buffer.getvalue()


def _image(kind: str, frames: int = 1) -> bytes:
    buffer = BytesIO()
    image = Image.new("L", (40, 30), 255)
    more = {"save_all": True, "append_images": [image] * (frames - 1)} if frames > 1 else {}
    image.save(buffer, kind, **more)
    return buffer.getvalue()


LOCKED = pikepdf.Encryption(owner="o", user="u")
OWNER_ONLY = pikepdf.Encryption(owner="o", user="")


@pytest.mark.parametrize(
    ("name", "content", "kind", "count"),
    [
        ("a.pdf", _pdf(3), "pdf", 3),
        ("named-wrongly.txt", _pdf(1), "pdf", 1),
        ("junk-before.pdf", b"\n\n" + _pdf(1), "pdf", 1),
        ("owner.pdf", _pdf(1, encryption=OWNER_ONLY), "pdf", 1),
        ("a.png", _image("PNG"), "image", 1),
        ("a.jpg", _image("JPEG"), "image", 1),
        ("a.tif", _image("TIFF", 3), "image", 3),
        ("a.txt", "một\fhai\f".encode(), "text", 2),
        ("bom.txt", b"\xef\xbb\xbfxin", "text", 1),
    ],
)
def test_kinds(tmp_path: Path, name: str, content: bytes, kind: str, count: int) -> None:
    (tmp_path / name).write_bytes(content)
    info = inspect(tmp_path / name, Settings())
    assert (info.kind, info.pages, info.damage) == (kind, count, "")
    assert info.doc_id == "d" + info.sha256[:12]


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("empty.pdf", b"", "empty", "0 bytes"),
        ("no-pages.pdf", _pdf(0), "empty", "without pages"),
        ("locked.pdf", _pdf(1, encryption=LOCKED), "encrypted", "password"),
        ("not.pdf", b"hello" * 100, "damaged", "no PDF header"),
        ("garbage.pdf", b"%PDF-1.4\n" + b"\0\1\2" * 500, "damaged", "copy it again"),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + b"x" * 50, "damaged", "cannot be opened"),
        ("not.jpg", b"hello", "damaged", "no image header"),
        ("utf16.txt", "xin chào".encode("utf-16"), "unsupported", "UTF-16"),
        ("french.txt", "Le café est fermé en été.".encode("latin-1"), "unsupported", "not UTF-8"),
        ("bytes.txt", bytes(range(1, 256)), "unsupported", "not UTF-8"),
        (
            "one-word.txt",
            "Báo cáo số 12".encode("cp1252", "replace") + b"\xe9",
            "unsupported",
            "old encoding",
        ),
        ("zeros.txt", b"a\0b", "unsupported", "zero bytes"),
        ("spaces.txt", b" \n\f ", "empty", "no text"),
        ("a.zip", b"PK\x03\x04" + b"x" * 50, "unsupported", "unpack it"),
        ("a.docx", b"PK\x03\x04" + b"x" * 50, "damaged", "without its parts"),
        ("a.csv", b"a,b", "unsupported", "hoso reads"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: bytes, code: str, words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        inspect(file, Settings())
    assert caught.value.code == code
    assert words in str(caught.value)
    assert str(caught.value).count(name) == 1
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"), [("gone.pdf", "no such file"), (".", "a folder; name a file in it")]
)
def test_what_is_no_file_is_told_apart(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        inspect(tmp_path / name, Settings())
    assert caught.value.code == "unsupported"


def test_a_truncated_pdf_is_repaired_and_said_to_be_damaged(tmp_path: Path) -> None:
    file = tmp_path / "cut.pdf"
    file.write_bytes(_pdf(2)[:-150])
    info = inspect(file, Settings())
    assert (info.pages, info.damage) == (2, "repaired")


@pytest.mark.parametrize(
    ("content", "limits"),
    [(_pdf(3), {"max_pages": 2}), (_pdf(1), {"max_bytes": 100})],
    ids=["pages", "bytes"],
)
def test_limits(tmp_path: Path, content: bytes, limits: dict[str, int]) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(ReadError) as caught:
        inspect(tmp_path / "a.pdf", Settings().with_values(limits, "test"))
    assert caught.value.code == "limit"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\r\nb\rc\n", ["a\nb\nc\n"]),
        ("hộ nghèo".encode(), ["hộ nghèo"]),
        ("ho\u0323\u0302".encode(), ["hộ"]),
        (b"\fa\f\fb\f\n", ["", "a", "", "b"]),
        (b"a\f\f\n\f", ["a", "", "\n"]),
        (b"a\x07b", ["a b"]),
    ],
)
def test_text_pages(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    assert pages(tmp_path / "a.txt", "a.txt") == expected


def test_a_text_file_is_decoded_once_for_all_its_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = tmp_path / "a.txt", tmp_path / "b.txt"
    file.write_text("một\fhai")
    other.write_text("ba")
    opened: list[str] = []
    real = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        opened.append(self.name)
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    for _ in range(3):
        assert pages(file, "a.txt") == ["một", "hai"]
    assert opened == ["a.txt"]
    file.write_text("một\fhai\fbốn")
    assert pages(file, "a.txt")[2] == "bốn"
    assert pages(other, "b.txt") == ["ba"]
    assert pages(file, "a.txt")[2] == "bốn"
    assert opened == ["a.txt", "a.txt", "b.txt", "a.txt"]  # one file is kept, not an archive
