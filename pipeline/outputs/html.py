"""HTML and SVG by functions: every text is escaped unless it was made here."""

from __future__ import annotations

import html

Part = "str | Html | None"


class Html(str):
    """Markup that is safe to stand in a page as it is."""

    __slots__ = ()


def join(*parts: str | None) -> Html:
    """Parts after each other; what is no ``Html`` is escaped.

    >>> join("a < b", tag("b", "c"))
    'a &lt; b<b>c</b>'
    """
    return Html("".join(p if isinstance(p, Html) else html.escape(p) for p in parts if p is not None))


def tag(name: str, *parts: str | None, **attributes: object) -> Html:
    """An element; ``class_`` is ``class``, ``_`` in other names a dash, None leaves an attribute out.

    >>> tag("a", "x & y", href='"', class_="k")
    '<a href="&quot;" class="k">x &amp; y</a>'
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{told}>{join(*parts)}</{name}>")


def both(vi: str, en: str) -> Html:
    """A text in both languages, of which the page shows one."""
    return vi_en(join(vi), join(en))


def vi_en(vi: Html, en: Html) -> Html:
    """Markup in both languages."""
    if vi == en:
        return vi
    return join(tag("span", vi, lang="vi"), tag("span", en, lang="en"))


def spelled(value: float) -> tuple[str, str]:
    """A number as Vietnamese and as English readers write it.

    >>> spelled(1234567), spelled(2.5)
    (('1.234.567', '1,234,567'), ('2,5', '2.5'))
    """
    english = f"{value:,.3f}".rstrip("0").rstrip(".")
    return english.translate(str.maketrans(",.", ".,")), english


def number(value: object) -> Html:
    """A number in both languages; other values as they are, none as nothing.

    >>> number(2.5), number(7), number(None)
    ('<span lang="vi">2,5</span><span lang="en">2.5</span>', '7', '')
    """
    if not isinstance(value, int | float):
        return join("" if value is None else str(value))
    return both(*spelled(value))


def table(heads: list[Html], rows: list[list[Html]], numeric: frozenset[int] = frozenset()) -> Html:
    """A table in a frame that scrolls; ``numeric`` are columns set to the right."""

    def cells(kind: str, row: list[Html]) -> Html:
        made = (tag(kind, c, class_="n" if i in numeric else None) for i, c in enumerate(row))
        return tag("tr", *made)

    body = tag("table", tag("thead", cells("th", heads)), tag("tbody", *(cells("td", r) for r in rows)))
    return tag("div", body, class_="wide")
