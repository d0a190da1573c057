"""Names that are hard to write down, and entries that are no files."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from hostile_case import Case, born_digital, picture, saved, sentence


def _named(name: str | bytes, number: int, shown: str = "", what: str = "") -> Case:
    return Case(name, what, lambda: sentence(number).encode(), "ok", borrowers=(number,), shown=shown)


def _bind(path: Path) -> None:
    # a socket's path may have 107 bytes: its folder is entered for the moment
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _forbidden(path: Path) -> None:
    path.write_bytes(sentence(326).encode())
    path.chmod(0)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(600_000_000)


FORBIDDEN = "z/cam-doc.txt"
_NFD = "Ba\u0301o ca\u0301o.txt"
_LONG = "đ" * 125 + "x.txt"
_DEEP = "/".join(["sâu"] * 40)

CASES = (
    Case("tot/bao-cao.txt", "a good text", lambda: sentence(301).encode(), "ok", borrowers=(301,)),
    Case(
        "tot/bao-cao.pdf",
        "a good born-digital PDF of three pages",
        lambda: born_digital(302, 303, 304),
        "ok",
        borrowers=(302, 303, 304),
    ),
    Case("tot/quet.png", "a good scan", lambda: saved(picture(305), "PNG"), "ok", borrowers=(305,)),
    Case(
        "tot/quet.tif",
        "a good scan of two pages",
        lambda: saved(picture(306), "TIFF", save_all=True, append_images=[picture(307)]),
        "ok",
        borrowers=(306, 307),
    ),
    _named("ten/xuống\ndòng.txt", 311, "ten/xuống\\ndòng.txt", "a line's end in its name"),
    _named("ten/" + _NFD, 312, what="decomposed letters (NFD) in its name"),
    _named("ten/Báo cáo.txt", 313, what="the same name in composed letters (NFC): another file"),
    _named("ten/" + _LONG, 314, what="a name of 255 bytes"),
    _named(b"ten/b\xe1o c\xe1o.txt", 315, "ten/b\\xe1o c\\xe1o.txt", "a name that is not UTF-8"),
    _named("ten/=cmd|' \\C calc'!A0.txt", 316, "ten/=cmd|' \\\\C calc'!A0.txt", "a formula for a name"),
    _named("=1+1.txt", 317, "'=1+1.txt", "a formula for its whole path"),
    _named("＝1+1.txt", 336, "'＝1+1.txt", "a formula in wide signs for its whole path"),
    _named("-rf.txt", 318, "'-rf.txt", "a name that looks like an option"),
    _named("@sum.txt", 319, "'@sum.txt", "a formula for its whole path"),
    _named("\t=1.txt", 331, "\\t=1.txt", "a tab and a formula for its whole path"),
    _named(
        "thu-muc.pdf/a\rb.txt", 332, "thu-muc.pdf/a\\rb.txt", "a return in its name, in a folder called .pdf"
    ),
    _named("ten/CON.txt", 333, what="a device's name on other systems"),
    _named("ten/ .txt", 334, what="a blank for a name"),
    _named("ten/\u2028x.txt", 335, "ten/\\u2028x.txt", "another kind of line's end in its name"),
    _named("ten/\x1b[2Jxoa.txt", 320, "ten/\\x1b[2Jxoa.txt", "a terminal's command in its name"),
    _named(
        "ten/\u202etxt.exe.txt",
        321,
        "ten/\\u202etxt.exe.txt",
        "a mark in its name that turns the direction of writing",
    ),
    _named("ten/%s%n$(reboot)`reboot`.txt", 322, what="words of a shell in its name"),
    _named("ten/a ..txt", 323, what="a blank and two dots in its name"),
    _named("ten/\" , ;'.txt", 324, what="what ends a cell in its name"),
    _named(_DEEP + "/đáy.txt", 325, what="40 folders down"),
    Case(
        "z/lien-ket.txt",
        "a link to a file of the folder: the same document",
        status="ok",
        put=lambda path: path.symlink_to("../tot/bao-cao.txt"),
    ),
    Case(
        "z/ra-ngoai.txt",
        "a link that leads out of the folder",
        put=lambda path: path.symlink_to("../../ngoai.txt"),
        codes=("unsupported",),
    ),
    Case(
        "z/vong.txt", "a link to itself", put=lambda path: path.symlink_to("vong.txt"), codes=("unsupported",)
    ),
    Case(
        "z/thu-muc",
        "a link to the folder above: not entered",
        put=lambda path: path.symlink_to(".."),
        codes=("unsupported",),
    ),
    Case(
        "z/gay.txt", "a link to nothing", put=lambda path: path.symlink_to("khong-co"), codes=("unsupported",)
    ),
    Case("z/fifo.pdf", "a FIFO that nobody writes to", put=os.mkfifo, codes=("unsupported",)),
    Case("z/o-cam.pdf", "a socket", put=_bind, codes=("unsupported",)),
    Case(
        FORBIDDEN,
        "a file that may not be read (left out where root runs the tests)",
        put=_forbidden,
        codes=("unreadable",),
    ),
    Case(
        "z/600-mb.pdf", "600 MB, all but nine bytes of them zeros on no disk", put=_sparse, codes=("limit",)
    ),
)
