"""Grounders for tests, chosen by the backend parameter as fake_grounders:NAME."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from patience import PATIENCE_S

from realvlg_ros.errors import GroundingCanceled, GroundingError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.grounding.tabletop import TabletopGrounder


class SlowGrounder(TabletopGrounder):
    """Answers when it is let go; looks at its abort flag every few milliseconds until then."""

    name = 'slow'
    let_go = threading.Event()
    started = threading.Event()
    stopped = threading.Event()

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        self.started.set()
        while not self.let_go.is_set():
            if aborted():
                self.stopped.set()
                raise GroundingCanceled('stopped between two steps')
            time.sleep(0.005)
        return super().ground(frame, instruction, aborted)


class DeafGrounder(SlowGrounder):
    """Never looks at its abort flag."""

    name = 'deaf'
    let_go = threading.Event()
    started = threading.Event()
    stopped = threading.Event()

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        self.started.set()
        self.let_go.wait(2 * PATIENCE_S)
        self.stopped.set()
        return Grounding(GroundingStatus.OK, instruction, 'late')


class BrokenGrounder(TabletopGrounder):
    """Raises what no grounder should."""

    name = 'broken'

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        raise ZeroDivisionError('a bug')


class UnloadableGrounder(TabletopGrounder):
    """Has no weights."""

    name = 'unloadable'

    def load(self) -> None:
        raise GroundingError('weights /models/none.safetensors are missing; download them')


class EndlesslyLoadingGrounder(TabletopGrounder):
    """Loads for longer than anyone waits."""

    name = 'loading'

    def load(self) -> None:
        print('loading', flush=True)
        threading.Event().wait(2 * PATIENCE_S)


class CrashingGrounder(TabletopGrounder):
    """Raises on loading what no grounder should, the first time."""

    name = 'crashing'
    crashed = False

    def load(self) -> None:
        if not CrashingGrounder.crashed:
            CrashingGrounder.crashed = True
            raise KeyError('a bug')
