"""A peer's side of a row: sets up a task, then does as many of its steps as each line of standard input says."""

import importlib
import json
import os
import resource
import sys
import time

# Libraries write to descriptor 1 as they please; answers go to what it was before.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def say(answer):
    print(json.dumps(answer), file=answers, flush=True)


def main(name):
    module, _, function = name.partition(":")
    task = getattr(importlib.import_module(module), function)()
    say({"imagesPerStep": task.images_per_step, "versions": task.versions})
    for line in sys.stdin:
        steps = json.loads(line)["steps"]
        task.drain()
        start = time.perf_counter()
        for _ in range(steps):
            task.step()
        seconds = time.perf_counter() - start
        # Kilobytes, on Linux.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        say({"seconds": seconds, "peakBytes": peak})


main(sys.argv[1])
