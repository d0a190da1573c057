"""Files of word processors and spreadsheets: LibreOffice makes a PDF or, of sheets, a web page of them.

A PDF is read like any other. Printed sheets would lose what is wider than its column and be cut into pages,
so their cells are read, a sheet a page, as they would be shown in Vietnam (``1.510``). What LibreOffice may
do is cut down: no macros, no links followed, a profile of its own that is gone with the scratch folder, the
limits of every child process.
"""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from functools import lru_cache
from lzma import LZMAError
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

from pipeline.errors import DamagedError, EncryptedError, LimitError, UnsupportedError
from pipeline.intake import children, old_fonts
from pipeline.intake.sheets import MOST_TEXT, TooMuchError, texts
from pipeline.settings import Settings

OLE, RTF, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"PK\x03\x04"
KEPT = 2
"""Files whose PDF a process keeps: their pages are asked for one after the other."""
_PARTS = {"word/document.xml": "text", "xl/workbook.xml": "sheet", "xl/workbook.bin": "sheet"}
_ODF = {
    "application/vnd.oasis.opendocument.text": "text",
    "application/vnd.oasis.opendocument.spreadsheet": "sheet",
}
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error, LZMAError)
"""What a ZIP archive raises that is none."""
_LONGEST = 100
"""Bytes of an OpenDocument file's type at most."""
_SHEETS = frozenset({".xls", ".xlt", ".xlsm", ".et"})
"""Endings of old spreadsheets, whose content tells no more than that it is an Office file."""
ZIPPED = frozenset({".docx", ".docm", ".xlsx", ".xlsm", ".odt", ".ods"})
"""Endings of office files that are ZIP archives."""
_FORMATS = {"text": ("pdf", "source.pdf"), "sheet": ("html:HTML (StarCalc)", "source.html")}
"""What LibreOffice is to make of each kind, and the file's name."""
_ENCRYPTED = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"
"""The name of the part that holds a whole encrypted document."""
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>vi-VN</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


class _Scratch:
    """A folder that is gone when nobody keeps it any more, or when the process ends."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="hoso-"))
        finalize(self, rmtree, self.path, ignore_errors=True)


def kind(path: Path, head: bytes) -> str:
    """``text`` or ``sheet`` for a file that LibreOffice converts, empty for any other.

    Args:
        path: the file.
        head: its first bytes.
    """
    if head.startswith(RTF):
        return "text"
    if head.startswith(OLE):
        return "sheet" if path.suffix.lower() in _SHEETS else "text"
    if not head.startswith(ZIP):
        return ""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= _LONGEST:
                return _ODF.get(archive.read("mimetype").decode("ascii", "replace").strip(), "")
            return next((found for part, found in _PARTS.items() if part in names), "")
    except _BROKEN:
        return ""


def pdf(path: Path, name: str, sha256: str, settings: Settings) -> Path:
    """The PDF of a text; it lies in a scratch folder while this process keeps it.

    Args:
        path: the file.
        name: what error lines call it.
        sha256: its content's, by which the PDF is kept.
        settings: the limits of the conversion.

    Raises:
        UnsupportedError: where LibreOffice is not installed.
        EncryptedError: where the file wants a password.
        DamagedError: where LibreOffice makes nothing of it.
        TimeoutReadError, LimitError: as ``children.run``.
    """
    return _converted(path, name, sha256, settings)[1]


def sheets(path: Path, name: str, sha256: str, settings: Settings) -> list[str]:
    """The text of each sheet, a line a row; arguments and errors as of ``pdf``."""
    made = _converted(path, name, sha256, settings)[1]
    if made.stat().st_size > children.MAX_OUTPUT:
        message = f"{name}: sheets of more than {children.MAX_OUTPUT // 1_000_000} MB; save them apart"
        raise LimitError(message)
    try:
        return texts(made.read_text(encoding="utf-8", errors="replace"))
    except TooMuchError:
        message = f"{name}: sheets of more than {MOST_TEXT} characters; save them apart"
        raise LimitError(message) from None


# each with bounds, so that what is said a million times and never ended is read once
VOLATILE = re.compile(rb"<f[ >][^<]*\b(?:RAND|RANDBETWEEN|TODAY|NOW|OFFSET|INDIRECT|CELL|INFO)\s{0,20}\(")
_FORMULAS = re.compile(rb"<f(?: [^<>]*)?/>|<f(?: [^<>]*)?>[^<]*</f>")
_FIELDS = re.compile(
    rb"""(w:instrText(?: [^<>]{0,200})?>\s{0,20}|w:instr="\s{0,20})"""
    rb"""(?:DATE|TIME|SAVEDATE|CREATEDATE|PRINTDATE)\b"""
)
_DATES = re.compile(rb"<text:(date|time)(?![^<>]{0,500}text:fixed)\b")
_RTF = re.compile(rb"(\\fldinst\s{0,20}(?:\{[^{}\\]{0,200})?)\b(?:DATE|TIME|SAVEDATE|CREATEDATE|PRINTDATE)\b")
_REWRITTEN: tuple[tuple[re.Pattern[str], re.Pattern[bytes], re.Pattern[bytes], bytes], ...] = (
    (re.compile(r"word/(?:document|header\d*|footer\d*)\.xml"), _FIELDS, _FIELDS, rb"\1QUOTE"),
    (re.compile(r"(?:content|styles)\.xml"), _DATES, _DATES, rb'<text:\1 text:fixed="true"'),
    (re.compile(r"xl/worksheets/[^/]+\.xml"), VOLATILE, _FORMULAS, b""),
)
"""Parts of a file, what is worked out anew there on the day of the conversion, what is replaced, by what."""
_AGAIN = 81
"""LibreOffice's exit status once it has made a new profile: it wants to be started again."""
MOST_PART = 256_000_000
"""Bytes, unpacked, of the parts of a file that are looked into."""


def settled(path: Path, head: bytes, name: str, folder: Path, settings: Settings) -> Path:
    """The file, or a copy that keeps what its author saw: no date or volatile formula is worked out anew.

    Raises:
        LimitError: where the copy would unpack to more than ``settings.max_bytes``.
    """
    if head.startswith(RTF):
        content = path.read_bytes()
        kept = _RTF.sub(rb"\1QUOTE", content)
        return path if kept == content else _copy(folder, kept)
    if not head.startswith(ZIP):
        return path
    changed: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        left = MOST_PART
        for entry in archive.infolist():
            rule = next((r for r in _REWRITTEN if r[0].fullmatch(entry.filename)), None)
            if rule and entry.file_size <= left:
                left -= entry.file_size
                part = archive.read(entry)
                if rule[1].search(part):
                    changed[entry.filename] = rule[2].sub(rule[3], part)
        if not changed:
            return path
        if sum(entry.file_size for entry in archive.infolist()) > settings.max_bytes:
            message = f"{name}: unpacks to more than the limit of {settings.max_bytes} bytes; raise max_bytes"
            raise LimitError(message)
        copy = folder / "kept"
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as fresh:
            for entry in archive.infolist():
                fresh.writestr(entry.filename, changed.get(entry.filename) or archive.read(entry))
    return copy


def _copy(folder: Path, content: bytes) -> Path:
    copy = folder / "kept"
    copy.write_bytes(content)
    return copy


def program() -> str:
    """LibreOffice itself, not the script that starts it, so that limits and its parent's death reach it."""
    found = shutil.which("soffice")
    itself = Path(found).resolve().with_name("soffice.bin") if found else None
    return str(itself) if itself and itself.is_file() else "soffice"


@lru_cache(maxsize=1)
def version(settings: Settings) -> str:
    """LibreOffice's version; empty where it is not installed."""
    if not children.is_installed("soffice"):
        return ""
    with children.scratch() as folder:
        arguments = [f"-env:UserInstallation={folder.as_uri()}", "--version"]
        return (
            children.run("soffice", arguments, settings, where="soffice")
            .output.decode("utf-8", "replace")
            .strip()
        )


@lru_cache(maxsize=KEPT)
def _converted(path: Path, name: str, sha256: str, settings: Settings) -> tuple[_Scratch, Path]:
    del sha256  # what it is kept by: the file may change under its name
    if not children.is_installed("soffice"):
        message = (
            f"{name}: an office file, for which LibreOffice is needed; on Debian or Ubuntu: apt-get install "
            f"{children.PACKAGES['soffice']}, or save it as PDF"
        )
        raise UnsupportedError(message)
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head.startswith(OLE) and _ENCRYPTED in head:
        message = f"{name}: encrypted: a password is needed to open it; save it without one"
        raise EncryptedError(message)
    scratch = _Scratch()
    folder = scratch.path
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    # a name that LibreOffice reads neither as an option nor as a type
    source = folder / "source"
    source.symlink_to(_settled(path, head, name, folder, settings).absolute())
    wanted, result = _FORMATS[found := kind(path, head) or "text"]
    if found == "text" and _is_old(source):
        flat, _ = _made(source, "fodt", "source.fodt", folder, name, settings)
        if flat.is_file() and flat.stat().st_size <= old_fonts.MOST:
            flat.write_bytes(old_fonts.rewritten(flat.read_bytes()))
            source = flat
    made, error = _made(source, wanted, result, folder, name, settings)
    if not made.is_file():
        cause = next((line for line in error.splitlines() if "rror" in line), "no page came of it")
        message = f"{name}: damaged: LibreOffice cannot open it ({cause[:120]}); save it again or as PDF"
        raise DamagedError(message)
    return scratch, made


def _settled(path: Path, head: bytes, name: str, folder: Path, settings: Settings) -> Path:
    try:
        return settled(path, head, name, folder, settings)
    except _BROKEN as error:
        if "encrypted" in str(error):
            message = f"{name}: encrypted: a password is needed to open it; save it without one"
            raise EncryptedError(message) from None
        message = f"{name}: damaged: its parts cannot be unpacked ({error}); copy it again from its source"
        raise DamagedError(message) from None


def _is_old(source: Path) -> bool:
    try:
        return old_fonts.named(source)
    except _BROKEN:
        return False


def _made(
    source: Path, wanted: str, result: str, folder: Path, name: str, settings: Settings
) -> tuple[Path, str]:
    """Where LibreOffice was to put its file, and what it said."""
    arguments = [
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nologo", "--nodefault"),
        *("--convert-to", wanted),
        *("--outdir", str(folder / "made"), str(source)),
    ]
    done = children.run(program(), arguments, settings, where=name)
    if done.status == _AGAIN:
        done = children.run(program(), arguments, settings, where=name)
    return folder / "made" / result, done.error
