"""How backtests grow with events and with rules: measured, and drawn for docs/backtest.md. See README.md.

.venv/bin/python -m tests.benchmarks.curve --draw docs/backtest_growth.svg
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.backtest import backtested, write
from tests.benchmarks.replay import BESIDE, FOLDERS, ROOT, rule_document
from tests.benchmarks.stream import events
from translator.parse.rule_xml import parse_rules

EVENTS = (25_000, 50_000, 100_000, 200_000, 400_000)
RULES = (150, 300, 600, 1_200, 2_400)

Points = list[tuple[int, float]]
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, GAP = 420, 280, 56, 46, 34, 24
STYLE = """
  text { font: 12px sans-serif; fill: #1f2328; }
  .title { font-weight: bold; }
  .axis { stroke: #1f2328; }
  .grid { stroke: #d0d7de; }
  .line { stroke: #0969da; stroke-width: 2; fill: none; }
  .even { stroke: #9a6700; stroke-dasharray: 5 4; fill: none; }
  .dot { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis { stroke: #e6edf3; }
    .grid { stroke: #3d444d; }
    .line { stroke: #4493f8; }
    .even { stroke: #d29922; }
    .dot { fill: #4493f8; }
  }
"""


def measure(folder: Path, rule_folders: Sequence[Path]) -> dict[str, Points]:
    """Processor seconds of one process by number of events, and microseconds an event by number of rules.

    The first is of all rules, start of the scan included; the second of the smallest of three runs.
    """
    parsed = [each.rule for each in parse_rules(rule_document(rule_folders, RULES[-1]).encode())]
    by_events: Points = []
    for count in EVENTS:
        path = folder / f"{count}.jsonl"
        write(path, events(count))
        by_events.append((count, backtested(parsed, path, 1)[0]["processor s"]))
    path = folder / f"{EVENTS[2]}.jsonl"
    by_rules: Points = []
    for count in RULES:
        # Every n-th rule, so that each part has rules of all kinds.
        some = parsed[:: len(parsed) // min(count, len(parsed))][:count]
        least = min(backtested(some, path, 1)[0]["processor s"] for _ in range(3))
        by_rules.append((len(some), round(1e6 * least / EVENTS[2], 2)))
    return {"processor seconds by events": by_events, "microseconds an event by rules": by_rules}


def drawn(points: dict[str, Points]) -> str:
    """Both curves beside each other, each with a line for growth in proportion; for light and dark."""
    plots = "".join(
        f'<g transform="translate({number * (WIDTH + GAP)} 0)">{_plot(title, own)}</g>\n'
        for number, (title, own) in enumerate(points.items())
    )
    width = len(points) * (WIDTH + GAP) - GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" '
        f'viewBox="0 0 {width} {HEIGHT}" role="img">\n<title>{" and ".join(points)}</title>\n'
        f"<style>{STYLE}</style>\n{plots}</svg>\n"
    )


def _plot(title: str, points: Points) -> str:
    across, up = max(x for x, _ in points), _round_up(max(y for _, y in points))

    def place(x: float, y: float) -> str:
        across_by = LEFT + (WIDTH - LEFT - 16) * x / across
        return f"{across_by:.1f},{HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * y / up:.1f}"

    parts = [f'<text class="title" x="{LEFT}" y="18">{title}</text>']
    for step in range(5):
        y = up * step / 4
        left, right = place(0, y).split(","), place(across, y).split(",")
        kind = "grid" if step else "axis"
        parts.append(
            f'<line class="{kind}" x1="{left[0]}" y1="{left[1]}" x2="{right[0]}" y2="{right[1]}"/>'
            f'<text x="{LEFT - 6}" y="{float(left[1]) + 4:.1f}" text-anchor="end">{y:g}</text>'
        )
    for x, _ in points[-3:]:
        at = place(x, 0).split(",")
        parts.append(f'<text x="{at[0]}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,}</text>')
    under, which = ("events", "last") if title.endswith("events") else ("rules", "first")
    own_x, own_y = points[-1 if which == "last" else 0]
    most = min(across, own_x * up / own_y)
    parts.append(f'<polyline class="even" points="{place(0, 0)} {place(most, own_y * most / own_x)}"/>')
    parts.append(f'<polyline class="line" points="{" ".join(place(x, y) for x, y in points)}"/>')
    parts += [
        '<circle class="dot" cx="{}" cy="{}" r="3"/>'.format(*place(x, y).split(",")) for x, y in points
    ]
    note = f"{under}; dashed: in proportion to the {which} point"
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 8}">{note}</text>')
    return "\n".join(parts)


def _round_up(value: float) -> float:
    """The next number with one digit that the axis ends at."""
    unit = 10.0 ** (len(str(int(value))) - 1)
    return unit * -(-value // unit)


def main() -> None:
    """Measure, print the points as JSON, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    usual = FOLDERS if BESIDE.is_dir() else [ROOT / "sigma_rules"]
    parser.add_argument("--rules", type=Path, nargs="+", default=usual, help="folders of Sigma rules")
    parser.add_argument("--draw", type=Path, help="where to write the drawing")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        points = measure(Path(folder), given.rules)
    if given.draw:
        given.draw.write_text(drawn(points), encoding="utf-8")
    print(json.dumps(points, indent=2))


if __name__ == "__main__":
    main()
