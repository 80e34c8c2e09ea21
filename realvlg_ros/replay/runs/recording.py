"""What the report needs of out.mcap, read in one pass: pictures, clouds, grippers, the camera."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import ByteArray, FloatArray
from ...errors import RealvlgError, TransformError
from ...transform_buffer import TransformBuffer
from ...transforms import from_quaternion, transform_points
from ..bags.bag import Bag
from .jpeg import SizedJpeg, sized_jpeg
from .run_reader import FrameKey

OVERLAY = '/realvlg/overlay/compressed'
MARKERS = '/realvlg/markers'
CLOUD = '/realvlg/cloud'
CAMERA_INFO = '/realvlg/camera_info'
_TYPES = {
    OVERLAY: 'sensor_msgs/msg/CompressedImage',
    MARKERS: 'visualization_msgs/msg/MarkerArray',
    CLOUD: 'sensor_msgs/msg/PointCloud2',
    CAMERA_INFO: 'sensor_msgs/msg/CameraInfo',
    '/tf': 'tf2_msgs/msg/TFMessage',
    '/tf_static': 'tf2_msgs/msg/TFMessage',
}
# visualization_msgs/Marker: its types and actions. From its definition.
_ADD, _CUBE, _SPHERE_LIST, _LINE_LIST = 0, 1, 7, 5
# Markers of another image count for a cloud that is no farther, ns. Chosen: half a second.
_NEAR_NS = 500_000_000
# Transforms are kept so long, s. Chosen: longer than a recording.
_HISTORY_S = 1e6


@dataclass(frozen=True)
class Cuboid:
    """A box as drawn by a marker: its centre's pose (4, 4) and extent (3,), m."""

    pose: FloatArray
    extent: FloatArray

    def corners(self) -> FloatArray:
        """(8, 3) m; corner k has the signs of the bits of k."""
        signs = np.array([[(k >> axis) & 1 for axis in range(3)] for k in range(8)]) - 0.5
        return transform_points(self.pose, signs * self.extent)


@dataclass(frozen=True)
class Drawn:
    """What the markers show of a target, in one frame.

    Attributes:
        stamp_ns: of the image, ns.
        frame_id: of all coordinates.
        grippers: by rank, best first: the boxes of each.
        contacts: (n, 3) of the best grasp, m.
        box_lines: (2 n, 3) ends of the edges of the object's box, m.
    """

    stamp_ns: int
    frame_id: str
    grippers: tuple[tuple[Cuboid, ...], ...]
    contacts: FloatArray
    box_lines: FloatArray


@dataclass(frozen=True)
class Cloud:
    """Points at one answer.

    Attributes:
        stamp_ns: of the image, ns.
        frame_id: of the points.
        points: (n, 3) m.
        colors: (n, 3) uint8 RGB.
        camera: (3,) where the camera was, m; None where tf does not tell.
        drawn: grippers and boxes at that time; None where there are none.
    """

    stamp_ns: int
    frame_id: str
    points: FloatArray
    colors: ByteArray
    camera: FloatArray | None = None
    drawn: Drawn | None = None


@dataclass
class Recording:
    """What was read; remarks say what could not be."""

    pictures: dict[FrameKey, SizedJpeg] = field(default_factory=dict)
    clouds: list[Cloud] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_recording(
    path: Path, pictures: Collection[FrameKey], scenes: Sequence[int] = ()
) -> Recording:
    """Read out.mcap.

    Args:
        path: of the bag; where it is broken, a remark says so.
        pictures: frames whose pictures are wanted.
        scenes: stamps of the answers whose clouds are wanted, ns; without them none is read.
    """
    reader = _Reader(set(pictures), sorted(scenes))
    wanted = {OVERLAY: _TYPES[OVERLAY]} if not scenes else _TYPES
    try:
        with Bag(path) as bag:
            held = [t.name for t in bag.topics if wanted.get(t.name) == t.type]
            for item in bag.messages(held) if held else ():
                reader.take(item.topic, item.message)
            reader.found.remarks += [f'{path.name}: {words}' for words in bag.warnings]
    except RealvlgError as error:
        reader.found.remarks.append(f'{path.name} could not be read to its end: {error}')
    return reader.finish()


class _Reader:
    def __init__(self, pictures: set[FrameKey], scenes: list[int]) -> None:
        self.found = Recording()
        self._wanted, self._scenes = pictures, scenes
        self._clouds: list[Cloud] = []
        self._drawn: list[Drawn] = []
        self._cameras: set[str] = set()
        self._transforms = TransformBuffer(_HISTORY_S)
        self._broken: dict[str, int] = {}
        self._came: dict[int, int] = {}

    def take(self, topic: str, message: Any) -> None:
        """Take one message; what is broken in it is counted."""
        try:
            if topic == OVERLAY:
                self._take_picture(message)
            elif topic == MARKERS:
                self._take_markers(message)
            elif topic == CLOUD:
                self._clouds.append(_cloud(message))
            elif topic == CAMERA_INFO:
                self._cameras.add(message.header.frame_id)
            else:
                self._take_transforms(message, topic == '/tf_static')
        except (RealvlgError, ValueError, IndexError, KeyError):
            self._broken[topic] = self._broken.get(topic, 0) + 1

    def finish(self) -> Recording:
        """Join clouds with what was drawn at their time."""
        for cloud in self._clouds:
            near = [d for d in self._drawn if d.frame_id == cloud.frame_id and d.grippers]
            near = [d for d in near if abs(d.stamp_ns - cloud.stamp_ns) <= _NEAR_NS]
            drawn = min(near, key=lambda d: abs(d.stamp_ns - cloud.stamp_ns), default=None)
            self.found.clouds.append(
                Cloud(
                    cloud.stamp_ns, cloud.frame_id, cloud.points, cloud.colors,
                    self._camera(cloud), drawn,
                )
            )  # fmt: skip
        for topic, count in sorted(self._broken.items()):
            self.found.remarks.append(f'{count} messages of {topic} could not be used')
        return self.found

    def _take_picture(self, message: Any) -> None:
        stamp_ns = _stamp_ns(message.header)
        key = stamp_ns, self._came.get(stamp_ns, 0)
        self._came[stamp_ns] = key[1] + 1
        if key in self._wanted:
            self.found.pictures[key] = sized_jpeg(message.data)

    def _take_markers(self, message: Any) -> None:
        markers = [marker for marker in message.markers if marker.action == _ADD]
        if not markers:
            return
        stamp_ns = _stamp_ns(markers[0].header)
        if any(abs(stamp_ns - scene) <= _NEAR_NS for scene in self._scenes):
            self._drawn.append(_drawn(stamp_ns, markers))

    def _take_transforms(self, message: Any, static: bool) -> None:
        for item in message.transforms:
            move, turn = item.transform.translation, item.transform.rotation
            child2parent = from_quaternion(
                [move.x, move.y, move.z], [turn.x, turn.y, turn.z, turn.w]
            )
            self._transforms.set_transform(
                item.header.frame_id, item.child_frame_id, child2parent,
                _stamp_ns(item.header), static,
            )  # fmt: skip

    def _camera(self, cloud: Cloud) -> FloatArray | None:
        for frame in sorted(self._cameras):
            try:
                return self._transforms.lookup(cloud.frame_id, frame, cloud.stamp_ns)[:3, 3]
            except TransformError:
                continue
        return None


def _stamp_ns(header: Any) -> int:
    return int(header.stamp.sec) * 10**9 + int(header.stamp.nanosec)


def _drawn(stamp_ns: int, markers: list[Any]) -> Drawn:
    cubes = sorted(
        (m for m in markers if m.ns == 'grasps' and m.type == _CUBE), key=lambda m: int(m.id)
    )
    boxes = [_cuboid(marker) for marker in cubes]
    # Two fingers and a palm each, in the order of ros.conversions.markers.
    grippers = tuple(tuple(boxes[k : k + 3]) for k in range(0, len(boxes), 3))
    contacts = [m for m in markers if m.ns == 'contacts' and m.type == _SPHERE_LIST]
    lines = [m for m in markers if m.ns == 'object_box' and m.type == _LINE_LIST]
    return Drawn(stamp_ns, markers[0].header.frame_id, grippers, _points(contacts), _points(lines))


def _cuboid(marker: Any) -> Cuboid:
    at, turn = marker.pose.position, marker.pose.orientation
    pose = from_quaternion([at.x, at.y, at.z], [turn.x, turn.y, turn.z, turn.w])
    return Cuboid(pose, np.array([marker.scale.x, marker.scale.y, marker.scale.z]))


def _points(markers: list[Any]) -> FloatArray:
    points = [[p.x, p.y, p.z] for marker in markers for p in marker.points]
    return np.array(points, np.float64).reshape(-1, 3)


def _cloud(message: Any) -> Cloud:
    """A PointCloud2 with x, y, z and rgb as float32; points that are not finite are left out."""
    offsets = {item.name: int(item.offset) for item in message.fields}
    count = int(message.width) * int(message.height)
    order = '>' if message.is_bigendian else '<'
    layout = np.dtype(
        {
            'names': ['x', 'y', 'z', 'rgb'],
            'formats': [f'{order}f4', f'{order}f4', f'{order}f4', f'{order}u4'],
            'offsets': [offsets[name] for name in ('x', 'y', 'z', 'rgb')],
            'itemsize': int(message.point_step),
        }
    )
    values = np.frombuffer(np.asarray(message.data, np.uint8).tobytes(), layout, count)
    points = np.stack([values['x'], values['y'], values['z']], axis=1).astype(np.float64)
    packed = values['rgb']
    colors = np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=1)
    finite = np.all(np.isfinite(points), axis=1)
    return Cloud(
        _stamp_ns(message.header), message.header.frame_id, points[finite],
        colors[finite].astype(np.uint8),
    )  # fmt: skip
