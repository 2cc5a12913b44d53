"""What was found: as a table to read, as JSON to compare with later, and growth as a picture."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import plot
from tests.bench.findings import Finding
from tests.bench.harness import Stage
from tests.bench.scenarios import GROWING

RESULTS = Path(__file__).parent / "results"
FLAT = 1.1


def table(found: list[Finding], skipped: list[str]) -> str:
    lines = [f"{'pass' if one.passes else 'FAIL'}  {one.figure:>9}  {one.target:>9}  {one.what:54}  {one.told}" for one in found]
    head = f"      {'found':>9}  {'target':>9}  {'what':54}  processor time a request, and requests a second: ours | theirs"
    return "\n".join([head, *lines, *(f"skipped: {what}" for what in skipped)])


def write(found: list[Finding], stage: Stage, machine: dict[str, object]) -> Path:
    """The JSON file that was written; the picture has the same name."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M}.json"
    told = {
        "machine": machine,
        "targets": [one.told_whole() for one in found],
        "skipped": stage.skipped,
        "rounds": {name: [asdict(one) for one in done.rounds] for name, done in stage.measured.items()},
    }
    file.write_text(json.dumps(told, indent=1) + "\n")
    if len(stage.sizes) > 1:
        file.with_suffix(".svg").write_text(growth(stage))
    return file


def growth(stage: Stage) -> str:
    lines = {}
    for what in GROWING:
        costs = [stage.measured[f"{what}, {size}"].cost for size in stage.sizes]
        lines[what] = [cost / costs[0] for cost in costs]
    return plot.drawn("What a request costs, against the smallest database", [size.words for size in stage.sizes], lines, FLAT)
