"""A short bag of the table scene, and the nodes that a test lets hear it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import table_scene
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter

from realvlg_ros.nodes.bag_player import BagPlayer
from realvlg_ros.replay.bags.making import CameraStream, write_frames
from realvlg_ros.replay.bags.writer import BagWriter

FIXED_FRAME = 'world'
# The topics of the bag under the names that the nodes have for them.
REMAPPED = {
    '/camera/color/image_raw': '/color',
    '/camera/depth/image_raw': '/depth',
    '/camera/color/camera_info': '/camera_info',
}


def write_table_bag(path: Path, seconds: float, rate: float = 10.0) -> Path:
    """A camera that stands still before the table, its pose on /tf_static."""
    frame = table_scene.frame().placed(table_scene.camera2world(), FIXED_FRAME)
    frames = (frame for _ in range(round(seconds * rate)))
    with BagWriter(path) as writer:
        write_frames(writer, frames, CameraStream(rate))
    return path


class Player:
    """A player in a thread of its own; a context manager."""

    def __init__(self, path: Path, **parameters: Any) -> None:
        """Begin to play."""
        rules = [f'{old}:={new}' for old, new in REMAPPED.items()]
        self.node = BagPlayer(
            cli_args=['--ros-args', *(part for rule in rules for part in ('-r', rule))],
            parameter_overrides=[
                Parameter(name, value=value)
                for name, value in {'bag': str(path), 'clock_rate': 50.0, **parameters}.items()
            ],
        )
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)

    def __enter__(self) -> Player:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown()
        self._thread.join()
        self.node.destroy_node()
