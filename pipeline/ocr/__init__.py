"""Pages become words with boxes: the text layer where it is good, else Tesseract over the page image."""

from __future__ import annotations

from pipeline.model import Page
from pipeline.ocr.read import read_page

__all__ = ["Page", "read_page", "versions"]


def versions() -> dict[str, str]:
    """Versions of the programs and data that the text depends on: tesseract, traineddata_vie, poppler.

    Raises:
        MissingProgramError: naming the packages to install.
    """
    from pipeline.intake import children
    from pipeline.ocr import tesseract
    from pipeline.settings import Settings

    settings = Settings()
    report = children.run("pdftotext", ["-v"], settings, where="poppler")
    poppler = (report.output.decode("utf-8", "replace") + report.error).split("\n")[0]
    return {**tesseract.versions(settings), "poppler": poppler.removeprefix("pdftotext version").strip()}
