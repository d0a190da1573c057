"""Files of word processors and spreadsheets: LibreOffice makes a PDF or, of sheets, a web page of them.

A PDF is read like any other. Printed sheets would lose what is wider than its column and be cut into pages,
so their cells are read, a sheet a page, as they would be shown in Vietnam (``1.510``). What LibreOffice may
do is cut down: no macros, no links followed, a profile of its own that is gone with the scratch folder, the
limits of every child process.
"""

from __future__ import annotations

import re
import zipfile
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

from pipeline.errors import DamagedError, EncryptedError, LimitError, UnsupportedError
from pipeline.intake import children
from pipeline.settings import Settings

OLE, RTF, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"PK\x03\x04"
KEPT = 2
"""Files whose PDF a process keeps: their pages are asked for one after the other."""
_PARTS = {"word/document.xml": "text", "xl/workbook.xml": "sheet", "xl/workbook.bin": "sheet"}
_ODF = {
    "application/vnd.oasis.opendocument.text": "text",
    "application/vnd.oasis.opendocument.spreadsheet": "sheet",
}
_LONGEST = 100
"""Bytes of an OpenDocument file's type at most."""
_SHEETS = frozenset({".xls", ".xlt", ".xlsm", ".et"})
"""Endings of old spreadsheets, whose content tells no more than that it is an Office file."""
ZIPPED = frozenset({".docx", ".docm", ".xlsx", ".xlsm", ".odt", ".ods"})
"""Endings of office files that are ZIP archives."""
_FORMATS = {"text": ("pdf", "source.pdf"), "sheet": ("html:HTML (StarCalc)", "source.html")}
"""What LibreOffice is to make of each kind, and the file's name."""
_OWN = frozenset({"", "0", "1066"})
"""Languages of a number's format that print it as in Vietnam: none of its own, or Vietnamese."""
_SWAPPED = str.maketrans(",.", ".,")
MOST_SPAN = 200
"""Columns over which a heading may reach."""
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
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
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
    page = _Sheets()
    page.feed(made.read_text(encoding="utf-8", errors="replace"))
    page.close()
    return page.texts or [""]


class _Sheets(HTMLParser):
    """Reads the web page that LibreOffice makes of sheets: a table each."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._lines: list[str] = []
        self._cells: list[str] = []
        self._span = 0
        self._is_foreign = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, a line or a cell begins."""
        told = dict(attrs)
        if tag == "table":
            self._lines = []
        elif tag == "tr":
            self._cells = []
        elif tag == "td":
            self._cells.append("")
            span = told.get("colspan") or "1"
            self._span = min(int(span), MOST_SPAN) if span.isdecimal() else 1
            own = (told.get("sdnum") or "").split(";")
            self._is_foreign = "sdval" in told and len(own) > 1 and own[1] not in _OWN
        elif tag == "br" and self._cells:
            self._cells[-1] += " "

    def handle_data(self, data: str) -> None:
        """The text of a cell."""
        if self._span:
            self._cells[-1] += data.translate(_SWAPPED) if self._is_foreign else data

    def handle_endtag(self, tag: str) -> None:
        """A table, a line or a cell ends."""
        if tag == "td" and self._span:
            # a bar in a cell would part it
            self._cells[-1] = re.sub(r"[\s|]+", " ", self._cells[-1]).strip()
            self._cells += [""] * (self._span - 1)
            self._span = 0
        elif tag == "tr":
            filled = [cell for cell in self._cells if cell]
            self._lines.append(filled[0] if len(filled) == 1 else " | ".join(self._cells).strip())
        elif tag == "table":
            self.texts.append("\n".join(line.rstrip(" |") for line in self._lines).strip("\n"))


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
    source.symlink_to(path.absolute())
    wanted, result = _FORMATS[kind(path, head) or "text"]
    arguments = [
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nologo", "--nodefault"),
        *("--convert-to", wanted),
        *("--outdir", str(folder / "made"), str(source)),
    ]
    done = children.run("soffice", arguments, settings, where=name)
    made = folder / "made" / result
    if not made.is_file():
        cause = next((line for line in done.error.splitlines() if "rror" in line), "no page came of it")
        message = f"{name}: damaged: LibreOffice cannot open it ({cause[:120]}); save it again or as PDF"
        raise DamagedError(message)
    return scratch, made
