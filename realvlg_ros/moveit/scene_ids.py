"""Names of a target's things in the planning scene."""

from __future__ import annotations

from ..errors import MessageError
from ..msg import GraspTarget


def object_id(target: GraspTarget) -> str:
    """Id of the object, the same as long as it is the same track.

    Raises:
        MessageError: the target has no track.
    """
    return object_name(_track(target))


def support_id(target: GraspTarget) -> str:
    """Id of what the object stands on, the same as long as it is the same track.

    Raises:
        MessageError: the target has no track.
    """
    return support_name(_track(target))


def object_name(track_id: int) -> str:
    """Id of the object of a track."""
    return f'object_{track_id}'


def support_name(track_id: int) -> str:
    """Id of what the object of a track stands on."""
    return f'support_{track_id}'


def _track(target: GraspTarget) -> int:
    if target.track_id == 0:
        raise MessageError(
            'a target without a track (track_id 0) has no place in the planning scene: '
            f'{target.message or "nothing is followed"}'
        )
    return int(target.track_id)
