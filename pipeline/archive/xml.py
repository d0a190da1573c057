"""Text for XML: escaped, and without what no XML file may hold."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml(value: str) -> str:
    r"""Text for an element or a quoted attribute.

    >>> xml('A&B <"x"> \x0b')
    'A&amp;B &lt;&quot;x&quot;&gt; \ufffd'
    """
    return escape(_FORBIDDEN.sub("\ufffd", value), {'"': "&quot;", "\t": " ", "\n": " ", "\r": " "})
