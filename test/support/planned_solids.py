"""Solids whose grasps are known, and the plans that tests of the planner judge."""

from solids import Ball, Box, Cylinder

from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file

FRANKA_HAND = Gripper.from_yaml(gripper_file('franka_hand'))
SOLIDS = {
    'box': Box((0.05, 0.09, 0.12), (0, 0, 0.06), 0.3),
    'can': Cylinder(0.033, 0.115, (0, 0, 0.0575)),
    'ball': Ball(0.03, (0, 0, 0.03)),
    'bar': Box((0.02, 0.16, 0.03), (0, 0, 0.015), -0.4),
}


def ground(view, index=0, **values):
    """A grounding of one of the view's solids by its mask."""
    mask = RegionMask.from_full(view.masks[index])
    return Grounding(GroundingStatus.OK, 'it', mask=mask, **values)


def plan_grasps(view, grounding=None, **settings):
    """The plan of a Franka hand for the first solid, or for a grounding, on the true support."""
    planner = GraspPlanner(FRANKA_HAND, PlannerSettings(**settings))
    return planner.plan(view.frame, grounding or ground(view), plane=view.plane)


def closing_error(view, solid, grasp):
    """How far the middle of the contacts lies off the solid's middle along the opening, m."""
    axis = view.camera2world[:3, :3] @ grasp.opening_axis
    offset = view.to_world(grasp.contact_points.mean(axis=0)) - solid.center
    return abs(float(offset @ axis))
