import math

import numpy as np
import pytest

from realvlg_ros.errors import RectangleError
from realvlg_ros.rectangle import ContactPair, GraspRectangle, fold_angle


@pytest.mark.parametrize(
    ('angle', 'folded'),
    [(0, 0), (90, 90), (-90, 90), (91, -89), (180, 0), (270, 90), (-135, 45), (720.5, 0.5)],
)
def test_fold_angle(angle, folded):
    assert math.degrees(fold_angle(math.radians(angle))) == pytest.approx(folded)


def test_corners_by_hand():
    corners = GraspRectangle(10, 20, math.radians(90), 8, 4).corners()
    # The opening axis points down; P0 is its start, moved by half a jaw along (-1, 0).
    assert corners == pytest.approx(np.array([[8, 16], [8, 24], [12, 24], [12, 16]]))


@pytest.mark.parametrize('degrees', [-80, -30, 0, 45, 90])
def test_corners_round_trip(degrees):
    rectangle = GraspRectangle(100, 60, math.radians(degrees), 50, 20, 0.5)
    back = GraspRectangle.from_corners(rectangle.corners(), 0.5)
    assert (back.x, back.y, back.angle, back.width, back.height) == pytest.approx(
        (100, 60, math.radians(degrees), 50, 20)
    )


def test_contacts_round_trip():
    rectangle = GraspRectangle(100, 60, math.radians(30), 50, 20)
    contacts = rectangle.to_contacts()
    assert contacts.points[1] - contacts.points[0] == pytest.approx([43.30127, 25.0])
    back = contacts.to_rectangle(20)
    assert back.angle == pytest.approx(math.radians(30))
    assert (back.width, back.height) == pytest.approx((50, 20))


def test_degenerate_values_are_refused():
    with pytest.raises(RectangleError, match='positive width'):
        GraspRectangle(1, 2, 0, 0, 4)
    with pytest.raises(RectangleError, match='finite'):
        GraspRectangle(1, math.nan, 0, 3, 4)
    with pytest.raises(RectangleError, match='apart'):
        ContactPair(1, 2, 1, 2)


def test_outside_the_image_is_refused():
    GraspRectangle(639, 479, 0, 30, 10).check_inside(640, 480)
    with pytest.raises(RectangleError, match=r'\(700\.0, 20\.0\).*640x480.*convention'):
        GraspRectangle(700, 20, 0, 30, 10).check_inside(640, 480)
