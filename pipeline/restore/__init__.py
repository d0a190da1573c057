"""Right letters and diacritics for text that an OCR ruined, every change kept as an edit."""

from pipeline.restore.repair import ChannelName, Restorer

__all__ = ["ChannelName", "Restorer"]
