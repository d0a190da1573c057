"""Pages become words with boxes: the text layer where it is good, else Tesseract over the page image."""

from __future__ import annotations

from pipeline.model import Page
from pipeline.ocr.read import read_page
from pipeline.settings import Settings

__all__ = ["Page", "read_page", "versions"]


def versions(settings: Settings | None = None) -> dict[str, str]:
    """Versions of the programs and data that the text depends on.

    Args:
        settings: whose language's data is meant; the defaults where None.

    Returns:
        ``tesseract``, ``traineddata_LANGUAGE`` (a hash of its files) and ``poppler``.

    Raises:
        MissingProgramError: naming the packages to install.
    """
    from pipeline.intake import children
    from pipeline.ocr import tesseract

    settings = settings or Settings()
    report = children.run("pdftotext", ["-v"], settings, where="poppler")
    poppler = (report.output.decode("utf-8", "replace") + report.error).split("\n")[0]
    return {**tesseract.versions(settings), "poppler": poppler.removeprefix("pdftotext version").strip()}
