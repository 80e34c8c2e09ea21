"""The surface that objects stand on, as tf knows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...frame import RgbdFrame
from ...transforms import moved_plane
from ..tf.tf_input import TfInput


def with_support(frame: RgbdFrame, tf: TfInput, support_frame: str, height: float) -> RgbdFrame:
    """The frame with a surface of tf as its support; never call it in a callback.

    Args:
        frame: colour and depth.
        tf: where the surface's frame is looked up at the stamp.
        support_frame: frame whose z axis points out of the surface.
        height: of the surface above that frame's origin, m.

    Raises:
        TransformError: the frame's pose is not available.
    """
    name = frame.camera.frame_id
    support2camera = tf.wait(
        f'pose of {support_frame!r} in {name!r}',
        lambda buffer: buffer.lookup(name, support_frame, frame.stamp_ns),
    )
    level = np.array([0.0, 0.0, 1.0, -height])
    return replace(frame, support=moved_plane(level, support2camera))
