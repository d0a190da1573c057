"""Image files, and images in PDFs: too large, broken, in every coding that a scanner may choose."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from hostile_case import DPI, Case, image_page, picture, saved, zeros
from PIL import Image, ImageOps, PngImagePlugin, TiffImagePlugin

_GREY = b"/ColorSpace /DeviceGray /BitsPerComponent 8 "
_HUGE = (100_000, 100_000)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(size: tuple[int, int], depth: int, colour: int, data: bytes, more: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), more, _chunk(b"IDAT", data), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _jpeg(**options: object) -> bytes:
    return saved(picture(111), "JPEG", quality=90, **options)


def _resized_jpeg(width: int, height: int) -> bytes:
    """A JPEG whose header claims another size than it has."""
    data = bytearray(_jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _tiff(entries: dict[int, tuple[int, int, int]], following: int = 0) -> bytes:
    """A little-endian TIFF of one directory; tag to type, count, value."""
    told = b"".join(struct.pack("<HHII", tag, *value) for tag, value in sorted(entries.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + told + struct.pack("<I", following)


def _tiff_sized(width: int, height: int, following: int = 0) -> bytes:
    values = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 0, 277: 1, 278: height, 279: 100}
    return _tiff({tag: (4, 1, value) for tag, value in values.items()}, following)


def _later_frame_broken(coding: str, *numbers: int) -> bytes:
    """A TIFF of three pages, the second's data noise."""
    mode = "1" if coding == "group4" else "L"
    first, *rest = (picture(number).convert(mode) for number in numbers)
    made = saved(first, "TIFF", save_all=True, append_images=rest, compression=coding)
    data = bytearray(made)
    with TiffImagePlugin.TiffImageFile(BytesIO(made)) as image:
        image.seek(1)
        for place, count in zip(image.tag_v2[273], image.tag_v2[279], strict=True):
            data[place : place + count] = bytes((37 * at + 11) % 256 for at in range(count))
    return bytes(data)


def _later_frame_huge() -> bytes:
    first, *rest = (picture(number) for number in (125, 126, 127))
    data = bytearray(
        saved(first, "TIFF", save_all=True, append_images=rest, compression="tiff_adobe_deflate")
    )
    (place,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, place)
    (place,) = struct.unpack_from("<I", data, place + 2 + 12 * count)  # the second directory
    for at in range(place + 2, place + 2 + 12 * struct.unpack_from("<H", data, place)[0], 12):
        if struct.unpack_from("<H", data, at)[0] in (256, 257):
            struct.pack_into("<HHIHH", data, at, *struct.unpack_from("<H", data, at), 3, 1, 60_000, 0)
    return bytes(data)


def _cut_jpeg(upper: int, lower: int) -> bytes:
    tall = Image.new("L", (DPI * 6, DPI * 6), 255)
    tall.paste(picture(upper), (0, 0))
    tall.paste(picture(lower), (0, DPI * 3))
    data = saved(tall, "JPEG", quality=90)
    return data[: data.index(b"\xff\xda") + (len(data) - data.index(b"\xff\xda")) * 3 // 5]


def _alpha() -> Image.Image:
    """Black letters on what is black too, but transparent."""
    grey = picture(131)
    letters = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    letters.putalpha(grey.point(lambda value: 255 - value))
    return letters


def _palette() -> bytes:
    return saved(picture(132).convert("RGB").quantize(16), "PNG", transparency=0)


def _deep() -> bytes:
    wide = picture(133).convert("I").point(lambda value: value * 257)
    return saved(wide.convert("I;16"), "PNG")


def _texts() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("a", "x" * 60_000_000, zip=True)
    buffer = BytesIO()
    picture(134).save(buffer, "PNG", dpi=(DPI, DPI), pnginfo=info)
    return buffer.getvalue()


def _blank(mode: str, side: int, kind: str = "PNG") -> bytes:
    return saved(Image.new(mode, (side, side), 255 if mode == "L" else None), kind, dpi=(600, 600))


def _rows(width: int, height: int, depth: int, colour: int, per_row: int) -> bytes:
    """A sound PNG of one value, made without holding its pixels."""
    return _png((width, height), depth, colour, zeros((per_row + 1) * height))


def _noise(side: int) -> bytes:
    """Black and white at random, the same each time."""
    state, rows = 1, bytearray()
    while len(rows) < side * side:
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        rows += state.to_bytes(8, "big")[:6]
    image = Image.frombytes("L", (side, side), bytes(rows[: side * side]))
    return saved(image.point(lambda value: 255 * (value > 127)), "PNG")


def _jpx(bomb: bool = False) -> bytes:
    data = saved(picture(141), "JPEG2000", quality_mode="rates", quality_layers=[20])
    if bomb:
        at = data.index(b"\xff\x51")  # SIZ: Xsiz and Ysiz follow length and capabilities
        data = data[: at + 6] + struct.pack(">II", *_HUGE) + data[at + 14 :]
    return image_page(data, b"/Filter /JPXDecode", _HUGE if bomb else (DPI * 6, DPI * 3))


def _jbig2(width: int, height: int) -> bytes:
    """A JBIG2 page by hand: one generic region, MMR coded (ITU-T T.88, 7.4.6), all of it from Group 4."""
    coded = _group4(142)
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", width, height, 0, 0, 0) + b"\x01" + coded

    def segment(number: int, kind: int, data: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data

    data = segment(0, 48, page) + segment(1, 38, region)
    entries = b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode"
    return image_page(data, entries, (width, height))


def _group4(number: int) -> bytes:
    """A page in CCITT Group 4, its black runs black."""
    one_strip = {278: DPI * 3}
    negative = ImageOps.invert(picture(number)).convert("1")
    data = saved(negative, "TIFF", compression="group4", tiffinfo=one_strip)
    with TiffImagePlugin.TiffImageFile(BytesIO(data)) as image:
        (place,), (count,) = image.tag_v2[273], image.tag_v2[279]
        return data[place : place + count]


def _ccitt(data: bytes | None = None) -> bytes:
    coded = data or _group4(143)
    told = b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms "
    parameters = b"<< /K -1 /Columns %d /Rows %d >>" % (DPI * 6, DPI * 3)
    return image_page(coded, told + parameters)


def _cmyk(number: int) -> Image.Image:
    return picture(number).convert("RGB").convert("CMYK")


def _cmyk_page() -> bytes:
    data = saved(_cmyk(144), "JPEG", quality=90)  # Pillow writes Adobe's marker and inverts
    entries = b"/ColorSpace /DeviceCMYK /BitsPerComponent 8 /Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0]"
    return image_page(data, entries)


CASES = (
    Case("anh/0-byte.png", "0 bytes", lambda: b"", codes=("empty",)),
    Case(
        "anh/rac.jpg",
        "a JPEG's first bytes, then noise",
        lambda: b"\xff\xd8\xff" + bytes(range(256)) * 9,
        codes=("damaged",),
    ),
    Case("anh/1x1.png", "one pixel", lambda: saved(Image.new("L", (1, 1)), "PNG"), codes=("damaged",)),
    Case(
        "anh/1x60000.png",
        "one pixel wide, 60,000 high",
        lambda: saved(Image.new("L", (1, 60_000)), "PNG"),
        codes=("damaged",),
    ),
    Case(
        "anh/100000x100000.png",
        "a header of 100,000 x 100,000 pixels",
        lambda: _png(_HUGE, 8, 2, zlib.compress(b"x")),
        codes=("limit",),
    ),
    Case("anh/100000x100000.tif", "the same as TIFF", lambda: _tiff_sized(*_HUGE), codes=("limit",)),
    Case(
        "anh/65535x65535.jpg",
        "a JPEG that claims 4 gigapixels",
        lambda: _resized_jpeg(65_535, 65_535),
        codes=("limit",),
    ),
    Case(
        "anh/30000x30000.png",
        "900 megapixels of white in 110 kB",
        lambda: _rows(30_000, 30_000, 1, 0, 3750),
        codes=("limit",),
    ),
    Case(
        "anh/8900x8900-rgba.png",
        "79 megapixels with transparency: just under the limit of pixels",
        lambda: _rows(8_900, 8_900, 8, 6, 35_600),
        "ok",
        quick=False,
    ),
    Case(
        "anh/8900x8900-16bit.png",
        "79 megapixels of 16 bits",
        lambda: _rows(8_900, 8_900, 16, 0, 17_800),
        "ok",
        quick=False,
    ),
    Case(
        "anh/8900x8900-mau.png",
        "79 megapixels of colour",
        lambda: _rows(8_900, 8_900, 8, 2, 26_700),
        "ok",
        quick=False,
    ),
    Case(
        "anh/nhieu-hat.png",
        "2,000 x 2,000 pixels of black and white at random",
        lambda: _noise(2000),
        "ok",
        quick=False,
    ),
    Case("anh/16-bit.png", "16 bits of grey", _deep, "ok", borrowers=(133,)),
    Case("anh/bang-mau.png", "a palette, one colour of it transparent", _palette, "ok", borrowers=(132,)),
    Case(
        "anh/trong-suot.png",
        "black letters on transparent black",
        lambda: saved(_alpha(), "PNG"),
        "ok",
        borrowers=(131,),
    ),
    Case(
        "anh/chu-thich-60-mb.png",
        "a sound image with a comment that unpacks to 60 MB",
        _texts,
        codes=("damaged",),
    ),
    Case(
        "anh/cmyk.jpg",
        "CMYK with Adobe's marker",
        lambda: saved(_cmyk(114), "JPEG", quality=90),
        "ok",
        borrowers=(114,),
    ),
    Case("anh/xoay.jpg", "stored on its side, EXIF says so", lambda: _turned(115), "ok", borrowers=(115,)),
    Case(
        "anh/exif-rac.jpg",
        "an EXIF block of noise",
        lambda: _jpeg(exif=b"Exif\0\0" + bytes(range(256)) * 9),
        "ok",
        borrowers=(111,),
    ),
    Case(
        "anh/cut.jpg",
        "cut off after three fifths: what was there is read",
        lambda: _cut_jpeg(112, 113),
        "partial",
        borrowers=(112,),
    ),
    Case(
        "anh/ba-trang.tif",
        "three pages, the second's data noise: it alone is lost",
        lambda: _later_frame_broken("tiff_adobe_deflate", 121, 122, 123),
        "partial",
        ("damaged",),
        (121, 123),
    ),
    Case(
        "anh/ba-trang-fax.tif",
        "the same as a fax (CCITT Group 4), whose decoder makes a blank page of it",
        lambda: _later_frame_broken("group4", 151, 152, 153),
        "partial",
        ("damaged",),
        (151, 153),
    ),
    Case(
        "anh/ba-trang-lon.tif",
        "three pages, the second claims 60,000 x 60,000 pixels: it alone is lost",
        _later_frame_huge,
        "partial",
        ("limit",),
        (125, 127),
    ),
    Case(
        "anh/ifd-vong.tif",
        "a directory that names itself as the next",
        lambda: _tiff_sized(40, 40, 8),
        codes=("damaged",),
    ),
    Case("anh/khong-dpi.tif", "a resolution of 0/0", lambda: _odd_dpi(), "ok", borrowers=(124,)),
    Case(
        "anh/anh.jp2",
        "a JPEG 2000 file by itself",
        lambda: saved(picture(141), "JPEG2000"),
        codes=("unsupported",),
    ),
    Case(
        "anh/gif.png", "a GIF with another name", lambda: saved(picture(135), "GIF"), codes=("unsupported",)
    ),
    Case("anh-pdf/jpx.pdf", "a page in JPEG 2000", _jpx, "ok", borrowers=(141,)),
    Case(
        "anh-pdf/jpx-bom.pdf",
        "JPEG 2000 that claims 100,000 x 100,000 pixels",
        lambda: _jpx(bomb=True),
        codes=("limit",),
    ),
    Case("anh-pdf/jbig2.pdf", "a page in JBIG2", lambda: _jbig2(DPI * 6, DPI * 3), "ok", borrowers=(142,)),
    Case(
        "anh-pdf/jbig2-bom.pdf",
        "JBIG2 that claims 100,000 x 100,000 pixels",
        lambda: _jbig2(*_HUGE),
        codes=("limit",),
    ),
    Case("anh-pdf/ccitt.pdf", "a page in CCITT Group 4", _ccitt, "ok", borrowers=(143,)),
    Case(
        "anh-pdf/ccitt-rac.pdf",
        "a page with noise for CCITT: not blank, but lost",
        lambda: _ccitt(bytes(range(256)) * 9),
        codes=("damaged",),
    ),
    Case("anh-pdf/cmyk.pdf", "a page in CMYK JPEG with Adobe's marker", _cmyk_page, "ok", borrowers=(144,)),
    Case(
        "anh-pdf/1x1.pdf", "a page of one pixel", lambda: image_page(b"\0", _GREY, (1, 1)), codes=("damaged",)
    ),
    Case(
        "anh-pdf/100000x100000.pdf",
        "an image of 100,000 x 100,000 pixels and ten bytes, on a page as large",
        lambda: image_page(b"0123456789", _GREY, _HUGE),
        codes=("limit",),
    ),
    Case(
        "anh-pdf/bom-a4.pdf",
        "an image of 100,000 x 100,000 pixels, deflated, on a page of A4",
        lambda: _on_a4(zeros(10_000_000_000, 2), b"/Filter [/FlateDecode /FlateDecode] " + _GREY),
        codes=("limit",),
    ),
    Case(
        "anh-pdf/jpeg-cut.pdf",
        "a page whose JPEG is cut off after three fifths: what was there is read",
        lambda: _cut_page(),
        "partial",
        borrowers=(116,),
    ),
)


def _turned(number: int) -> bytes:
    exif = Image.Exif()
    exif[274] = 6  # turn by 90 degrees clockwise to show
    return saved(picture(number).transpose(Image.Transpose.ROTATE_90), "JPEG", quality=90, exif=exif)


def _odd_dpi() -> bytes:
    data = bytearray(saved(picture(124), "TIFF"))
    with TiffImagePlugin.TiffImageFile(BytesIO(bytes(data))) as image:
        assert image.tag_v2[282] == DPI
    return bytes(data).replace(struct.pack("<II", DPI, 1), bytes(8))


def _on_a4(data: bytes, entries: bytes) -> bytes:
    made = image_page(data, entries, _HUGE)
    side = 100_000 * 72 / DPI
    size = b"%.2f" % side
    # the same length, so that the xref table stays right
    return made.replace(b"[0 0 %s %s]" % (size, size), b"[0 0 595 842]".ljust(6 + 2 * len(size) + 1))


def _cut_page() -> bytes:
    return image_page(_cut_jpeg(116, 117), _GREY + b"/Filter /DCTDecode", (DPI * 6, DPI * 6))
