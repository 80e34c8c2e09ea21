import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import ParameterError
from realvlg_ros.evaluation.conditions import CURVES, add_noise, curves_of, scale_light
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.image_region import Box

BOX = Box(10, 20, 50, 60)


def frame():
    color = np.random.default_rng(1).integers(0, 256, (100, 640, 3)).astype(np.uint8)
    return RgbdFrame(color, np.ones((100, 640), np.float32), Camera(640, 100, 500, 500, 320, 50))


def test_half_the_light_is_that_of_half_the_exposure():
    color = np.full((2, 2, 3), 200, np.uint8)
    # 255 * (0.5 * (200/255)**2.2)**(1/2.2)
    assert scale_light(color, 0.5)[0, 0, 0] == round(200 * 0.5 ** (1 / 2.2))
    assert (scale_light(color, 1.0) == color).all()
    assert (scale_light(color, 100.0) == 255).all()


def test_noise_has_its_deviation():
    color = np.full((200, 200, 3), 128, np.uint8)
    noisy = add_noise(color, 10.0, np.random.default_rng(0)).astype(float)
    assert noisy.std() == pytest.approx(10, abs=0.2)
    assert noisy.mean() == pytest.approx(128, abs=0.2)


@pytest.mark.parametrize('name', CURVES)
def test_a_condition_is_the_same_each_time_and_changes_more_at_each_level(name):
    seen, changes = frame(), []
    for condition in CURVES[name].conditions():
        one, again = (condition.seen(seen, BOX, 'a#b') for _ in range(2))
        assert (one.color == again.color).all()
        changes.append(np.abs(one.color.astype(int) - seen.color).mean())
        assert one.color.shape == seen.color.shape
    assert changes == sorted(changes)
    assert changes[0] > 0


def test_what_hides_covers_its_share_of_the_box_and_no_depth_is_behind_it():
    for condition in CURVES['occlusion'].conditions():
        hidden = condition.seen(frame(), BOX, 'key').depth == 0
        inside = hidden[BOX.slices()]
        assert inside.mean() == pytest.approx(condition.level, abs=0.03)
        assert hidden.sum() == inside.sum()


def test_curves_are_chosen_by_name():
    assert [curve.name for curve in curves_of('blur, darker,blur')] == ['blur', 'darker']
    assert len(curves_of('all')) == len(CURVES)
    assert curves_of('') == ()
    with pytest.raises(ParameterError, match="condition 'fog' is not one of all, darker"):
        curves_of('fog')
