"""Where the camera is and where it looks."""

import numpy as np
import pytest

from realvlg_ros.errors import WorldError
from realvlg_ros.simulation.trajectory import LinearSweep, Orbit, StaticView, d435_camera, look_at
from realvlg_ros.transforms import invert, transform_points


def test_look_at_sees_the_target_in_the_middle_and_up_is_up():
    camera, camera2world = d435_camera(), look_at((-0.5, 0.2, 0.4), (0.1, 0.0, 0.05))
    rotation = camera2world[:3, :3]
    assert np.allclose(rotation @ rotation.T, np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1)
    seen = transform_points(
        invert(camera2world), [(0.1, 0, 0.05), (0.1, 0, 0.15), (0.1, 0.1, 0.05)]
    )
    middle, above, left = camera.project(seen)
    assert np.allclose(middle, (camera.cx, camera.cy))
    assert above[1] < middle[1] - 20
    assert left[0] < middle[0] - 20


def test_looking_straight_down_has_x_upward():
    pose = look_at((0, 0, 1), (0, 0, 0))
    assert np.allclose(pose[:3, :3] @ (0, 1, 0), (-1, 0, 0))


def test_d435_has_its_field_of_view():
    wide = d435_camera(1280, 720)
    assert np.degrees(2 * np.arctan(640 / wide.fx)) == pytest.approx(69.4, abs=0.5)
    assert d435_camera().fx == pytest.approx(wide.fx * 480 / 720)


def test_orbit_keeps_its_distance_and_goes_at_its_rate():
    orbit = Orbit(target=(0.1, 0.2, 0.0), radius=0.5, height=0.4, rate=0.25)
    eyes = np.array([orbit.camera2world(t)[:3, 3] for t in (0.0, 1.0, 3.0)])
    offsets = eyes - (0.1, 0.2, 0)
    assert np.allclose(np.hypot(offsets[:, 0], offsets[:, 1]), 0.5)
    assert np.allclose(offsets[:, 2], 0.4)
    angles = np.unwrap(np.arctan2(offsets[:, 1], offsets[:, 0]))
    assert np.diff(angles) == pytest.approx([0.25, 0.5])
    assert np.allclose(eyes[0], (-0.4, 0.2, 0.4))


def test_orbit_with_a_sweep_turns_back():
    orbit = Orbit(rate=0.5, sweep=1.0)
    assert np.allclose(orbit.camera2world(1.0), orbit.camera2world(3.0))
    assert np.allclose(orbit.camera2world(0.0), orbit.camera2world(4.0))


def test_sweep_moves_at_its_speed_without_turning_and_comes_back():
    sweep = LinearSweep((-0.5, -0.1, 0.5), (-0.5, 0.1, 0.5), speed=0.05)
    first, second, back = (sweep.camera2world(t) for t in (1.0, 2.0, 7.0))
    assert np.linalg.norm(second[:3, 3] - first[:3, 3]) == pytest.approx(0.05)
    assert np.allclose(first[:3, :3], second[:3, :3])
    assert np.allclose(back, first)


def test_static_view_stays():
    assert np.array_equal(StaticView().camera2world(0), StaticView().camera2world(5))


@pytest.mark.parametrize(
    'make',
    [
        lambda: look_at((0, 0, 1), (0, 0, 1)),
        lambda: Orbit(radius=0),
        lambda: LinearSweep((0, 0, 1), (0, 0, 1)),
        lambda: LinearSweep(speed=-1),
    ],
)
def test_impossible_paths_are_refused(make):
    with pytest.raises(WorldError):
        make()
