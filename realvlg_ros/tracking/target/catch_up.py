"""Carry a target from the frame that was grounded to the newest one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import FloatArray
from ...transforms import invert
from ..measurement.object_motion import Measurement
from ..measurement.rigid_fit import difference, perturbed
from ..memory.key_frames import KeyFrame, ThinnedFrame
from .track import TargetTrack

# Agreement that a leap over several frames needs, and that a step to the next one does. Chosen: a
# wrong leap is followed to the end, a step is checked by the next.
_LEAP_SUPPORT, _STEP_SUPPORT = 0.93, 0.65
# After a leap, so many times its length is tried next. Chosen: the number of leaps grows with the
# logarithm of the frames.
_LONGER = 2
# Measurements that may fail before it is given up. Chosen: bounds the work when the object cannot
# be seen.
_MAX_FAILURES = 6


def catch_up(track: TargetTrack, frames: Sequence[KeyFrame | ThinnedFrame]) -> bool:
    """Follow a target through past frames, oldest first, to the last of them.

    The leap to the newest frame is tried first; where it fails, the way is halved, down to single
    frames. Returns whether the target was found in the last frame.
    """
    walker = _Walker(track)
    walker.walk(frames)
    caught = bool(frames) and track.stamp_ns == frames[-1].stamp_ns
    if caught and len(frames) > 1:
        walker.look_back(frames[-2])
    return caught


def carry(track: TargetTrack, frames: Sequence[KeyFrame | ThinnedFrame], newest: KeyFrame) -> None:
    """Bring a target to the newest frame; behind something else it may be where it was.

    Args:
        track: the target, as it was in the frame that was grounded.
        frames: all after that, oldest first.
        newest: the last of them.
    """
    grounded_ns = track.stamp_ns
    if catch_up(track, frames):
        return
    track.follow(newest)
    if not track.seen and not track.life.covered:
        delay = (newest.stamp_ns - grounded_ns) * 1e-9
        track.life.lose(f'could not be followed over the {delay:.2f} s that its grounding took')


class _Walker:
    """The state of one walk: where the object was, how it moved, how often it was not found."""

    def __init__(self, track: TargetTrack) -> None:
        self._track = track
        self._twist = np.zeros(6)
        self._failures = 0
        # Frames in the last leap that succeeded; at first any may.
        self._stride = float('inf')

    def walk(self, frames: Sequence[KeyFrame | ThinnedFrame]) -> None:
        if not frames or self._failures >= _MAX_FAILURES:
            return
        if len(frames) <= _LONGER * self._stride and self._leap(frames):
            self._stride = len(frames)
            return
        if len(frames) == 1:
            self._failures += 1
            return
        half = len(frames) // 2
        self.walk(frames[:half])
        self.walk(frames[half:])

    def look_back(self, frame: KeyFrame | ThinnedFrame) -> None:
        """Tell the speed by the frame before the last: a leap says nothing of the way between."""
        key = _key_of(frame)
        guess = invert(key.camera2world) @ self._track.object2world
        measured = self._track.views.locate(key, guess)
        if measured is not None and measured.support >= _LEAP_SUPPORT:
            self._track.come_from(key, measured)

    def _leap(self, frames: Sequence[KeyFrame | ThinnedFrame]) -> bool:
        """Try to find the object in the last of these frames."""
        key = _key_of(frames[-1])
        measured = self._find(key, _STEP_SUPPORT if len(frames) == 1 else _LEAP_SUPPORT)
        if measured is not None:
            self._step(key, measured)
        return measured is not None

    def _find(self, key: KeyFrame, needed: float) -> Measurement | None:
        dt = (key.stamp_ns - self._track.stamp_ns) * 1e-9
        world2camera = invert(key.camera2world)
        guesses = [self._track.object2world]
        if np.any(self._twist):
            guesses.insert(0, perturbed(self._track.object2world, self._twist * dt))
        for guess in guesses:
            measured = self._track.views.locate(key, world2camera @ guess)
            if measured is not None and measured.support >= needed:
                return measured
        return None

    def _step(self, key: KeyFrame, measured: Measurement) -> None:
        before: FloatArray = self._track.object2world
        dt = max((key.stamp_ns - self._track.stamp_ns) * 1e-9, 1e-3)
        self._track.jump(key, measured)
        self._twist = difference(self._track.object2world, before) / dt


def _key_of(frame: KeyFrame | ThinnedFrame) -> KeyFrame:
    return frame.unpacked() if isinstance(frame, ThinnedFrame) else frame
