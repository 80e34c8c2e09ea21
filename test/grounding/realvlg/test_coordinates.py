import math

import numpy as np
import pytest

from realvlg_ros.errors import ParameterError
from realvlg_ros.grounding.realvlg.coordinates import AnswerFrame, Convention, feed_size
from realvlg_ros.image_region import Box
from realvlg_ros.rectangle import ContactPair, GraspRectangle

LIMITS = 4 * 28 * 28, 16384 * 28 * 28


@pytest.mark.parametrize(
    ('size', 'tokens'),
    [((1280, 720), 1196), ((848, 480), 510), ((640, 480), 391), ((640, 360), 299)],
)
def test_visual_tokens_are_those_of_qwen2_5_vl(size, tokens):
    feed = feed_size(*size, 28, *LIMITS)
    assert feed.width * feed.height // 28**2 == tokens
    assert (feed.source_width, feed.source_height) == size


def test_feed_size_is_smart_resize():
    resize = pytest.importorskip('transformers.models.qwen2_vl.image_processing_pil_qwen2_vl')
    pick = np.random.default_rng(0)
    for _ in range(500):
        width, height = (int(v) for v in pick.integers(30, 3000, 2))
        factor = int(pick.choice([28, 32]))
        limits = int(pick.integers(1, 200)) * factor**2, int(pick.integers(200, 3000)) * factor**2
        feed = feed_size(width, height, factor, *limits)
        expected = resize.smart_resize(height, width, factor, *limits)
        assert (feed.height, feed.width) == expected


@pytest.mark.parametrize('bad', [(0, 10), (10, 3000)])
def test_pictures_that_cannot_be_fed(bad):
    with pytest.raises(ParameterError, match=f'{bad[0]}x{bad[1]}'):
        feed_size(*bad, 28, *LIMITS)


def test_an_empty_budget_is_refused():
    with pytest.raises(ParameterError, match='budget'):
        feed_size(640, 480, 28, 10**6, 10**5)


def frame_of(convention, size, budget=LIMITS[1], region=None):
    region = region or Box(0, 0, *size)
    feed = feed_size(int(region.width), int(region.height), 28, LIMITS[0], budget)
    return AnswerFrame.of(convention, region, size, feed)


# 1280x720 is fed as 1288x728; with a budget of 640x360 px as 616x336, from a source of 640x360.
@pytest.mark.parametrize(
    ('convention', 'budget', 'answer', 'expected'),
    [
        ('original', LIMITS[1], (100, 50, 300, 250), (100, 50, 300, 250)),
        ('resized', LIMITS[1], (161, 91, 322, 182), (160, 90, 320, 180)),
        ('norm1000', LIMITS[1], (125, 125, 250, 250), (160, 90, 320, 180)),
        ('original', 640 * 360, (100, 50, 300, 250), (200, 100, 600, 500)),
        ('resized', 640 * 360, (154, 84, 308, 168), (320, 180, 640, 360)),
        ('norm1000', 640 * 360, (500, 500, 1000, 1000), (640, 360, 1280, 720)),
    ],
)
def test_boxes_by_hand(convention, budget, answer, expected):
    frame = frame_of(Convention(convention), (1280, 720), budget)
    assert frame.to_box(answer).as_tuple() == pytest.approx(expected, abs=1e-6)


def test_limits_of_an_answer_are_the_size_of_its_frame():
    assert frame_of(Convention.ORIGINAL, (1280, 720)).width == 1280
    assert frame_of(Convention.RESIZED, (1280, 720)).width == 1288
    assert frame_of(Convention.NORM1000, (1280, 720)).height == 1000
    assert frame_of(Convention.ORIGINAL, (1280, 720), 640 * 360).height == 360


def test_a_box_beyond_the_border_is_clamped():
    frame = frame_of(Convention.RESIZED, (1280, 720))
    box = frame.to_box((1287, 727, 1288, 728))
    assert 0 <= box.x_min < box.x_max <= 1280
    assert 0 <= box.y_min < box.y_max <= 720


def test_a_crop_is_offset():
    region = Box(200, 100, 480, 380)
    frame = frame_of(Convention.NORM1000, (1280, 720), region=region)
    assert frame.to_box((0, 0, 1000, 500)).as_tuple() == (200, 100, 480, 240)
    assert frame.from_image(480, 240) == pytest.approx((1000, 500))


@pytest.mark.parametrize(
    ('degrees', 'radians'),
    [(0, 0), (30, math.pi / 6), (-30, -math.pi / 6), (90, math.pi / 2), (-90, math.pi / 2),
     (120, -math.pi / 3), (180, 0), (-170, math.pi / 18)],
)  # fmt: skip
def test_degrees_become_folded_radians(degrees, radians):
    frame = frame_of(Convention.ORIGINAL, (1280, 720))
    rectangle = frame.to_rectangle((640, 360, degrees, 80), 40, 0.5)
    assert rectangle.angle == pytest.approx(radians, abs=1e-9)
    assert (rectangle.x, rectangle.y, rectangle.height) == (640, 360, 40)
    assert rectangle.width == pytest.approx(80)


def test_angle_and_width_follow_an_uneven_scale():
    # 1000 units are 1280 px across and 720 px down.
    frame = frame_of(Convention.NORM1000, (1280, 720))
    rectangle = frame.to_rectangle((500, 500, 45, 100), 40, None)
    opening = np.array([1.28, 0.72]) * 100 * math.sqrt(0.5)
    assert rectangle.width == pytest.approx(np.linalg.norm(opening))
    assert rectangle.angle == pytest.approx(math.atan2(opening[1], opening[0]))


def test_a_rectangle_keeps_its_centre_inside_and_some_width():
    frame = frame_of(Convention.RESIZED, (1280, 720))
    rectangle = frame.to_rectangle((1287, 727, 10, 0.1), 40, None)
    rectangle.check_inside(1280, 720)
    assert rectangle.width == 1


def test_contacts_stay_apart_at_the_border():
    frame = frame_of(Convention.RESIZED, (1280, 720))
    pair = frame.to_contacts((1287.5, 10, 1288, 10), 0.5)
    assert pair.x1 == 1279
    assert pair.x2 < 1279


@pytest.mark.parametrize('convention', list(Convention))
def test_numbers_that_answer_a_truth_give_it_back(convention):
    feed = feed_size(640, 480, 28, 0, 200_000)
    frame = AnswerFrame.of(convention, Box(0, 0, 640, 480), (640, 480), feed)
    box = Box(100, 60, 300, 200)
    assert frame.to_box(frame.from_box(box)).iou(box) > 0.98
    contacts = ContactPair(100, 60, 140, 90)
    assert np.abs(frame.to_contacts(frame.from_contacts(contacts), None).points
                  - contacts.points).max() < 1.5  # fmt: skip
    for angle in (-1.4, -0.3, 0.0, 1.2, math.pi / 2):
        rectangle = GraspRectangle(200, 150, angle, 60, 40)
        back = frame.to_rectangle(frame.from_rectangle(rectangle, 2), 40, None)
        assert np.linalg.norm(back.center - rectangle.center) < 0.1
        assert abs(math.remainder(back.angle - angle, math.pi)) < 1e-3
        assert back.width == pytest.approx(60, abs=0.1)


def test_numbers_that_answer_a_truth_stay_in_the_picture():
    feed = feed_size(280, 280, 28, 0, 10**6)
    frame = AnswerFrame.of(Convention.ORIGINAL, Box(0, 0, 280, 280), (280, 280), feed)
    assert frame.from_box(Box(-5, -3, 300.4, 280)) == (0, 0, 280, 280)
    assert frame.from_box(Box(279.6, 0, 279.9, 1)) == (279, 0, 280, 1)
    assert frame.from_contacts(ContactPair(400, 5, 500, 5)) == (279, 5, 278, 5)
    assert frame.from_rectangle(GraspRectangle(-4, 300, 0.0, 0.2, 3)) == (0, 279, 0, 1)
