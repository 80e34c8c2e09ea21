"""A simulated frame with its truth, and what annotates it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from realvlg_ros.annotation.annotator import Annotator
from realvlg_ros.annotation.stages.localise import Localiser
from realvlg_ros.annotation.stages.unify import GraspUnifier
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.tabletop import TabletopGrounder
from realvlg_ros.resources import gripper_file
from realvlg_ros.segmentation.depth import DepthSegmenter
from realvlg_ros.simulation.recording import write_rendered
from realvlg_ros.simulation.renderer import RenderedFrame, Renderer, RenderSettings
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.simulation.world import World

NOON = '2026-01-31T12:00:00+00:00'


@cache
def rendered(seed: int = 1) -> RenderedFrame:
    """A table with five things in a quarter of a D435's image."""
    world = World.random(seed, 5)
    pose = world.trajectory.camera2world(0.0)
    return Renderer(world, RenderSettings.fast()).render(d435_camera(), pose, None, seed)


def write_frames(folder: Path, seeds: tuple[int, ...] = (1,)) -> Path:
    """Frame folders named by their seeds."""
    for seed in seeds:
        write_rendered(folder / f'frame_{seed}', rendered(seed), World.random(seed, 5))
    return folder


def make_annotator(grasps: int = 3) -> Annotator:
    """All that is embedded, at a fixed time."""
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    return Annotator(
        Localiser(TabletopGrounder(), DepthSegmenter()),
        GraspUnifier(GraspPlanner(gripper), grasps),
        clock=lambda: NOON,
    )
