"""What is not to be kept of an image: faces, and what is beyond the workspace."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..arrays import BoolArray
from ..errors import ParameterError, RecordingError
from ..frame import RgbdFrame
from ..settings import Settings, setting
from ..transforms import transform_points
from .faces import FaceFinder

# Corner of a box that is not given, m. Chosen: both corners are the same.
_ORIGIN = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class BlankingSettings(Settings):
    """Which pixels are black, and without depth, in what is written."""

    faces: bool = setting(
        False,
        'Blank the faces that OpenCV finds, with a margin. It finds most that look toward the '
        'camera, not all: this is no anonymisation.',
    )
    max_depth: float = setting(
        0.0, 'Blank what is farther away; 0 for no bound.', unit='m', low=0.0, high=100.0
    )
    box_min: tuple[float, ...] = setting(
        _ORIGIN,
        'Smallest x, y and z of the workspace in fixed_frame; what is outside is blanked. Equal '
        'to box_max: no box.',
        unit='m', low=-100.0, high=100.0,
    )  # fmt: skip
    box_max: tuple[float, ...] = setting(
        _ORIGIN, 'Largest x, y and z of the workspace in fixed_frame.',
        unit='m', low=-100.0, high=100.0,
    )  # fmt: skip
    keep_holes: bool = setting(
        False,
        'With max_depth or a box: keep pixels without a depth reading where the workspace is all '
        'around them. Otherwise all of them are blanked, since nothing says where they are.',
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.has_box and not np.all(np.less(self.box_min, self.box_max)):
            raise ParameterError(
                f'blanking.box_min is {list(self.box_min)} and box_max {list(self.box_max)}; '
                'expected smaller numbers in box_min, or the same in both for no box'
            )

    @property
    def is_on(self) -> bool:
        """Whether anything is blanked."""
        return self.faces or self.max_depth > 0 or self.has_box

    @property
    def has_box(self) -> bool:
        """Whether the workspace is bounded by a box."""
        return self.box_min != self.box_max


class Blanking:
    """Blanks frames before anything of them is written."""

    def __init__(self, settings: BlankingSettings) -> None:
        """Load what finds faces, if they are to be blanked.

        Raises:
            MissingDependencyError: faces are to be blanked and there is nothing to find them.
        """
        self._settings = settings
        self._faces = FaceFinder() if settings.faces else None

    def apply(self, frame: RgbdFrame) -> tuple[RgbdFrame, BoolArray]:
        """The frame without what is not to be kept, and (height, width) True where it was blanked.

        Raises:
            RecordingError: the workspace is a box in the fixed frame, and tf did not say where the
                camera is in it.
        """
        outside = self._outside(frame)
        if self._faces is not None:
            for box in self._faces.find(frame.color):
                outside[box.slices()] = True
        if not outside.any():
            return frame, outside
        color, depth = frame.color.copy(), frame.depth.copy()
        color[outside] = 0
        depth[outside] = 0
        return replace(frame, color=color, depth=depth), outside

    def _outside(self, frame: RgbdFrame) -> BoolArray:
        """(height, width) True where a pixel is not known to be in the workspace."""
        settings = self._settings
        outside = np.zeros(frame.depth.shape, bool)
        if not (settings.max_depth or settings.has_box):
            return outside
        if settings.max_depth:
            outside |= frame.depth > settings.max_depth
        if settings.has_box:
            outside |= ~_inside_box(frame, settings.box_min, settings.box_max)
        holes = ~frame.valid
        outside &= ~holes
        return outside | (_touching(holes, outside) if settings.keep_holes else holes)


def _inside_box(frame: RgbdFrame, low: tuple[float, ...], high: tuple[float, ...]) -> BoolArray:
    if frame.camera2fixed is None:
        raise RecordingError(
            'the workspace (blanking.box_min, box_max) is in fixed_frame, and the pose of the '
            'camera in it is not known: the frame is not written'
        )
    points = transform_points(frame.camera2fixed, frame.points.reshape(-1, 3))
    inside = np.all((points >= low) & (points <= high), axis=1)
    return inside.reshape(frame.depth.shape)


def _touching(holes: BoolArray, outside: BoolArray) -> BoolArray:
    """The connected holes (h, w) that reach what is outside (h, w), or the image's edge."""
    _, label = cv2.connectedComponents(holes.astype(np.uint8), connectivity=8)
    near = cv2.dilate(outside.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    near[[0, -1]] = near[:, [0, -1]] = True
    reached = np.unique(label[near & holes])
    return np.isin(label, reached[reached > 0])
