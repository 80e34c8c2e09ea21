"""The surface that objects stand on, as tf knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...frame import RgbdFrame
from ...transforms import moved_plane
from ..tf.transform_source import TransformSource


@dataclass(frozen=True)
class SupportSurface:
    """A level surface of a frame of tf.

    Attributes:
        frame_id: frame whose z axis points out of the surface.
        height: of the surface above that frame's origin, m.
    """

    frame_id: str
    height: float

    def add_to(self, frame: RgbdFrame, tf: TransformSource) -> RgbdFrame:
        """The frame with this surface as its support; never call it in a callback.

        Args:
            frame: colour and depth.
            tf: where the surface's frame is looked up at the stamp.

        Raises:
            TransformError: the frame's pose is not available.
        """
        name = frame.camera.frame_id
        support2camera = tf.wait(
            f'pose of {self.frame_id!r} in {name!r}',
            lambda buffer: buffer.lookup(name, self.frame_id, frame.stamp_ns),
        )
        level = np.array([0.0, 0.0, 1.0, -self.height])
        return replace(frame, support=moved_plane(level, support2camera))
