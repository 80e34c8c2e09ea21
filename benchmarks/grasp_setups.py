"""How the camera looks at the scenes of `grasp_quality`, and what it does to the depth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.report import Goal
from realvlg_ros.arrays import FloatArray
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.trajectory import random_view
from realvlg_ros.transforms import make_transform

# A depth image as stereo and structured light make it of a hard scene: see
# simulation/depth_defects.py for what was measured on real ones. Fattening: half of a window of
# 5 x 5; blobs cover what the worst tenth of real images have.
FATTENED_DEPTH = DepthCameraModel(
    axial_at_1m=0.0057, correlation_px=1.2, dropout=0.01, edge_dropout=0.6, flying_share=0.1,
    jitter_share=0.3, grazing_angle=1.3, fattening_px=2, speckle=0.02, speckle_px=6.0,
    dark_dropout=0.35,
)  # fmt: skip
# A smoothed image, as phones and time-of-flight cameras give: little noise, ramps at edges.
SMOOTH_DEPTH = DepthCameraModel(
    axial_at_1m=0.002, correlation_px=1.2, edge_dropout=0.0, flying_share=0.05, jitter_share=0.0,
    baseline=0.0, smear_px=5,
)  # fmt: skip
# Wrong grasps of all targets that can be grasped.
_WRONG = Goal('<=', 0.03)


@dataclass(frozen=True)
class Setup:
    """One way to look at scenes.

    Attributes:
        name: before the names of its figures; empty for the plain one.
        depth: model of the depth camera.
        distance: least and largest, m.
        elevation: least and largest, degrees.
        rolls: turns of the camera about its axis that are drawn from, degrees.
        clutter: whether clutter is looked at, too.
        goals: of figures, by their names.
    """

    name: str = ''
    depth: DepthCameraModel = field(default_factory=DepthCameraModel)
    distance: tuple[float, float] = (0.50, 0.85)
    elevation: tuple[float, float] = (40.0, 75.0)
    rolls: tuple[float, ...] = (0.0,)
    clutter: bool = True
    goals: tuple[tuple[str, Goal], ...] = ()

    def view(self, seed: int) -> FloatArray:
        """The random view (4x4, camera to world) of a number."""
        rng = np.random.default_rng(seed + 7919)
        pose = random_view(rng, self.distance, self.elevation)
        roll = np.radians(rng.choice(self.rolls))
        cosine, sine = np.cos(roll), np.sin(roll)
        turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])
        return np.asarray(pose @ make_transform(turn, (0, 0, 0)))

    def goal(self, figure: str) -> Goal | None:
        """The goal of one of its figures, if there is one."""
        return dict(self.goals).get(figure)


SETUPS = (
    Setup(goals=(('single_valid', Goal('>=', 0.95)), ('clutter_valid', Goal('>=', 0.90)))),
    Setup(
        'hard', FATTENED_DEPTH,
        goals=(
            ('single_valid', Goal('>=', 0.92)), ('clutter_valid', Goal('>=', 0.85)),
            ('single_wrong', _WRONG), ('clutter_wrong', _WRONG),
        ),
    ),
    Setup('smooth', SMOOTH_DEPTH, clutter=False, goals=(('single_wrong', _WRONG),)),
    Setup('low', elevation=(15.0, 25.0), clutter=False, goals=(('single_wrong', _WRONG),)),
    Setup('near', distance=(0.20, 0.35), clutter=False, goals=(('single_wrong', _WRONG),)),
    Setup('down', elevation=(85.0, 90.0), clutter=False, goals=(('single_wrong', _WRONG),)),
    Setup('rolled', rolls=(90.0, 180.0, 270.0), clutter=False,
          goals=(('single_wrong', _WRONG),)),
)  # fmt: skip
