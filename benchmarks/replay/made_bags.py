"""Bags of any length: some images of a still table, over and over."""

from __future__ import annotations

from pathlib import Path

from benchmarks.growth import Load
from realvlg_ros.replay.bags.writer import BagWriter
from realvlg_ros.ros.conversions.rgbd import frame_to_msgs
from realvlg_ros.ros.conversions.stamps import CLOCK_START_NS, ns_to_stamp

RATE_HZ = 30
# Different images; their depth has noise of its own.
_IMAGES = 8


def make_bag(
    path: Path, seconds: float, objects: int, size: tuple[int, int], compressed: bool = False
) -> Path:
    """Write a bag; returns its path.

    Args:
        path: of the bag, by whose suffix it is mcap or sqlite3.
        seconds: its length.
        objects: how many stand on the table.
        size: width and height of the images, px.
        compressed: whether the images are, so that a long bag takes little room.
    """
    load = Load.of(objects, size, _IMAGES, 0)
    made = [frame_to_msgs(each.frame, 0, compressed=compressed) for each in load.frames]
    with BagWriter(path) as writer:
        for index in range(round(seconds * RATE_HZ)):
            stamp_ns = CLOCK_START_NS + round(index / RATE_HZ * 1e9)
            messages = made[index % _IMAGES]
            for topic, message in (
                ('/camera/camera_info', messages.camera_info),
                ('/camera/depth', messages.depth),
                ('/camera/color', messages.color),
            ):
                message.header.stamp = ns_to_stamp(stamp_ns)
                writer.write(topic, message, stamp_ns)
    return path
