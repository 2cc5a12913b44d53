"""CPU time of a function, and how it grows with the size of its input.

Nothing counts the steps inside `re` or a parser, so time is measured: the CPU time of this process, which other processes don't add to,
and only compared with itself. Twice the input may take twice the time; a quadratic function takes four times as long. Short times are
ignored, and a slow run is repeated, in case something disturbed it.
"""

import gc
import sys
import time
from collections.abc import Callable
from typing import Any

TRIES = 3


def cpu_seconds(function: Callable[..., object], *args: Any) -> float:
    """Seconds of CPU time that a call takes.

    The garbage collector is off, as in `timeit`, because its time depends on what other tests left. So is coverage, which makes Python
    several times slower and its libraries in C not at all.
    """
    tracer = sys.gettrace()
    gc.disable()
    sys.settrace(None)
    try:
        start = time.process_time()
        function(*args)
        return time.process_time() - start
    finally:
        sys.settrace(tracer)
        gc.enable()


def takes_quadratic_time(function: Callable[[Any], object], half: Any, whole: Any, quick: float) -> bool:
    """Whether a call with `whole`, twice as long as `half`, takes more than `quick` seconds and clearly more than twice as long."""
    return all((spent := cpu_seconds(function, whole)) > quick and spent > 3 * cpu_seconds(function, half) for _ in range(TRIES))
