"""The codes of MoveIt for the ends of a request to plan grasps."""

from __future__ import annotations

from typing import Any

from ..action import PlanGrasps
from ..ros.requests.status_names import STATUS_NAMES
from .messages import moveit_msgs

# Name of the status of PlanGrasps -> name of the code of moveit_msgs/MoveItErrorCodes.
CODE_NAMES = {
    'OK': 'SUCCESS',
    'NOT_FOUND': 'INVALID_OBJECT_NAME',
    'AMBIGUOUS': 'INVALID_OBJECT_NAME',
    'NO_GRASP': 'PLANNING_FAILED',
    'LOST': 'UNABLE_TO_AQUIRE_SENSOR_DATA',
    'TIMED_OUT': 'TIMED_OUT',
    'CANCELED': 'PREEMPTED',
    'FAILED': 'FAILURE',
    'TF_UNAVAILABLE': 'FRAME_TRANSFORM_FAILURE',
}
_SOURCE = 'realvlg_ros'


def error_code(result: PlanGrasps.Result) -> Any:
    """The moveit_msgs/MoveItErrorCodes of a result of PlanGrasps.

    | status | code |
    |---|---|
    | OK | SUCCESS |
    | NOT_FOUND, AMBIGUOUS | INVALID_OBJECT_NAME |
    | NO_GRASP | PLANNING_FAILED |
    | LOST | UNABLE_TO_AQUIRE_SENSOR_DATA |
    | TIMED_OUT | TIMED_OUT |
    | CANCELED | PREEMPTED |
    | FAILED | FAILURE |
    | TF_UNAVAILABLE | FRAME_TRANSFORM_FAILURE |

    The message begins with the status, and holds the question where the sentence fits several
    objects. Distributions before Jazzy have no place for it.

    Raises:
        MissingDependencyError: moveit_msgs is not installed.
    """
    codes = moveit_msgs().MoveItErrorCodes
    code = codes(val=getattr(codes, CODE_NAMES[STATUS_NAMES[result.status]]))
    if hasattr(code, 'message'):
        code.message, code.source = in_words(result), _SOURCE
    return code


def in_words(result: PlanGrasps.Result) -> str:
    """The status of a result, its reason, and the question that an answer would settle."""
    words = f'{STATUS_NAMES[result.status]}: {result.message}'
    question = result.grounding.question
    return words if not question or question in words else f'{words}; {question}'
