"""The findings as a table to read, as JSON to compare with later, and their growth as a chart."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import plot
from tests.bench.findings import Finding
from tests.bench.harness import Harness
from tests.bench.scenarios import GROWING

RESULTS = Path(__file__).parent / "results"
MAX_GROWTH = 1.1


def table(findings: list[Finding], skipped: list[str]) -> str:
    lines = [
        f"{'pass' if finding.passes else 'FAIL'}  {finding.figure:>9}  {finding.target:>9}  {finding.name:54}  {finding.detail}"
        for finding in findings
    ]
    head = f"      {'value':>9}  {'target':>9}  {'name':54}  CPU time a request, and requests a second: ours | theirs"
    return "\n".join([head, *lines, *(f"skipped: {name}" for name in skipped)])


def write(findings: list[Finding], harness: Harness, machine: dict[str, object]) -> Path:
    """Writes a JSON file and a chart of the same name. Returns the JSON file."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M}.json"
    content = {
        "machine": machine,
        "targets": [finding.as_dict() for finding in findings],
        "skipped": harness.skipped,
        "rounds": {name: [asdict(round_) for round_ in measurement.rounds] for name, measurement in harness.measurements.items()},
    }
    file.write_text(json.dumps(content, indent=1) + "\n")
    if len(harness.sizes) > 1:
        file.with_suffix(".svg").write_text(growth(harness))
    return file


def growth(harness: Harness) -> str:
    lines = {}
    for name in GROWING:
        costs = [harness.measurements[f"{name}, {size}"].cost for size in harness.sizes]
        lines[name] = [cost / costs[0] for cost in costs]
    return plot.draw("Cost of a request, relative to the smallest database", [size.labels for size in harness.sizes], lines, MAX_GROWTH)
