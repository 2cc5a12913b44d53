"""Measures each target of the site's speed beside servers that do as little as can be done, and prints how they compare."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from bench import machine, report, world
from bench.findings import Finding
from bench.parts import PARTS
from bench.stage import Stage, say
from bench.world import Size

SIZES = [Size(10, 10**3), Size(100, 10**4), Size(1_000, 10**5), Size(10_000, 10**6)]


def main() -> int:
    if sys.platform != "linux":
        say("The benchmark reads what servers cost from /proc, which only Linux has. Run it there, or in the site's image.")
        return 2
    begun = perf_counter()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        say(f"Making databases of {', '.join(map(str, SIZES))}")
        made = stack.enter_context(world.made(folder / "postgres", SIZES))
        described = machine.described(made.version)
        stage = Stage(folder, stack, made)
        found: list[Finding] = []
        for part in PARTS:
            say(f"{perf_counter() - begun:.0f} s: {part.__name__.replace('_', ' ')}")
            found += part(stage)
        file = report.write(found, stage, described)
    say(f"\n{report.table(found, stage.skipped)}\n\nWritten in {perf_counter() - begun:.0f} s: bench/results/{file.stem}.json and .svg")
    return 0 if all(one.passes for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
