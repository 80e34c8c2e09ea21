"""What every stage after the observation of an object asks for."""

from __future__ import annotations

from dataclasses import dataclass

from ..arrays import FloatArray
from .collision.obstacles import Obstacles
from .completion.symmetry import Completion
from .gripper import Gripper
from .observation.scene import Scene
from .observation.target_cloud import TargetCloud
from .settings import PlannerSettings


@dataclass(frozen=True)
class PlanningContext:
    """One object in one frame, and the gripper that is to hold it.

    Attributes:
        scene: the frame, the object's mask and the support.
        cloud: of the object, completed, in the support frame.
        axis: (2,) horizontal position of the object's vertical axis of revolution, m, if any.
        obstacles: what is seen of other things.
        gripper: its shape.
        settings: limits.
    """

    scene: Scene
    cloud: TargetCloud
    axis: FloatArray | None
    obstacles: Obstacles
    gripper: Gripper
    settings: PlannerSettings

    @classmethod
    def of(
        cls, scene: Scene, completion: Completion, gripper: Gripper, settings: PlannerSettings
    ) -> PlanningContext:
        """The context of a completed object, with the obstacles around it."""
        obstacles = Obstacles.around(scene, settings)
        return cls(scene, completion.cloud, completion.axis, obstacles, gripper, settings)

    @property
    def max_opening(self) -> float:
        """Largest opening of the gripper that is used, m."""
        return min(self.gripper.max_opening, self.settings.max_opening)

    @property
    def max_width(self) -> float:
        """Largest distance of contacts that the open fingers clear, m."""
        return self.max_opening - 2 * self.settings.min_finger_clearance
