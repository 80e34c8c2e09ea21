from dataclasses import replace

import cv2
import numpy as np
import pytest
from solids import Ball, Box, Cylinder, look

from realvlg_ros.camera import Camera
from realvlg_ros.grasping.collision.obstacles import Obstacles
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.transforms import invert, transform_points

CAMERA = Camera(640, 480, 600.0, 600.0, 319.5, 239.5)
CUP = Cylinder(0.035, 0.1, (0.0, 0.0, 0.05))
# Behind the cup as seen from the camera, and seen beside its outline in part.
HANDLE = Box((0.012, 0.03, 0.06), (0.045, 0.032, 0.05))
# In the part of it that the cup hides.
HIDDEN = np.array([[0.045, 0.024, 0.06]])


@pytest.mark.parametrize(
    ('solids', 'own', 'taken'),
    [
        ((CUP,), 1, False),
        ((CUP, HANDLE), 2, True),
        # The same, as another thing.
        ((CUP, HANDLE), 1, True),
    ],
)
def test_what_shows_beside_the_outline_goes_on_behind_the_object(solids, own, taken):
    view = look(solids, eye=(-0.5, 0.0, 0.3), camera=CAMERA)
    mask = np.any(view.masks[:own], axis=0)
    scene = Scene.around(view.frame, mask, view.plane, None)
    points = transform_points(scene.camera2support @ invert(view.camera2world), HIDDEN)
    found = Obstacles.around(scene, PlannerSettings())
    assert found.hits(points, scene.pixels_of(points)).all() == taken


def test_the_inside_of_a_cup_does_not_go_on_behind_its_rim():
    walls = [Box((0.07, 0.004, 0.08), (0.0, y, 0.04)) for y in (-0.033, 0.033)]
    walls += [Box((0.004, 0.07, 0.08), (x, 0.0, 0.04)) for x in (-0.033, 0.033)]
    view = look([*walls, Box((0.07, 0.07, 0.004), (0.0, 0.0, 0.002))], eye=(-0.35, 0.0, 0.4))
    scene = Scene.around(view.frame, np.any(view.masks, axis=0), view.plane, None)
    inside = transform_points(
        scene.camera2support @ invert(view.camera2world), [[-0.022, 0.0, 0.06]]
    )
    found = Obstacles.around(scene, PlannerSettings())
    assert not found.hits(inside, scene.pixels_of(inside)).any()


def test_stray_readings_at_the_outline_of_a_small_thing_are_no_part_of_it():
    view = look([Ball(0.012, (0.0, 0.0, 0.012))], eye=(-0.6, 0.0, 0.6), camera=CAMERA)
    ball = view.masks[0].astype(np.uint8)
    ring = (ball > 0) & (cv2.erode(ball, np.ones((3, 3), np.uint8)) == 0)
    depth = view.frame.depth + np.where(ring, np.float32(0.015), np.float32(0))
    frame = replace(view.frame, depth=depth)
    scene = Scene.around(frame, view.masks[0], view.plane, None)
    found = Obstacles.around(scene, PlannerSettings())
    assert not np.isfinite(found.depth[view.masks[0]]).any()
