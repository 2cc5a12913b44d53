"""Measures each target of the site's speed beside servers that do as little as can be done, and prints how they compare.

script/bench measures all; script/bench PART.. only these parts, without the large databases where they are not needed.
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
from tests.bench.harness import Stage, say
from tests.bench.scenarios import PARTS, grown

SIZES = [Size(10, 10**3), Size(100, 10**4), Size(1_000, 10**5), Size(10_000, 10**6)]


def main(parts: list[str]) -> int:
    if sys.platform != "linux":
        say("The benchmark reads what servers cost from /proc, which only Linux has. Run it there, or in the site's image.")
        return 2
    begun = perf_counter()
    sizes = SIZES if grown.__name__ in parts else SIZES[:1]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        say(f"Making databases of {', '.join(map(str, sizes))}")
        made = stack.enter_context(databases.made(folder / "postgres", sizes))
        described = machine.described(made.version)
        stage = Stage(folder, stack, made)
        found: list[Finding] = []
        for part in parts:
            say(f"{perf_counter() - begun:.0f} s: {part}")
            found += PARTS[part](stage)
        file = report.write(found, stage, described)
    say(f"\n{report.table(found, stage.skipped)}\n\nWritten in {perf_counter() - begun:.0f} s: tests/bench/results/{file.name}")
    return 0 if all(one.passes for one in found) else 1


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="script/bench", description="Measures how fast the site is.")
    asked.add_argument("part", nargs="*", choices=[*PARTS, []], help=", ".join(PARTS))
    sys.exit(main(asked.parse_args().part or list(PARTS)))
