"""Boxes, masks and stage timings to messages and back."""

from __future__ import annotations

import numpy as np

from ... import msg as msgs
from ...errors import MessageError
from ...image_region import Box, RegionMask
from . import values


def box_to_msg(box: Box | None) -> msgs.BoundingBox:
    """The message of a box; all zero without one."""
    if box is None:
        return msgs.BoundingBox()
    return msgs.BoundingBox(
        x_min_px=float(box.x_min), y_min_px=float(box.y_min),
        x_max_px=float(box.x_max), y_max_px=float(box.y_max),
    )  # fmt: skip


def box_from_msg(msg: msgs.BoundingBox) -> Box | None:
    """The box of a message; None when it is all zero.

    Raises:
        FrameError: the box is empty or not finite.
    """
    edges = (msg.x_min_px, msg.y_min_px, msg.x_max_px, msg.y_max_px)
    return Box(*edges) if any(edges) else None


def mask_to_msg(mask: RegionMask | None) -> msgs.RegionMask:
    """The message of a mask; empty without one."""
    if mask is None:
        return msgs.RegionMask()
    rows, columns = mask.data.shape
    msg = msgs.RegionMask(
        x_offset_px=int(mask.x_offset), y_offset_px=int(mask.y_offset),
        width_px=columns, height_px=rows,
    )  # fmt: skip
    msg.data = (mask.data.astype(np.uint8) * 255).tobytes()
    return msg


def mask_from_msg(msg: msgs.RegionMask) -> RegionMask | None:
    """The mask of a message; None when it is empty.

    Raises:
        MessageError: the data is not as long as width and height say, or one of them is 0.
    """
    if msg.width_px == 0 and msg.height_px == 0:
        return None
    if 0 in (msg.width_px, msg.height_px) or len(msg.data) != msg.width_px * msg.height_px:
        raise MessageError(
            f'mask of {msg.width_px}x{msg.height_px} px holds {len(msg.data)} values; '
            'send height_px * width_px values, row by row'
        )
    data = np.frombuffer(msg.data, np.uint8).reshape(msg.height_px, msg.width_px)
    return RegionMask(msg.x_offset_px, msg.y_offset_px, data > 0)


def timings_to_msg(timings_ms: dict[str, float]) -> list[msgs.StageTiming]:
    """The messages of wall times by stage, ms."""
    return [msgs.StageTiming(stage=k, milliseconds=float(v)) for k, v in timings_ms.items()]


def timings_from_msg(timings: list[msgs.StageTiming]) -> dict[str, float]:
    """Wall times by stage, ms, of messages.

    Raises:
        MessageError: a time that is not finite, or too many of them.
    """
    values.items('timings', timings)
    for timing in timings:
        values.number('milliseconds of timings', timing.milliseconds)
    return {timing.stage: timing.milliseconds for timing in timings}
