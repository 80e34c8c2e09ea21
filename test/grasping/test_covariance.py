import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.grasping.covariance import (
    SEARCHED,
    Choice,
    contact_covariance,
    lift_covariance,
    tcp_covariance,
)
from realvlg_ros.transforms import make_transform, transform_covariance

NOTHING = Choice((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
MIDDLE = np.array([0.1, -0.05, 0.7])


def deviations(covariance):
    return np.sqrt(np.diag(covariance))


def test_turn_of_the_opening_axis_moves_the_tcp_by_its_lever():
    covariance = np.diag([0, 0, 0, 0.02**2, 0, 0])
    # The TCP lies 15 mm past the contacts along its approach z.
    tcp = make_transform(np.eye(3), MIDDLE + (0, 0, 0.015))
    moved = tcp_covariance(covariance, MIDDLE, tcp, NOTHING)
    assert deviations(moved) == pytest.approx([0, 0.02 * 0.015, 0, 0.02, 0, 0])
    # Turned by +x, what lies along z goes to -y.
    assert moved[1, 3] == pytest.approx(-0.015 * 0.02**2)
    at_contacts = tcp_covariance(covariance, MIDDLE, make_transform(np.eye(3), MIDDLE), NOTHING)
    assert at_contacts == pytest.approx(covariance)


def test_lean_swings_the_tcp_about_the_contacts_and_choices_follow_its_axes():
    # Opening along the camera's x, approach along its z.
    rotation = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    tcp = make_transform(rotation, MIDDLE + (0, 0, 0.01))
    leaning = tcp_covariance(np.zeros((6, 6)), MIDDLE, tcp, Choice((0, 0, 0), (0, 0.1, 0)))
    assert deviations(leaning) == pytest.approx([0, 0.001, 0, 0.1, 0, 0])
    choice = Choice((0.001, 0.002, 0.003), (0.01, 0.0, 0.03))
    placed = tcp_covariance(np.zeros((6, 6)), MIDDLE, tcp, choice)
    assert deviations(placed) == pytest.approx([0.002, 0.001, 0.003, 0, 0.01, 0.03])


def test_covariance_turns_with_everything_else():
    contacts = np.array([[0.08, -0.05, 0.7], [0.12, -0.05, 0.71]])
    measured = contact_covariance(contacts, (30, 60), 600.0, DepthNoise())
    tcp = make_transform(Rotation.from_rotvec([0.4, 2.0, -0.3]).as_matrix(), (0.1, -0.04, 0.72))
    turn = make_transform(Rotation.from_rotvec([0.3, -0.8, 0.5]).as_matrix(), (0.2, 0.1, 0))
    middle = contacts.mean(axis=0)
    here = tcp_covariance(measured, middle, tcp, SEARCHED)
    there = tcp_covariance(
        transform_covariance(turn, measured),
        turn[:3, :3] @ middle + turn[:3, 3],
        turn @ tcp,
        SEARCHED,
    )
    assert there == pytest.approx(transform_covariance(turn, here), abs=1e-12)
    assert np.linalg.eigvalsh(here).min() > 0


def test_more_readings_and_wider_contacts_are_surer():
    def of(width, count):
        contacts = np.array([[-width / 2, 0, 0.8], [width / 2, 0, 0.8]])
        return deviations(contact_covariance(contacts, (count, count), 600.0, DepthNoise()))

    # Along the view sigma / sqrt(readings / 9) each, and their mean's over root two.
    ray = np.array([-0.04, 0, 0.8]) / math.hypot(0.04, 0.8)
    lateral = 0.5 * 0.8 / 600
    single = DepthNoise().sigma(0.8) / math.sqrt(10)
    expected = math.sqrt((single**2 * ray[2] ** 2 + lateral**2 * ray[0] ** 2) / 2)
    assert of(0.08, 90)[2] == pytest.approx(expected, rel=1e-3)
    assert of(0.08, 90)[2] == pytest.approx(of(0.08, 360)[2] * 2, rel=0.02)
    # About y the difference of the depths turns the axis; about x itself nothing is measured.
    assert of(0.08, 90)[4] == pytest.approx(single * math.sqrt(2) / 0.08, rel=0.02)
    assert of(0.04, 90)[4] == pytest.approx(2 * of(0.08, 90)[4], rel=0.02)
    assert of(0.08, 90)[3] == pytest.approx(0, abs=1e-12)


def test_lifted_contacts_err_along_the_opening_and_along_the_ray():
    axis, ray = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
    covariance = lift_covariance(axis, ray, (0.0002, 0.001), (0.01, 0.002))
    position = deviations(covariance)[:3]
    assert position == pytest.approx([0.0002, 0, 0.001], abs=7e-5)
    # Out of the image plane the axis turns about the line across the view.
    assert deviations(covariance)[3:] == pytest.approx([0, 0.01, 0.002])
