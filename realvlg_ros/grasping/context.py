"""What the stages of planning after the observation of an object share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..arrays import FloatArray
from .collision.obstacles import Obstacles
from .completion.symmetry import Completion
from .gripper import Gripper
from .observation.scene import Scene
from .observation.target_cloud import TargetCloud
from .settings import PlannerSettings

# Distance of the fingertips from the support that is kept where a grasp can be found, m. Chosen:
# the error of a calibrated hand and eye.
_TABLE_CLEARANCE = 0.004


@dataclass(frozen=True)
class PlanningContext:
    """One object in one frame, and the gripper that is to hold it.

    Attributes:
        scene: the frame, the object's mask and the support.
        cloud: completed surface of the object, in the support frame.
        axis: (2,) horizontal position of the object's vertical axis of revolution in the support
            frame, m, or None.
        hidden_error: standard deviation of the hidden side along the horizontal line of sight,
            the x axis of the support frame, m.
        middle: (2,) horizontal position of what is upright and may hide a handle, m, or None.
        obstacles: visible surfaces of other things.
        gripper: its shape.
        settings: limits and weights of planning.
    """

    scene: Scene
    cloud: TargetCloud
    axis: FloatArray | None
    hidden_error: float
    middle: FloatArray | None
    obstacles: Obstacles
    gripper: Gripper
    settings: PlannerSettings

    @classmethod
    def of(
        cls,
        scene: Scene,
        completion: Completion,
        gripper: Gripper,
        settings: PlannerSettings,
        own_parts: bool = True,
    ) -> PlanningContext:
        """The context of a completed object, with the obstacles around it.

        Args:
            scene: the frame, the object's mask and the support.
            completion: the object with its hidden side.
            gripper: its shape.
            settings: limits and weights of planning.
            own_parts: whether parts of the object that go on behind it are obstacles, too.
        """
        obstacles = Obstacles.around(scene, settings, own_parts)
        return cls(
            scene, completion.cloud, completion.axis, completion.hidden_error, completion.middle,
            obstacles, gripper, settings,
        )  # fmt: skip

    def well_above_support(self) -> PlanningContext:
        """The same with a distance from the support that an error of a pose leaves free."""
        clearance = max(self.settings.table_clearance, _TABLE_CLEARANCE)
        return replace(self, settings=replace(self.settings, table_clearance=clearance))

    @property
    def max_opening(self) -> float:
        """Largest opening of the gripper that is used, m."""
        return min(self.gripper.max_opening, self.settings.max_opening)

    @property
    def max_width(self) -> float:
        """Largest distance between contacts that the open fingers pass with clearance, m."""
        return self.max_opening - 2 * self.settings.min_finger_clearance
