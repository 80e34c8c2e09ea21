"""The frame in which targets live does not flip while tf flickers."""

from __future__ import annotations

from dataclasses import replace

from .key_frames import KeyFrame

# Followed in the camera's frame, targets go back to the fixed frame after so many frames with tf.
# Chosen: half a second at 30 Hz, so that flickering tf does not switch them.
_STEADY_TF_FRAMES = 15


class SteadyWorld:
    """Counts the frames with tf in a row."""

    def __init__(self) -> None:
        """Start without any."""
        self._frames_with_tf = 0

    def steady(self, key: KeyFrame, last: KeyFrame | None, followed: bool) -> KeyFrame:
        """A frame without its fixed frame while tf has only just come back.

        Args:
            key: the new frame.
            last: the frame before it.
            followed: whether there are targets, which live in the world of the last frame.
        """
        self._frames_with_tf = 0 if key.camera2fixed is None else self._frames_with_tf + 1
        if last is None or last.camera2fixed is not None or not followed:
            return key
        if self._frames_with_tf >= _STEADY_TF_FRAMES:
            return key
        return replace(key, camera2fixed=None, fixed_frame='')
