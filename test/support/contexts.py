"""Contexts of plans, for tests of single stages."""

from dataclasses import replace

import numpy as np
from grippers import GRIPPER
from solids import Box, look

from realvlg_ros.grasping.completion.symmetry import complete
from realvlg_ros.grasping.context import PlanningContext
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.settings import PlannerSettings


def context_of(scene, settings=None, gripper=GRIPPER, completed=True):
    """The context of what a scene shows of its object, completed or as it is seen."""
    settings = settings or PlannerSettings()
    cloud = TargetCloud.from_scene(scene)
    completion = complete(cloud, scene)
    context = PlanningContext.of(scene, completion, gripper, settings)
    return context if completed else replace(context, cloud=cloud, axis=None)


def context_around(cloud, axis=None, settings=None, gripper=GRIPPER):
    """The context of a cloud that stands for an object, on a table with nothing else on it."""
    context = context_of(look([Box((0.04, 0.04, 0.04), (0, 0, 0.02))]).scene(), settings, gripper)
    return replace(context, cloud=cloud, axis=None if axis is None else np.asarray(axis))


def block_up_to(top):
    """The cloud of a block 40 mm wide and as high as given, m."""
    x, y, z = np.meshgrid(
        np.linspace(-0.02, 0.02, 5), np.linspace(-0.02, 0.02, 5), np.linspace(0, top, 8)
    )
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    normals = np.tile((0, 0, 1.0), (len(points), 1))
    return TargetCloud(points, normals, np.ones(len(points), bool), len(points))
