"""What a file is, and whether the text that it carries is any good."""

from __future__ import annotations

from pipeline.intake.find import Found, find
from pipeline.intake.identify import FileInfo, inspect

__all__ = ["FileInfo", "Found", "find", "inspect"]
