"""Keeps pictures of the failures of a run."""

from __future__ import annotations

from pathlib import Path

import cv2

from ..errors import RunError
from ..grasping.gripper import Gripper
from .episode import Trial
from .pictures import strip, write_animation
from .record import Cause

# So many failures of each cause are shown, and so many of them move. Chosen: a report of 300
# episodes stays below 10 MB.
_STRIPS, _ANIMATIONS = 12, 3
_FINE = (Cause.SUCCESS, Cause.RIGHTLY_REFUSED)


class FailurePictures:
    """Writes strips and animations of failures into a folder, a bounded number of each cause."""

    def __init__(self, folder: Path, gripper: Gripper) -> None:
        """Keep them under a folder, together with those that it holds already."""
        self._folder, self._gripper = folder, gripper
        self._counts: dict[Cause, int] = {}
        self.strips = _numbered(folder, '.jpg')
        self.animations = _numbered(folder, '.webp')

    def add(self, trial: Trial) -> None:
        """Write the pictures of a failure, unless there are enough of its cause.

        Raises:
            RunError: they cannot be written.
        """
        cause, seed = trial.episode.cause, trial.episode.seed
        count = self._counts.get(cause, 0)
        if cause in _FINE or count >= _STRIPS:
            return
        self._counts[cause] = count + 1
        path = self._folder / f'{seed:06}.jpg'
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f'{self._folder} cannot be made: {error}') from error
        picture = strip(trial, self._gripper)[..., ::-1]
        if not cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 80]):
            raise RunError(f'{path} cannot be written')
        self.strips[seed] = path
        if count < _ANIMATIONS and trial.pick is not None:
            moving = path.with_suffix('.webp')
            write_animation(moving, trial, self._gripper)
            self.animations[seed] = moving


def _numbered(folder: Path, suffix: str) -> dict[int, Path]:
    return {int(p.stem): p for p in sorted(folder.glob(f'*{suffix}')) if p.stem.isdigit()}
