"""Whether an object is not stable since it is followed in the frame of a camera that moves."""

from __future__ import annotations

import numpy as np

from ..arrays import FloatArray

# An object that moved farther was moved, or the camera was, m. Chosen: three times as far as a
# stable pose may be from where it is now, with the default of tracker.stable_position_mm.
_MOVED_M = 0.03


class CameraDrift:
    """How far an object moved in the frame of the camera while a goal waited for it."""

    def __init__(self) -> None:
        """Begin without an object."""
        self._track_id = 0
        self._frame_id = ''
        self._places = np.empty((0, 3))

    def add(self, track_id: int, frame_id: str, camera_frame_id: str, place: FloatArray) -> None:
        """Take one sight of the object; those of another track are forgotten.

        Args:
            track_id: of the target.
            frame_id: frame that it is followed in.
            camera_frame_id: optical frame of the camera; the object moves with the camera in it.
            place: (3,) centre of the object in frame_id, m.
        """
        if track_id != self._track_id or frame_id != camera_frame_id:
            self._places = np.empty((0, 3))
        self._track_id, self._frame_id = track_id, frame_id
        if frame_id == camera_frame_id:
            # The corners of all places are enough.
            places = np.vstack([self._places, place])
            self._places = np.stack([places.min(axis=0), places.max(axis=0)])

    def words(self, remedy: str) -> str:
        """Why the object is not stable, to be added to a sentence; empty if not for this.

        Args:
            remedy: how a fixed frame is given.
        """
        if not len(self._places):
            return ''
        moved = float(np.linalg.norm(np.ptp(self._places, axis=0)))
        if moved <= _MOVED_M:
            return ''
        return (
            f'; it moved by {100 * moved:.0f} cm in {self._frame_id!r}, the frame of the camera, '
            f'and so is not stable: if it is the camera that moves, {remedy}'
        )
