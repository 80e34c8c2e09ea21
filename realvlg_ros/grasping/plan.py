"""The result of planning: grasps, or the reasons why there are none."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from ..arrays import FloatArray
from ..camera.depth_check import UNIT_HINT
from ..support_plane import SupportPlane
from .completion.object_box import ObjectBox, upright_extent
from .grasp import Grasp
from .plausibility import in_words

# Longest sides, m, that raise no doubt about the unit, nor does a shortest side below so many
# openings of the gripper. Chosen: those of most things that a gripper is sent for.
_USUAL_M = (0.02, 0.32)
_THICK_OPENINGS = 1.5
# Most frequent reasons that are told. Chosen: a person reads no more.
_TOLD = 3


@dataclass(frozen=True)
class GraspPlan:
    """The result of planning for one object in one frame.

    Attributes:
        grasps: best first, in the camera's optical frame; empty when there is none.
        message: what was found, or why there is no grasp.
        refusals: number of rejected candidates, by reason.
        plane: the support plane that was used, or None.
        box: around the object with its hidden side, in the optical frame; None where its depth
            cannot be used.
        look_from: (3,) unit vector from the object toward a camera that would see what is not
            seen, in the optical frame, where that alone leaves no grasp; else None.
        timings_ms: wall time by stage, ms.
    """

    grasps: tuple[Grasp, ...]
    message: str
    refusals: dict[str, int] = field(default_factory=dict)
    plane: SupportPlane | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    box: ObjectBox | None = None
    look_from: FloatArray | None = None


class StageTimer:
    """Wall time since the last stage, ms."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._last = time.perf_counter()

    def stage(self, name: str) -> None:
        """End the running stage under this name and begin the next one."""
        now = time.perf_counter()
        self.stages[name] = (now - self._last) * 1e3
        self._last = now


def plan_message(
    grasps: list[Grasp],
    refusals: Counter[str],
    named: Collection[str],
    points: FloatArray,
    opening: float,
) -> str:
    """What was found, or why there is no grasp.

    Args:
        grasps: best first.
        refusals: number of rejected candidates, by reason.
        named: reasons of which the most frequent is told even where others are more frequent.
        points: (n, 3) of the object in the support frame, m.
        opening: largest opening of the gripper, m.
    """
    if grasps:
        return f'{len(grasps)} grasps, best quality {max(g.quality for g in grasps):.2f}'
    told = [reason for reason, count in refusals.most_common(_TOLD) if count]
    wanted = Counter({reason: refusals[reason] for reason in named}).most_common(1)
    told += [reason for reason, count in wanted if count and reason not in told]
    worst = [f'{reason} ({refusals[reason]})' for reason in told]
    _, _, size = upright_extent(points)
    usual = _USUAL_M[0] < size.max() < _USUAL_M[1] and size.min() < _THICK_OPENINGS * opening
    hint = '' if usual else f'; if it is of another size, {UNIT_HINT}'
    why = '; '.join(worst) if worst else 'no candidate was found'
    return (
        f'no grasp: {why}; the object measures about {in_words(size)} '
        f'and the gripper opens to {100 * opening:.0f} cm{hint}'
    )
