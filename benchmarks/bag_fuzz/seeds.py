"""What is mutated: small bags of every storage, messages, and a frame folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rosbags.convert import convert
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.files.storage import Channel
from realvlg_ros.replay.bags.known_types import known_types
from realvlg_ros.replay.bags.making import CameraStream, write_frames
from realvlg_ros.replay.bags.writer import BagWriter
from realvlg_ros.transforms import make_transform

# Small images make many cases. Chosen: as many pixels as frames are checked for.
_CAMERA = Camera(48, 36, 40.0, 40.0, 23.5, 17.5)
_FRAMES = 3
FIXED_FRAME = 'world'


@dataclass(frozen=True)
class Seeds:
    """Bytes of whole files and messages.

    Attributes:
        bags: files of bags by their names.
        messages: bytes of messages with their channels.
        folder: files of a frame folder by their names.
    """

    bags: dict[str, bytes]
    messages: list[tuple[Channel, bytes]]
    folder: dict[str, bytes]


def make_seeds(folder: Path) -> Seeds:
    """Write what is mutated into a folder and read it back."""
    bags: dict[str, bytes] = {}
    messages: dict[tuple[str, str], tuple[Channel, bytes]] = {}
    for name, stream in (('raw', CameraStream()), ('packed', CameraStream(compressed=True))):
        moving = replace(
            stream, is_still=False, depth_encoding='32FC1' if name == 'raw' else '16UC1'
        )
        for suffix in ('.mcap', '.db3'):
            for compress in (False, True):
                path = folder / f'{name}_{"zstd" if compress else "plain"}{suffix}'
                with BagWriter(path, compress=compress) as writer:
                    write_frames(writer, map(_frame, range(_FRAMES)), moving)
                bags[path.name] = path.read_bytes()
        messages.update(_messages(folder / f'{name}_plain.db3'))
        for packing in (None, 'lz4'):
            path = folder / f'{name}_{packing}.bag'
            _to_rosbag1(folder / f'{name}_plain.mcap', path, packing)
            bags[path.name] = path.read_bytes()
    write_frame(folder / 'frame', _frame(0))
    files = {each.name: each.read_bytes() for each in (folder / 'frame').iterdir()}
    files['labels.json'] = b'{"camera2world": [[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]}'
    return Seeds(bags, list(messages.values()), files)


def _frame(index: int) -> RgbdFrame:
    """A slope before a camera that moves."""
    rng = np.random.default_rng(index)
    color = rng.integers(0, 255, (_CAMERA.height, _CAMERA.width, 3), np.uint8)
    slope = np.linspace(0.6, 0.9, _CAMERA.height, dtype=np.float32)[:, None]
    depth = np.round(slope + rng.integers(0, 20, color.shape[:2]) / 1000, 3).astype(np.float32)
    pose = make_transform(np.diag([1.0, -1.0, -1.0]), (0.01 * index, 0.0, 0.7))
    return RgbdFrame(color, depth, _CAMERA).placed(pose, FIXED_FRAME)


def _messages(path: Path) -> dict[tuple[str, str], tuple[Channel, bytes]]:
    """The first message of each topic."""
    found: dict[tuple[str, str], tuple[Channel, bytes]] = {}
    with Bag(path) as bag:
        for each in bag.messages():
            data = bytes(known_types().serialize_cdr(each.message, each.type))
            channel = Channel(each.topic, each.type, 'cdr')
            found.setdefault((each.topic, each.type), (channel, data))
    return found


def _to_rosbag1(source: Path, target: Path, packing: str | None) -> None:
    store = get_typestore(Stores.ROS1_NOETIC)
    text = 'geometry_msgs/TransformStamped[] transforms'
    store.register(get_types_from_msg(text, 'tf2_msgs/msg/TFMessage'))
    convert([source], target, '', 9, packing, '', None, store, (), (), (), ())
