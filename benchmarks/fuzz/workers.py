"""A process that tries inputs for some minutes."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.fuzz.target import Target, all_targets
from benchmarks.fuzz.trial import Outcome, Trial

# Inputs between two looks at the clock.
_STEP = 200


def work(
    results: multiprocessing.Queue[Outcome], numbers: range, minutes: float, only: str
) -> None:
    """Try the inputs of some numbers until the time is over.

    Args:
        results: gets what came of them.
        numbers: of the inputs.
        minutes: of trying.
        only: a part of the names of the targets; empty for all.
    """
    end_s = time.monotonic() + 60 * minutes
    outcome = Outcome()
    with TemporaryDirectory() as folder:
        trial = Trial(chosen_targets(only), Path(folder))
        # The decoders of images write of each damaged one.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        for count, number in enumerate(numbers):
            if count % _STEP == 0 and time.monotonic() > end_s:
                break
            trial.run(number, outcome)
    results.put(outcome)


def chosen_targets(only: str) -> list[Target]:
    """The targets whose names hold a text."""
    return [target for target in all_targets() if only in target.name]
