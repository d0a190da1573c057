"""Two charts in SVG: bars with their names and values, and one bar that is split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.outputs.html import Html, join, number, tag

INK = ("#1f4e78", "#2e8b57", "#b25d00", "#8a3ffc", "#b3261e", "#5f6b7a", "#00696e", "#8a6d00")
"""Colours with a contrast of 4.5 and more on white."""
BLUE, GREEN, ORANGE, VIOLET, RED, GREY, TEAL, BROWN = range(len(INK))
_ROW, _NAME, _BAR, _VALUE = 22, 250, 330, 130


@dataclass(frozen=True)
class Bar:
    """A bar: its name, its length, the text of its value, where it leads, its colour's number."""

    name: str
    value: float
    shown: Html
    link: str | None = None
    colour: int = 0


def bars(title: str, given: Sequence[Bar]) -> Html:
    """Bars under each other, from zero; each value is a link to what it is made of."""
    height = _ROW * len(given) + 6
    longest = max((abs(bar.value) for bar in given), default=0) or 1
    drawn = []
    for i, bar in enumerate(given):
        y = 4 + i * _ROW
        long = max(abs(bar.value) / longest * _BAR, 1)
        name = bar.name if len(bar.name) <= 38 else f"{bar.name[:37]}…"
        label = tag("text", name, tag("title", bar.name), x=_NAME - 8, y=y + 14, text_anchor="end")
        shape = tag(
            "rect", x=_NAME, y=y + 2, width=f"{long:.1f}", height=_ROW - 6, fill=INK[bar.colour % len(INK)]
        )
        value = tag("text", _in_svg(bar.shown), x=f"{_NAME + long + 6:.1f}", y=y + 14)
        drawn += [label, shape, tag("a", value, href=bar.link) if bar.link else value]
    return tag(
        "svg",
        *drawn,
        viewBox=f"0 0 {_NAME + _BAR + _VALUE} {height}",
        role="group",
        aria_label=title,
        class_="chart",
    )


def _in_svg(text: Html) -> Html:
    """Markup of both languages as SVG has it: an HTML element would end the picture."""
    return Html(text.replace("<span", "<tspan").replace("</span", "</tspan"))


def split(title: str, parts: Sequence[tuple[Html, float, int]]) -> Html:
    """One bar whose lengths are shares, with a legend that gives counts; parts: name, count, colour."""
    whole = sum(value for _, value, _ in parts) or 1
    x, drawn, legend = 0.0, [], []
    for name, value, colour in parts:
        width = value / whole * 700
        drawn.append(tag("rect", x=f"{x:.1f}", y=0, width=f"{width:.1f}", height=22, fill=INK[colour]))
        x += width
        legend.append(tag("span", tag("i", style=f"background:{INK[colour]}"), name, ": ", number(value)))
    picture = tag("svg", tag("title", title), *drawn, viewBox="0 0 700 22", role="img", class_="chart")
    return join(picture, tag("p", *legend, class_="legend"))
