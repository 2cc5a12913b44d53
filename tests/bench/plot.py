"""Draws growing costs as a line chart in SVG."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, EDGE = 640, 360, 60
COLORS = ("#1f6f78", "#b4532a", "#6a4c93")


def draw(title: str, sizes: Sequence[Sequence[str]], lines: dict[str, list[float]], bound: float) -> str:
    """Returns the SVG. `lines` has for each size the cost relative to the first size; `bound` is the maximum allowed.

    Each size is a label of one or more lines.
    """
    top = max(1.5, *(value for line in lines.values() for value in line)) * 1.05
    parts = [text(WIDTH / 2, 24, title, "middle")]
    parts += [
        text(x(at, len(sizes)), HEIGHT - EDGE + 20 + 16 * row, words, "middle")
        for at, size in enumerate(sizes)
        for row, words in enumerate(size)
    ]
    for level in (0.5, 1.0, bound, top / 1.05):
        parts.append(rule(y(level, top), "4 4" if level == bound else ""))
        parts.append(text(EDGE - 8, y(level, top) + 4, f"{level:.2g}", "end"))
    for (name, values), color in zip(lines.items(), COLORS, strict=False):
        parts += curve(name, values, color, top, 44 + 18 * list(lines).index(name))
    style = "<style>text{font:13px sans-serif;fill:#333}svg{background:#fff}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{style}{"".join(parts)}</svg>\n'


def x(at: int, number: int) -> float:
    return EDGE + at * (WIDTH - 2 * EDGE) / max(number - 1, 1)


def y(value: float, top: float) -> float:
    return HEIGHT - EDGE - value / top * (HEIGHT - 2 * EDGE)


def curve(name: str, values: list[float], color: str, top: float, label: float) -> list[str]:
    points = [(x(at, len(values)), y(value, top)) for at, value in enumerate(values)]
    line = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
    dots = [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4" fill="{color}"/>' for across, down in points]
    key = f'<rect x="{EDGE}" y="{label - 9}" width="12" height="4" fill="{color}"/>'
    return [
        f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>',
        *dots,
        key,
        text(EDGE + 18, label, name, "start"),
    ]


def rule(height: float, dashes: str) -> str:
    return f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{height:.1f}" y2="{height:.1f}" stroke="#aaa" stroke-dasharray="{dashes}"/>'


def text(across: float, down: float, words: str, anchor: str) -> str:
    return f'<text x="{across:.1f}" y="{down:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
