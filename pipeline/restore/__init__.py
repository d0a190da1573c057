"""Right letters and diacritics for text that an OCR ruined, every change kept as an edit.

The room bears the name of what it does, and so it can be called: ``pipeline.restore(text)`` is
``pipeline.api.restore_text(text)``.
"""

import sys
from types import ModuleType

from pipeline.model import RestoredText
from pipeline.restore.repair import ChannelName, Restorer

__all__ = ["ChannelName", "Restorer"]


class _Room(ModuleType):
    def __call__(self, text: str, *, channel: ChannelName = "auto") -> RestoredText:
        from pipeline.api import restore_text

        return restore_text(text, channel=channel)


sys.modules[__name__].__class__ = _Room
