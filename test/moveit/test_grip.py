"""What a closed gripper and a tracker say of the object."""

import numpy as np
import pytest

from realvlg_ros.moveit.grip import (
    Evidence,
    Finding,
    GripLimits,
    GripReading,
    Sighting,
    combine,
    judge_reading,
    judge_sighting,
)

HELD, MISSED, GONE, UNKNOWN = Evidence.HELD, Evidence.MISSED, Evidence.GONE, Evidence.UNKNOWN


@pytest.mark.parametrize(
    ('opening', 'effort', 'width', 'evidence'),
    [
        (0.045, None, 0.045, HELD),
        (0.054, None, 0.045, HELD),
        (0.056, None, 0.045, MISSED),
        (0.034, None, 0.045, MISSED),
        (0.0, None, 0.045, MISSED),
        (0.0015, None, 0.009, MISSED),
        (0.0, None, 0.001, UNKNOWN),
        (None, None, 0.045, UNKNOWN),
        (0.045, 12.0, 0.045, HELD),
        (0.045, -12.0, 0.045, HELD),
        (0.045, 3.0, 0.045, MISSED),
        (None, 3.0, 0.045, MISSED),
    ],
)
def test_a_reading(opening, effort, width, evidence):
    limits = GripLimits(min_effort=5.0)
    assert judge_reading(GripReading(opening, effort), width, limits).evidence == evidence


def at(x, y, z, seen=True, frame='base', moves=False, what='box'):
    return Sighting(np.array([x, y, z]), seen, frame, moves, what)


def boxed(top, height):
    """A box that reaches from its top down by a height; 8 cm wide."""
    half_axes = np.diag([0.04, 0.04, height / 2])
    position = np.array([0.5, 0.0, top - height / 2])
    return Sighting(position, True, 'base', half_axes=half_axes)


BEFORE, WAY = at(0.5, 0.0, 0.0), np.array([0.0, 0.0, 0.1])


@pytest.mark.parametrize(
    ('after', 'evidence'),
    [
        (at(0.5, 0.0, 0.1), HELD),
        (at(0.5, 0.02, 0.08), HELD),
        (at(0.5, 0.0, 0.02), MISSED),
        (at(0.4, 0.0, 0.0), MISSED),
        (at(0.5, 0.0, 0.05), UNKNOWN),
        (at(0.5, 0.05, 0.1), UNKNOWN),
        (at(0.5, 0.0, 0.0, seen=False), GONE),
        (at(0.5, 0.0, 0.1, frame='other'), UNKNOWN),
        (at(0.5, 0.0, 0.1, moves=True), UNKNOWN),
        (at(0.5, 0.0, 0.1, what='grasp'), UNKNOWN),
        (Sighting(None, True, 'base'), UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_a_sighting_after_a_retreat_of_100_mm(after, evidence):
    assert judge_sighting(BEFORE, after, WAY).evidence == evidence


@pytest.mark.parametrize(
    ('after', 'evidence'),
    [
        # As tall as before; down to the support still, since nobody sees that it is not there.
        (boxed(0.16, 0.06), HELD),
        (boxed(0.16, 0.16), HELD),
        # Left behind, and left with a hand above it that makes the box no higher.
        (boxed(0.06, 0.06), MISSED),
        (boxed(0.06, 0.02), MISSED),
        (boxed(0.11, 0.11), UNKNOWN),
    ],
)
def test_a_box_that_still_reaches_the_support_has_moved_by_its_top(after, evidence):
    assert judge_sighting(boxed(0.06, 0.06), after, WAY).evidence == evidence


@pytest.mark.parametrize(
    ('reading', 'after', 'evidence'),
    [
        # A box that only grew says nothing by itself: a hand in the object's mask makes it grow.
        (UNKNOWN, boxed(0.16, 0.16), UNKNOWN),
        (HELD, boxed(0.16, 0.16), HELD),
        (UNKNOWN, boxed(0.16, 0.06), HELD),
    ],
)
def test_a_box_that_grew_needs_the_word_of_the_gripper(reading, after, evidence):
    sighting = judge_sighting(boxed(0.06, 0.06), after, WAY)
    assert combine(Finding(reading, 'gripper'), sighting).evidence == evidence
