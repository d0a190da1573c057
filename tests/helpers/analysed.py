"""OUT as an analyst gets it, made of texts: places with codes, overlaps, copies, hostile words."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from once import once

from pipeline import cli

ROOT = Path(__file__).parent.parent.parent
RULES = ROOT / "samples" / "rules"

_HEAD = """ỦY BAN NHÂN DÂN    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
{unit}    Độc lập - Tự do - Hạnh phúc
Số: {number}/BC-UBND    {seat}, ngày {day} tháng {month} năm {year}

BÁO CÁO
{title}

"""


def _report(unit: str, seat: str, title: str, body: str, day: str = "20/12/2024", number: int = 7) -> str:
    date = dict(zip(("day", "month", "year"), day.split("/"), strict=True))
    return _HEAD.format(unit=unit, seat=seat, title=title, number=number, **date) + body


_DISTRICT = ("HUYỆN TỨ KỲ", "Tứ Kỳ")
DOCUMENTS = {
    "nam/2024.txt": _report(
        *_DISTRICT,
        "Kết quả công tác giảm nghèo năm 2024",
        "- Cho 120 hộ nghèo vay vốn với số tiền 6.000 triệu đồng; 80 hộ cận nghèo vay vốn với số tiền 4.500 "
        "triệu đồng.\n- Cấp 900 thẻ BHYT cho người nghèo.\n- Xây mới 14 nhà cho hộ nghèo với kinh phí 700 "
        "triệu đồng.\n- Tỷ lệ hộ nghèo còn 2,15%.\n- Dư nợ đến 31/12/2024 là 52.300 triệu đồng.\n",
    ),
    "nam/2023.txt": _report(
        *_DISTRICT,
        "Kết quả công tác giảm nghèo năm 2023",
        "- Cho 100 hộ nghèo vay vốn với số tiền 5.000 triệu đồng.\n- Cấp 950 thẻ BHYT cho người nghèo.\n"
        "- Tỷ lệ hộ nghèo còn 2,65%.\n- Dư nợ đến 31/12/2023 là 47.100 triệu đồng.\n",
        "18/12/2023",
    ),
    "thang/7-thang-2024.txt": _report(
        *_DISTRICT,
        "Kết quả công tác giảm nghèo 7 tháng đầu năm 2024",
        "- Cho 66 hộ nghèo vay vốn với số tiền 3.300 triệu đồng.\n- Cấp 510 thẻ BHYT cho người nghèo.\n"
        "- Dư nợ đến 31/7/2024 là 49.800 triệu đồng.\n",
        "31/7/2024",
        number=4,
    ),
    "xa/=1+1.txt": _report(
        "XÃ BÌNH NGHỆ",
        "Bình Nghệ",
        "Kết quả công tác giảm nghèo năm 2024",
        '=HYPERLINK("http://example.com","bấm") cho 11 hộ nghèo vay vốn với số tiền 550 triệu đồng.\n'
        "- Gia hạn và cấp mới 90 thẻ BHYT; trong đó hộ nghèo: 30 thẻ; hộ cận nghèo: 60 thẻ.\n"
        "- Kế hoạch năm 2025: phấn đấu xây mới 5 nhà cho hộ nghèo. <script>alert(1)</script>\n",
    ),
    "tinh/2024.txt": _report(
        "TỈNH HẢI DƯƠNG",
        "Hải Dương",
        "Kết quả công tác giảm nghèo năm 2024",
        "- Cho 2.400 hộ nghèo vay vốn với số tiền 132.000 triệu đồng.\n",
        "27/12/2024",
        number=311,
    ),
    "nuoc.txt": "BÁO CÁO\nKết quả cấp nước sạch\n\n- Năm 2023, công ty đấu nối nước sạch cho 212 hộ nghèo "
    "với kinh phí 318 triệu đồng.\n",
}
DOCUMENTS["ban-sao/2024.txt"] = DOCUMENTS["nam/2024.txt"]


def analysed(folder: Path, *more: str) -> Path:
    """Write the documents and a file that cannot be read; what ``hoso extract`` makes of them."""
    given = folder / "in"
    for name, text in DOCUMENTS.items():
        path = given / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (given / "hong.pdf").write_bytes(b"%PDF-1.4\nnothing more")
    out = folder / "out"
    done = cli.main(
        ["extract", str(given), "--out", str(out), "--rules", str(RULES), "-q", "--jobs", "1", *more]
    )
    assert done == 3
    return out


def analysed_once(factory: pytest.TempPathFactory) -> Path:
    """A copy of the same, which is made once in a test run."""
    return once(factory, "analysed", analysed) / "out"


def rows(out: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table's CSV."""
    with (out / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def sums(out: Path) -> dict[str, dict[str, float]]:
    """Rows and sums of all numbers, by table, straight from the CSVs."""
    import json

    package = json.loads((out / "tables" / "datapackage.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, float]] = {}
    for resource in package["resources"]:
        given = rows(out, resource["name"])
        found[resource["name"]] = {"rows": len(given)}
        for field in resource["schema"]["fields"]:
            if field["type"] in {"integer", "number"}:
                values = [float(row[field["name"]]) for row in given if row[field["name"]]]
                found[resource["name"]][field["name"]] = round(sum(values), 4)
    return found
