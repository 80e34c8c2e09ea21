"""Small recordings of a camera, written to bags of every kind."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rosbags import rosbag1, rosbag2
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from sensor_msgs.msg import CameraInfo
from tf2_msgs.msg import TFMessage

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.replay.bags.known_types import known_types, to_known, type_name_of
from realvlg_ros.replay.bags.writer import BagWriter
from realvlg_ros.ros.conversions.rgbd import CameraMessages, frame_to_msgs
from realvlg_ros.ros.tf.tf_adapter import transform_to_msg
from realvlg_ros.transforms import make_transform

MS = 1_000_000
START_NS = 1_700_000_000 * 1000 * MS
CAMERA = Camera(48, 36, 40.0, 40.0, 23.5, 17.5, frame_id='camera_optical')
COLOR, DEPTH, INFO = '/cam/color/image_raw', '/cam/depth/image_raw', '/cam/color/camera_info'


def frame(index: int) -> RgbdFrame:
    """A slope with a texture that differs from image to image."""
    rng = np.random.default_rng(index)
    color = rng.integers(0, 255, (CAMERA.height, CAMERA.width, 3), np.uint8)
    slope = np.linspace(0.6, 0.9, CAMERA.height, dtype=np.float32)[:, None]
    depth = np.round(slope + rng.integers(0, 20, color.shape[:2]) / 1000, 3).astype(np.float32)
    return RgbdFrame(color, depth, CAMERA)


def messages(index: int, stamp_ns: int, compressed: bool = False) -> CameraMessages:
    """The messages of an image."""
    return frame_to_msgs(frame(index), stamp_ns, compressed=compressed)


def pose(index: int) -> np.ndarray:
    """Where the camera is at an image: it moves along x."""
    return make_transform(np.diag([1.0, -1.0, -1.0]), (0.01 * index, 0.0, 0.7))


def transform(index: int, stamp_ns: int, parent: str = 'world', child: str = '') -> TFMessage:
    """The message of the pose of the camera, or of another child, at an image."""
    child = child or CAMERA.frame_id
    return TFMessage(transforms=[transform_to_msg(parent, child, pose(index), stamp_ns)])


@dataclass
class Recording:
    """Messages with their topics and log times, in the order in which they are written."""

    items: list[tuple[str, Any, int]] = field(default_factory=list)

    def add(self, topic: str, message: Any, log_ns: int) -> None:
        """Record a message."""
        self.items.append((topic, message, log_ns))

    def add_image(
        self,
        index: int,
        stamp_ns: int,
        log_ns: int | None = None,
        info: bool = True,
    ) -> None:
        """Record colour, depth and camera_info of one stamp, 2 ms after one another."""
        log_ns = stamp_ns if log_ns is None else log_ns
        sent = messages(index, stamp_ns)
        if info:
            self.add(INFO, sent.camera_info, log_ns)
        self.add(DEPTH, sent.depth, log_ns + 2 * MS)
        self.add(COLOR, sent.color, log_ns + 4 * MS)

    def write(self, path: Path, storage: str = '', compress: bool = False) -> Path:
        """Write a bag of ROS 2."""
        with BagWriter(path, storage, compress) as writer:
            for item in self.items:
                writer.write(*item)
        return path


def recording(count: int = 6, period_ns: int = 100 * MS, tf: bool = True) -> Recording:
    """A camera of so many images that moves in the world; tf comes 30 ms after each image."""
    made = Recording()
    for index in range(count):
        stamp_ns = START_NS + index * period_ns
        made.add_image(index, stamp_ns)
        if tf:
            made.add('/tf', transform(index, stamp_ns), stamp_ns + 30 * MS)
    return made


def write_rosbag1(
    path: Path, made: Recording, chunk_bytes: int = 4096, packed: bool = True
) -> Path:
    """Write a bag of ROS 1, with the definitions of Noetic and the old name of tf's messages."""
    store = get_typestore(Stores.ROS1_NOETIC)
    text = 'geometry_msgs/TransformStamped[] transforms'
    store.register(get_types_from_msg(text, 'tf/msg/tfMessage'))
    writer = rosbag1.Writer(path)
    if packed:
        writer.set_compression(rosbag1.Writer.CompressionFormat.LZ4)
    writer.chunk_threshold = chunk_bytes
    connections: dict[str, Any] = {}
    with writer:
        for topic, message, log_ns in made.items:
            kind = type_name_of(message)
            old_kind = {'tf2_msgs/msg/TFMessage': 'tf/msg/tfMessage'}.get(kind, kind)
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, old_kind, typestore=store)
            old = _to_store(to_known(message, kind), old_kind, store)
            writer.write(connections[topic], log_ns, store.serialize_ros1(old, old_kind))
    return path


def _to_store(message: Any, kind: str, store: Any) -> Any:
    """A message in the class of another store: ROS 1 has seq in headers and K, D, R, P."""
    values = []
    for name, (node, detail) in store.fielddefs[kind][1]:
        now = name.lower() if len(name) == 1 else name
        value = 0 if name == 'seq' else getattr(message, now)
        if node == Nodetype.NAME:
            value = _to_store(value, detail, store)
        elif node != Nodetype.BASE and detail[0][0] == Nodetype.NAME:
            value = [_to_store(each, detail[0][1], store) for each in value]
        values.append(value)
    return store.types[kind](*values)


def write_split(path: Path, made: Recording, storage: str = 'mcap', parts: int = 3) -> Path:
    """Write a bag of several files, as rosbag2 splits them."""
    size = -(-len(made.items) // parts)
    suffix = {'mcap': '.mcap', 'sqlite3': '.db3'}[storage]
    path.mkdir()
    whole: dict[str, Any] = {}
    for part in range(parts):
        folder = path / f'part{part}'
        Recording(made.items[part * size : (part + 1) * size]).write(folder, storage)
        shutil.move(folder / f'part{part}{suffix}', path / f'{path.name}_{part}{suffix}')
        found = yaml.safe_load((folder / 'metadata.yaml').read_text())
        found = found['rosbag2_bagfile_information']
        shutil.rmtree(folder)
        whole = whole or {**found, 'relative_file_paths': [], 'topics_with_message_count': []}
        whole['relative_file_paths'].append(f'{path.name}_{part}{suffix}')
        whole['topics_with_message_count'] += found['topics_with_message_count']
    metadata = yaml.safe_dump({'rosbag2_bagfile_information': whole})
    (path / 'metadata.yaml').write_text(metadata)
    return path


def write_file_compressed(path: Path, made: Recording, storage: str = 'mcap') -> Path:
    """Write a bag whose file is compressed as a whole."""
    plugin = rosbag2.StoragePlugin[storage.upper()]
    writer = rosbag2.Writer(path, version=9, storage_plugin=plugin)
    writer.set_compression(rosbag2.CompressionMode.FILE, rosbag2.CompressionFormat.ZSTD)
    connections: dict[str, Any] = {}
    with writer:
        for topic, message, log_ns in made.items:
            kind = type_name_of(message)
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=known_types())
            data = known_types().serialize_cdr(to_known(message, kind), kind)
            writer.write(connections[topic], log_ns, data)
    return path


def camera_info(**changes: Any) -> CameraInfo:
    """The camera_info of the camera, with other fields."""
    info = messages(0, START_NS).camera_info
    for name, value in changes.items():
        setattr(info, name, value)
    return info
