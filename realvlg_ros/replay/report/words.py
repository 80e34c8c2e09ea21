"""Terms of the report in plain words, and numbers with their units."""

from __future__ import annotations

import math

from ...arrays import FloatArray

# How a goal ended: the statuses of PlanGrasps, and none.
STATUSES = {
    'OK': 'a grasp was found and checked',
    'NOT_FOUND': 'nothing in the image fits the sentence',
    'AMBIGUOUS': 'several objects fit; the person is asked which is meant',
    'NO_GRASP': 'the object was found, but no grasp of it is possible',
    'LOST': 'the object went out of sight before a grasp was ready',
    'FAILED': 'something went wrong on the way',
    'TIMED_OUT': 'no answer within the time that was given',
    'TF_UNAVAILABLE': 'tf does not tell where the camera or the robot is',
    'CANCELED': 'the goal was canceled or replaced',
    'NO_ANSWER': 'the replay ended before an answer came',
}
# How a followed object is: the states of GraspTarget.
STATES = {
    'CONFIRMED': 'followed from frame to frame',
    'TENTATIVE': 'seen, not yet confirmed',
    'OCCLUDED': 'not seen now; its place is predicted',
    'NO_GRASP': 'seen, but no grasp is possible now',
    'LOST': 'not followed any more',
}
# Terms that a goal's card uses.
TCP = 'the point between the fingertips (TCP)'
QUALITY = '0 is worst, 1 is best'
STD = 'one standard deviation in the worst direction, as the covariance states it'
TIME_TO_ANSWER = "from the question on, in the recording's time"


def mm(value_m: float, digits: int = 1) -> str:
    """A length in mm."""
    return f'{_signed_zero(value_m * 1000, digits)} mm'


def degrees(value: float, digits: int = 1) -> str:
    """An angle, rad, in degrees."""
    return f'{_signed_zero(math.degrees(value), digits)}°'


def seconds(value: float) -> str:
    """A time."""
    return f'{_signed_zero(value, 2)} s'


def percent(share: float) -> str:
    """A share of one."""
    return f'{share * 100:.0f} %' if share in (0.0, 1.0) else f'{share * 100:.1f} %'


def vector(values: FloatArray, digits: int) -> str:
    """Three numbers."""
    return ', '.join(_signed_zero(float(value), digits) for value in values)


def counted(count: int, noun: str) -> str:
    """A number with its noun, as in '1 frame' and '2 frames'."""
    return f'{count} {noun if count == 1 else noun + "s"}'


def _signed_zero(value: float, digits: int) -> str:
    """The number without a minus before zero."""
    words = f'{value:.{digits}f}'
    return words.removeprefix('-') if float(words) == 0 else words
