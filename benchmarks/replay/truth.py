"""A grounder that knows the simulated table: its objects are asked for by their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from benchmarks.growth import Load
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus


class TableTruth:
    """Answers for a camera that stands still before the table of a Load."""

    name = 'truth'

    def __init__(self, objects: int, width: int, height: int) -> None:
        self._load = Load.of(objects, (width, height), 1, 0)
        self._known = {found.instruction: found for found in self._named()}

    @property
    def names(self) -> list[str]:
        """The words for each object that can be seen."""
        return list(self._known)

    def load(self) -> None:
        """Nothing is to be loaded."""

    def close(self) -> None:
        """Nothing is to be freed."""

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """The object of this name, where it is in all images."""
        found = self._known.get(instruction)
        if found is None:
            return Grounding(GroundingStatus.NOT_FOUND, instruction, 'no object of this name')
        return replace(found, stamp_ns=frame.stamp_ns)

    def _named(self) -> list[Grounding]:
        return [
            replace(found, instruction=f'take {found.request_id}')
            for found in self._load.visible()
        ]


def make_grounder(objects: int, width: int, height: int) -> TableTruth:
    """Make one from the options of a backend."""
    return TableTruth(objects, width, height)
