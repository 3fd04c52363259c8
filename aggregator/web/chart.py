"""Charts as SVG, drawn on the server: no script, no font or style from elsewhere, light and dark.

Knows nothing of what is counted. Start reading at `draw`.
"""

import sys
from collections.abc import Sequence

import pygal
from lxml import etree
from pygal.style import Style

# pygal 3.1 leaves a finder of Python 2's kind behind, of which every later import would complain.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]

# A look at a year's months or at the largest sources; all of them are in the table beside.
MOST_BARS = 24
_SVG = "{http://www.w3.org/2000/svg}"
# After pygal's own rules, whose colours it outranks by coming last: those of the one stylesheet.
_COLOURS = """
text{fill:#1b1f24!important;font-family:system-ui,sans-serif!important;font-size:13px!important}
.bar rect,rect.rect{fill:#0b4f9e!important;stroke:none!important;fill-opacity:1!important}
.line,.guide{stroke:#d5d8de!important}
@media(prefers-color-scheme:dark){text{fill:#e8eaed!important}
.bar rect,rect.rect{fill:#8ab8ff!important}.line,.guide{stroke:#3a414c!important}}
"""
# Sizes as in the rules above: room for the labels is reckoned from them.
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    opacity=1,
    transition="none",
    label_font_size=13,
    major_label_font_size=13,
)


def draw(title: str, values: Sequence[tuple[str, int]], *, is_time: bool, most: int = MOST_BARS) -> bytes:
    """The chart of these labels and numbers: columns for what goes on in time, else bars, largest on top."""
    shown = list(values[:most])[::-1]
    width = max(720, 30 * len(shown)) if is_time else 720
    options = {"style": _STYLE, "js": (), "show_legend": False, "print_values": False, "width": width}
    kind = pygal.Bar if is_time else pygal.HorizontalBar
    height = 400 if is_time else max(160, 40 + 26 * len(shown))
    chart = kind(**options, height=height, x_label_rotation=60 if is_time else 0, margin=12, order_min=0)
    chart.uuid = "chart"  # a fixed one: the same numbers give the same bytes
    chart.x_labels = [label for label, _ in shown]
    chart.add(title, [number for _, number in shown])
    return _cleaned(chart.render(), title)


def without_gaps(months: Sequence[tuple[str, int]], most: int = MOST_BARS) -> list[tuple[str, int]]:
    """The months from the newest back, those without an article too: an axis of time skips none."""
    if not months:
        return []
    counted = dict(months)
    newest = int(months[0][0][:4]) * 12 + int(months[0][0][5:]) - 1
    names = [f"{number // 12}-{number % 12 + 1:02}" for number in range(newest, newest - most, -1)]
    return [(name, counted.get(name, 0)) for name in names if name >= months[-1][0]]


def _cleaned(svg: bytes, title: str) -> bytes:
    """The drawing without pygal's script and comments, and with our colours."""
    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True))
    for element in list(root.iter(f"{_SVG}script", etree.Comment)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    for style in list(root.iter(f"{_SVG}style")):
        style.text = (style.text or "") + _COLOURS
    root.set("role", "img")
    root.set("aria-label", title)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
