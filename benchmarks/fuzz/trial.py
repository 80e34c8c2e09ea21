"""One input after the other, with what came of it: typed or not, time and memory."""

from __future__ import annotations

import resource
import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import numpy as np

from benchmarks.fuzz.mutations import mutate
from benchmarks.fuzz.target import Target
from realvlg_ros.errors import RealvlgError

# Bounds for one input, s of a core and MB; and the longest time on the clock, s, for one that
# waits without working.
SLOW_S, LARGE_MB, STUCK_S = 1.0, 500.0, 20.0
# Lines that are told of a fault.
_TOLD = 6


class Stuck(BaseException):
    """An input that is waited for without end."""


@dataclass
class Outcome:
    """What came of inputs; every fault is told with the target and the number of its input.

    Attributes:
        read: inputs that could be used, by target.
        typed: inputs that ended with an error of the package, by target.
        faults: inputs that ended otherwise, that took longer than SLOW_S or STUCK_S, and that took
            more memory than LARGE_MB: three lists by these words.
        slowest_s: the longest time, s of a core, and of which input.
        growth_mb: the most memory that one input took beyond what was taken before, MB.
    """

    read: Counter[str] = field(default_factory=Counter)
    typed: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(
        default_factory=lambda: {'untyped': [], 'slow': [], 'large': []}
    )
    slowest_s: tuple[float, str] = (0.0, '')
    growth_mb: tuple[float, str] = (0.0, '')

    @property
    def total(self) -> int:
        """Number of inputs."""
        return self.read.total() + self.typed.total() + len(self.faults['untyped'])

    def add(self, other: Outcome) -> None:
        """Add what came of other inputs."""
        self.read += other.read
        self.typed += other.typed
        for kind, found in other.faults.items():
            self.faults[kind] += found
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.growth_mb = max(self.growth_mb, other.growth_mb)


class Trial:
    """The inputs of targets by their numbers: equal numbers make equal inputs."""

    def __init__(self, targets: Sequence[Target], folder: Path) -> None:
        """Make the sound inputs.

        Args:
            targets: that are tried.
            folder: for files.
        """
        self._folder = folder
        self._turns = [target for target in targets for _ in range(target.weight)]
        self._seeds = {}
        for target in targets:
            made = folder / 'seeds' / target.name.replace(' ', '_')
            made.mkdir(parents=True)
            self._seeds[target.name] = sorted(target.seeds(made).items())

    def run(self, number: int, outcome: Outcome) -> None:
        """Try one input and note what came of it."""
        rng = np.random.default_rng(number)
        target = self._turns[number % len(self._turns)]
        seeds = self._seeds[target.name]
        name, data = seeds[int(rng.integers(len(seeds)))]
        self.try_input(target, mutate(name, data, rng), f'{target.name} {number}', outcome)

    def try_input(self, target: Target, data: bytes, named: str, outcome: Outcome) -> None:
        """Give a target an input and note what came of it.

        Args:
            target: that takes it.
            data: the input.
            named: what it is called where it is a fault.
            outcome: in which it is noted.
        """
        folder = self._folder / 'input'
        folder.mkdir(exist_ok=True)
        before_mb, begun_s = _peak_mb(), time.process_time()
        try:
            with _watched():
                target.use(data, folder)
        except RealvlgError:
            outcome.typed[target.name] += 1
        except Stuck:
            outcome.typed[target.name] += 1
            outcome.faults['slow'].append(f'{named}: waits without end')
        except Exception:
            last = traceback.format_exc().strip().splitlines()[-_TOLD:]
            outcome.faults['untyped'].append(f'{named}:\n' + '\n'.join(last))
        else:
            outcome.read[target.name] += 1
        taken_s, grown_mb = time.process_time() - begun_s, _peak_mb() - before_mb
        outcome.slowest_s = max(outcome.slowest_s, (taken_s, named))
        outcome.growth_mb = max(outcome.growth_mb, (grown_mb, named))
        if taken_s > SLOW_S:
            outcome.faults['slow'].append(f'{named}: {taken_s:.1f} s')
        if grown_mb > LARGE_MB:
            outcome.faults['large'].append(f'{named}: {grown_mb:.0f} MB')
        for path in folder.iterdir():
            path.unlink()


@contextmanager
def _watched() -> Iterator[None]:
    """Raise Stuck in a block that takes longer than STUCK_S on the clock."""

    def stop(_: int, __: FrameType | None) -> None:
        raise Stuck

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, STUCK_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _peak_mb() -> float:
    """The most memory that the process has had, MB: an input that takes less is not seen."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
