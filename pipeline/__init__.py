"""hoso: scanned Vietnamese reports in, restored text and tidy tables out."""

__version__ = "0.1.0"
