import numpy as np
import pytest
from solids import Box, Cylinder, look

from realvlg_ros.grasping.collision.obstacles import Obstacles
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.transforms import invert, transform_points

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
    view = look(solids, eye=(-0.5, 0.0, 0.3))
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
