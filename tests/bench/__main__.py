"""Measures the speed of the site, compares it with servers that do the least that can be done, and checks each target.

script/bench runs every scenario; script/bench SCENARIO.. only these, without the large databases where they are not needed.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from tests.bench import databases, machine, report
from tests.bench.databases import Size
from tests.bench.findings import Finding
from tests.bench.harness import Harness, write_line
from tests.bench.scenarios import SCENARIOS, growth

SIZES = [Size(10, 10**3), Size(100, 10**4), Size(1_000, 10**5), Size(10_000, 10**6)]


def main(names: list[str]) -> int:
    if sys.platform != "linux":
        write_line("The benchmark reads the CPU time of servers from /proc, which only Linux has. Run it there, or in the site's image.")
        return 2
    start = perf_counter()
    sizes = SIZES if growth.__name__ in names else SIZES[:1]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        write_line(f"Creating databases of {', '.join(map(str, sizes))}")
        created = stack.enter_context(databases.create(folder / "postgres", sizes))
        description = machine.describe(created.version)
        harness = Harness(folder, stack, created)
        findings: list[Finding] = []
        for name in names:
            write_line(f"{perf_counter() - start:.0f} s: {name}")
            findings += SCENARIOS[name](harness)
        file = report.write(findings, harness, description)
    write_line(f"\n{report.table(findings, harness.skipped)}\n\nWritten in {perf_counter() - start:.0f} s: tests/bench/results/{file.name}")
    return 0 if all(finding.passes for finding in findings) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="script/bench", description="Measures how fast the site is.")
    parser.add_argument("scenario", nargs="*", choices=[*SCENARIOS, []], help=", ".join(SCENARIOS))
    sys.exit(main(parser.parse_args().scenario or list(SCENARIOS)))
