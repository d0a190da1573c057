"""Fonts of old encodings in office files: their text is written as it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import read
from pipeline.intake import old_fonts
from pipeline.intake.sheets import texts
from tests.intake.test_office import NEEDS, OFFICE, PACKAGE, WORD, zipped

FLAT = """<?xml version="1.0" encoding="UTF-8"?>
<document xmlns:style="s" xmlns:svg="v" xmlns:fo="f" xmlns:text="t">
<style:font-face style:name="Cap1" svg:font-family="'.VnTime H'"/>
<style:font-face style:name=".VnTime" svg:font-family=".VnTime"/>
<style:default-style style:family="paragraph">
<style:text-properties style:font-name=".VnTime"/>
</style:default-style>
<style:style style:name="Head" style:family="paragraph">
<style:text-properties style:font-name="Cap1"/>
</style:style>
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Head"/>
<style:style style:name="Ring" style:family="paragraph" style:parent-style-name="Ring"/>
<style:style style:name="T1" style:family="text">
<style:text-properties fo:font-family=".VnArialH"/>
</style:style>
<style:style style:name="T2" style:family="text"><style:text-properties style:font-name="Cap2"/></style:style>
<style:style style:name="T3" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<text:p text:style-name="P1">%s</text:p>
</document>
"""
SPAN = '<text:span text:style-name="%s">%s</text:span>'


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("b¸o c¸o ®ît 2", "B¸O C¸O §îT 2"),
        ("a &amp; b &lt; c", "A &amp; B &lt; C"),
        ("a" + SPAN % ("T2", "b<text:s/>b\xad") + "c", "A" + SPAN % ("T2", "b<text:s/>b\xad") + "C"),
        (SPAN % ("T3", "đ b"), SPAN % ("T3", "đ B")),
        ("x</text:p><text:p>a" + SPAN % ("T1", "b"), "X</text:p><text:p>a" + SPAN % ("T1", "B")),
        ("</text:p><text:p>ng\xadêi", "</text:p><text:p>ng-êi"),
        ("ng\xadêi", "NG¦êI"),
        ('</text:p><text:p text:style-name="Ring">a', '</text:p><text:p text:style-name="Ring">a'),
    ],
)
def test_text_of_such_fonts_alone_changes(written: str, shown: str) -> None:
    assert old_fonts.rewritten((FLAT % written).encode()).decode() == FLAT % shown


def test_what_is_no_xml_stays() -> None:
    for content in (b"", b"<a>b", (FLAT % "b").encode()[:-5]):
        assert old_fonts.rewritten(content) == content


@pytest.mark.parametrize("name", [".VnTimeH", ".VnTime", "Arial", "VNI-Times"])
@pytest.mark.parametrize("code", ["ascii", "utf-16-le"])
def test_such_fonts_are_found_in_a_file(tmp_path: Path, name: str, code: str) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(b"\xd0\xcf" + f"Times New Roman\0{name}\0Symbol".encode(code))
    assert old_fonts.named(path) is name.startswith(".Vn")
    path.write_bytes(zipped({"word/styles.xml": f'<w:font w:name="{name}"/>', "a.xml": ".VnTime"}))
    assert old_fonts.named(path) is name.startswith(".Vn")


def test_cells_of_such_fonts() -> None:
    page = '<table><tr><td><font face=".VnTimeH"><b>hé <font color="red">vay</font></b></font></td>'
    page += '<td><font face=".VnTime">ng&shy;êi</font> ng&shy;êi</td></tr></table>'
    assert texts(page) == ["Hé VAY | ng-êi ng\xadêi"]


def docx() -> bytes:
    """A paragraph whose style has such a font, one with a run of it, one without."""

    def run(text: str, font: str = "") -> str:
        fonts = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr>' if font else ""
        return f'<w:r>{fonts}<w:t xml:space="preserve">{text}</w:t></w:r>'

    lines = (
        f'<w:pPr><w:pStyle w:val="Head"/></w:pPr>{run("ñy ban nh©n d©n x· Nµ Khoang")}',
        run("b¸o c¸o kÕt qu¶", ".VnArialH") + run(" gi¶m nghÌo cña x· n¨m 2009", ".VnTime"),
        run("35 hé nghÌo ®­îc vay vèn, sè tiÒn lµ 1.750 triÖu ®ång", ".VnTime"),
    )
    body = "".join(f"<w:p>{line}</w:p>" for line in lines)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    types = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{kind}.{name}+xml"/>'
        for part, name in (("document", "document.main"), ("styles", "styles"))
    )
    head = '<w:rPr><w:rFonts w:ascii=".VnTimeH" w:hAnsi=".VnTimeH"/></w:rPr>'
    relation = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type="{OFFICE}'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
            "_rels/.rels": f'{relation}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'{relation}/styles" Target="styles.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<w:styles xmlns:w="{WORD}"><w:style w:type="paragraph" w:styleId="Head">'
            f'<w:name w:val="Head"/>{head}</w:style></w:styles>',
        }
    )


@NEEDS
def test_a_report_with_such_fonts(tmp_path: Path) -> None:
    path = tmp_path / "cu.docx"
    path.write_bytes(docx())
    assert read(path).restored[0].text.splitlines() == [
        "ỦY BAN NHÂN DÂN XÃ NÀ KHOANG",
        "BÁO CÁO KẾT QUẢ giảm nghèo của xã năm 2009",
        "35 hộ nghèo được vay vốn, số tiền là 1.750 triệu đồng",
    ]
