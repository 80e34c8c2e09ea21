import numpy as np
import pytest
from solids import CAMERA, Box, Cylinder, look

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.completion.symmetry import complete
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.observation.truncation import Truncation, nearest_beside, toward_border
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file

BOX = Box((0.05, 0.06, 0.12), (0, 0, 0.06))


def cloud_of(view):
    return TargetCloud.from_scene(view.scene())


def cuts_in_world(view, cloud):
    scene = view.scene()
    camera = cloud.cuts.points @ scene.support2camera[:3, :3].T + scene.support2camera[:3, 3]
    return view.to_world(camera)


def cropped(view, top):
    """The view without the first rows of the image."""
    camera = CAMERA
    lower = Camera(
        camera.width, camera.height - top, camera.fx, camera.fy, camera.cx, camera.cy - top
    )
    frame = RgbdFrame.from_arrays(view.frame.color[top:], view.frame.depth[top:], lower)
    mask = view.masks[0][top:]
    return frame, mask, Scene.around(frame, mask, view.plane, None)


def test_whole_object_has_no_cut():
    assert len(cloud_of(look([BOX])).cuts.points) == 0


def test_what_stands_behind_or_below_cuts_nothing():
    behind = Box((0.03, 0.3, 0.2), (0.12, 0, 0.1))
    assert len(cloud_of(look([BOX, behind])).cuts.points) == 0


@pytest.mark.parametrize('shadow', [0, 6])
def test_cut_lies_where_something_nearer_covers_the_object(shadow):
    post = Box((0.02, 0.04, 0.2), (-0.1, 0.035, 0.1))
    view = look([BOX, post])
    # Beside what is in front, the eye of the projector sees nothing of what is behind it.
    depth = view.frame.depth.copy()
    for k in range(1, shadow + 1):
        depth[:, :-k][view.masks[1][:, k:] & ~view.masks[1][:, :-k]] = 0
        depth[:, k:][view.masks[1][:, :-k] & ~view.masks[1][:, k:]] = 0
    mask = view.masks[0] & (depth > 0)
    frame = RgbdFrame.from_arrays(view.frame.color, depth, CAMERA)
    scene = Scene.around(frame, mask, view.plane, None)
    cloud = TargetCloud.from_scene(scene)
    camera = cloud.cuts.points @ scene.support2camera[:3, :3].T + scene.support2camera[:3, 3]
    y = view.to_world(camera)[:, 1]
    assert len(y) > 10
    # The line of sight past the post, at y = 15 mm and 100 mm nearer, meets the face here.
    edge = 0.015 * 0.375 / 0.29
    assert np.median(np.abs(y - edge + 0.002 * shadow)) < 0.008
    assert not cloud.cuts.outward.any()


def test_surface_goes_on_beyond_the_border_of_the_image():
    view = look([Cylinder(0.03, 0.15, (0, 0, 0.075))])
    top = int(np.flatnonzero(view.masks[0].any(axis=1))[0]) + 30
    _, _, scene = cropped(view, top)
    cloud = TargetCloud.from_scene(scene)
    points, normals = cloud.cuts.continued()
    camera = points @ scene.support2camera[:3, :3].T + scene.support2camera[:3, 3]
    world = view.to_world(camera)
    cut = camera[:, :2] / camera[:, 2:]
    assert (cut[:, 1] * CAMERA.fy + CAMERA.cy - top < 0.5).all()
    assert world[:, 2].max() > 0.15
    assert np.median(np.abs(np.hypot(world[:, 0], world[:, 1]) - 0.03)) < 0.01
    assert len(normals) == len(points)


def test_no_grasp_rests_on_a_thickness_that_is_cut_off():
    view = look([Box((0.07, 0.11, 0.15), (0, 0, 0.075))], eye=(-0.4, 0.0, 0.5))
    first = int(np.flatnonzero(view.masks[0].any(axis=1))[0])
    planner = GraspPlanner(Gripper.from_yaml(gripper_file('franka_hand')))

    def plan(top):
        frame, mask, _ = cropped(view, top)
        grounding = Grounding(
            GroundingStatus.OK, 'box', label='box', score=1.0, mask=RegionMask.from_full(mask)
        )
        return planner.plan(frame, grounding, plane=view.plane)

    whole, cut = plan(0), plan(first + 6)
    assert whole.grasps and whole.grasps[0].object_width == pytest.approx(0.07, abs=0.004)
    assert not cut.grasps
    assert cut.refusals['rests on a side that is covered or cut off'] > 0


def test_hidden_side_is_a_guess_only_where_the_top_is_cut():
    view = look([BOX])
    first = int(np.flatnonzero(view.masks[0].any(axis=1))[0])
    for top, uncertain in ((0, False), (first + 12, True)):
        _, _, scene = cropped(view, top)
        cloud = TargetCloud.from_scene(scene)
        full = complete(cloud, scene).cloud
        assert (len(full.uncertain) > 0) == uncertain
        assert not full.observed[full.uncertain].any()


def test_direction_to_the_border_is_told_beside_it_only():
    border = toward_border((20, 30), (slice(0, 20), slice(20, 30)))
    assert border[0, 0].tolist() == [0, -1]
    assert border[19, 9].tolist() == [1, 1]
    assert not border[5:15, :7].any()


def test_slivers_and_the_support_cover_nothing():
    depth = np.full((40, 40), 0.8)
    mask = np.zeros(depth.shape, bool)
    mask[10:30, 10:20] = True
    depth[10:30, 21:23] = 0.6
    depth[32:, :] = 0.6
    support = np.zeros(depth.shape, bool)
    support[32:] = True
    assert nearest_beside(depth, mask, support, 15)[mask].min() == 0.8
    depth[10:30, 21:29] = 0.6
    assert nearest_beside(depth, mask, support, 15)[20, 19] == 0.6


def test_no_cut_is_near_nothing():
    assert not Truncation.none().near(np.zeros((5, 3)), 1.0).any()
    assert len(Truncation.none().continued()[0]) == 0
