"""How long our code computes, and how that grows with what it is given.

Nothing counts the steps inside `re` or a parser, so time is measured: as CPU time of this process, which does not run while others
work, and only against itself. Twice the text may take twice the time; what takes the square takes four times as long. Short times
count for nothing, and what seems too long is tried again, in case something disturbed it.
"""

import gc
import sys
import time
from collections.abc import Callable
from typing import Any

TRIES = 3


def seconds(act: Callable[..., object], *given: Any) -> float:
    """Without the garbage collector, which takes its time by what other tests left (as `timeit` does), and without coverage, which
    makes Python several times slower and its libraries in C not at all."""
    tracer = sys.gettrace()
    gc.disable()
    sys.settrace(None)
    try:
        began = time.process_time()
        act(*given)
        return time.process_time() - began
    finally:
        sys.settrace(tracer)
        gc.enable()


def takes_the_square(act: Callable[[Any], object], half: Any, whole: Any, quick: float) -> bool:
    """Whether `whole`, twice as long as `half`, takes `act` more than `quick` seconds and clearly more than twice as long."""
    return all((spent := seconds(act, whole)) > quick and spent > 3 * seconds(act, half) for _ in range(TRIES))
