"""Whether a stream goes on from one frame to the next."""

from __future__ import annotations

from ...frame import RgbdFrame
from .key_frames import KeyFrame


def stream_break(last: KeyFrame, frame: RgbdFrame, max_gap: float) -> str:
    """Why a frame does not continue the stream of the last one; empty when it does.

    Args:
        last: the newest frame before.
        frame: the next one.
        max_gap: longest time between the two, s.
    """
    gap = (frame.stamp_ns - last.stamp_ns) * 1e-9
    before, now = last.camera, frame.camera
    if gap < 0:
        return f'the clock jumped back by {-gap:.3f} s; tracking was reset'
    if now.frame_id != before.frame_id:
        return (
            f'the camera changed from {before.frame_id!r} to {now.frame_id!r}; tracking was reset'
        )
    if (now.width, now.height) != (before.width, before.height):
        return (
            f'the image changed from {before.width}x{before.height} to {now.width}x{now.height}; '
            'tracking was reset'
        )
    if gap > max_gap:
        return f'no frame came for {gap:.1f} s that could be used; tracking was reset'
    return ''
