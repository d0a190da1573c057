"""Small text files for measuring a run's own costs: reports of a few lines, each with figures of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

FOLDER_SIZE = 1_000
"""Files of one folder, as an archive has a folder a month or an office."""
_TEXT = """ỦY BAN NHÂN DÂN XÃ {place}    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: {number}/BC-UBND    Độc lập - Tự do - Hạnh phúc
{place}, ngày {day} tháng {month} năm {year}
BÁO CÁO
Kết quả giảm nghèo tháng {month} năm {year}
Trong tháng, xã đã cho vay {a} hộ nghèo với số tiền {b} triệu đồng; cấp {c} thẻ bảo hiểm y tế cho người nghèo;
xây mới {d} ngôi nhà với kinh phí {e} triệu đồng; tặng {f} suất quà cho hộ cận nghèo.
"""
_HEADS = ("Bình", "Cẩm", "Diên", "Đông", "Hà", "Khánh", "Lạc", "Minh", "Nam", "Phú", "Quảng", "Sơn", "Tân")
_TAILS = ("An", "Châu", "Đức", "Giang", "Hòa", "Khê", "Lộc", "Mỹ", "Ninh", "Phong", "Thịnh", "Trung", "Xuân")


def texts(count: int) -> Iterator[tuple[str, str]]:
    """Names, with a folder, and texts of so many files; the same for the same number."""
    for number in range(count):
        rng = Random(number)
        facts = {letter: rng.randrange(2, 9_000) for letter in "abcdef"}
        place = f"{rng.choice(_HEADS)} {rng.choice(_TAILS)}"
        year, month, day = rng.randrange(2016, 2026), rng.randrange(1, 13), rng.randrange(1, 29)
        text = _TEXT.format(number=number % 900 + 1, place=place, year=year, month=month, day=day, **facts)
        yield f"{number // FOLDER_SIZE:04}/bao-cao-{number:07}.txt", text


def write(folder: Path, count: int) -> None:
    """Write them below ``folder``; what is there already stays."""
    for name, text in texts(count):
        place = folder / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
