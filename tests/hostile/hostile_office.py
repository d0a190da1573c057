"""Office files that are torn, endless, or would like to read other files."""

from __future__ import annotations

import zipfile
from io import BytesIO

from hostile_case import Case, sentence

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODT = "application/vnd.oasis.opendocument.text"
_SECRET = "/etc/passwd"
"""A file that is on every machine and in no archive."""


def _zipped(parts: dict[str, str | bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)
    return buffer.getvalue()


def _docx(*runs: str, more: dict[str, str | bytes] | None = None) -> bytes:
    body = "".join(f"<w:p>{run}</w:p>" for run in runs)
    return _zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
            f'"/word/document.xml" ContentType="{_KIND}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r" Type="{_OFFICE}" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
            **(more or {}),
        }
    )


def _run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def _odt(content: str, before: str = "") -> bytes:
    spaces = " ".join(f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "text"))
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    return _zipped(
        {
            "mimetype": _ODT,
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{_ODF}:manifest:1.0"><m:file-entry '
            f'm:full-path="/" m:media-type="{_ODT}"/><m:file-entry m:full-path="content.xml" '
            'm:media-type="text/xml"/></m:manifest>',
            "content.xml": f'{before}<office:document-content {spaces} office:version="1.2"><office:body>'
            f"<office:text>{content}</office:text></office:body></office:document-content>",
        }
    )


def _torn() -> bytes:
    """A part whose checksum is wrong."""
    data = bytearray(_docx(_run(sentence(91))))
    # its entry of the archive's list is the last of all
    data[data.rindex(b"PK\x01\x02") + 16] ^= 0xFF
    return bytes(data)


def _locked() -> bytes:
    """Parts that say they are encrypted."""
    data = bytearray(_docx(_run(sentence(92))))
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def _linked() -> bytes:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> INCLUDETEXT "'
        f'{_SECRET}" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t>x</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    return _docx(_run(sentence(93)), field)


def _section() -> bytes:
    link = f'<text:section-source xlink:href="file://{_SECRET}" text:filter-name="Text"/>'
    return _odt(
        f'<text:p>{sentence(94)}</text:p><text:section text:name="s">{link}<text:p>y</text:p></text:section>'
    )


def _entities() -> bytes:
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return _odt("<text:p>&a11;</text:p>", f'<!DOCTYPE a [<!ENTITY a0 "x">{names}]>')


_HEADERS: dict[str, str | bytes] = {f"word/header{n}.xml": bytes(100_000_000) for n in range(12)}

CASES = (
    Case("van-phong/crc.docx", "a part whose checksum is wrong", _torn, codes=("damaged",)),
    Case("van-phong/khoa.docx", "parts that say they are encrypted", _locked, codes=("encrypted",)),
    Case(
        "van-phong/lien-ket.docx",
        "a field that takes in another file",
        _linked,
        "ok",
        borrowers=(93,),
        quick=False,
    ),
    Case(
        "van-phong/lien-ket.odt",
        "a section that takes in another file",
        _section,
        "ok",
        borrowers=(94,),
        quick=False,
    ),
    Case(
        "van-phong/thuc-the.odt",
        "entities of entities: a text of 100 GB",
        _entities,
        codes=("damaged",),
        quick=False,
    ),
    Case(
        "van-phong/truong.docx",
        "a field that begins 300,000 times and never ends",
        lambda: _docx(_run(sentence(95)), "<w:r>" + "<w:instrText " * 300_000),
        codes=("damaged",),
        quick=False,
    ),
    Case(
        "van-phong/ngay.odt",
        "a date that begins 300,000 times and never ends",
        lambda: _odt(f"<text:p>{sentence(96)}</text:p>" + "<text:date " * 300_000),
        codes=("damaged",),
        quick=False,
    ),
    Case(
        "van-phong/dau-trang.docx",
        "twelve headers that unpack to 100 MB each",
        lambda: _docx(_run(sentence(97)), more=_HEADERS),
        "ok",
        borrowers=(97,),
        quick=False,
    ),
)
