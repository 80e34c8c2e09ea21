"""Synthetic scenes whose truth is exact: textured slabs in front of a textured table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from benchmarks.analytic.cast import Placed, cast
from benchmarks.analytic.solids import sheet
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.completion.object_box import ObjectBox
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.rectangle import GraspRectangle
from realvlg_ros.support_plane import SupportPlane
from realvlg_ros.tracking.target.plan_job import Planner
from realvlg_ros.transforms import invert, make_transform, transform_points

FRAME_NS = 33_333_333
CAMERA = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)
# The newest images without noise, by what is seen in them from where.
_MAX_SEEN = 32
_SEEN: dict[tuple, tuple[np.ndarray, ...]] = {}


def texture(seed: int, blocks: int, size: int = 512) -> np.ndarray:
    """Smooth random colours, rich in corners."""
    noise = np.random.default_rng(seed).integers(0, 256, (blocks, blocks, 3), np.uint8)
    return cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)


@dataclass
class Slab:
    """A flat textured square at a pose; its face is its x-y plane."""

    slab2world: np.ndarray
    size: float = 0.1
    seed: int = 1
    pixels: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.pixels = texture(self.seed, blocks=max(8, int(self.size / 0.02)))

    @property
    def placed(self) -> Placed:
        return Placed(sheet(self.size, self.size), self.slab2world)

    @property
    def key(self) -> tuple[bytes, float, int]:
        """Equal for slabs that look alike."""
        return self.slab2world.tobytes(), self.size, hash(self.pixels.tobytes())

    def color_at(self, points: np.ndarray) -> np.ndarray:
        """Its colours (rows, columns, 3) at points (rows, columns, 3) of the world on its face."""
        local = transform_points(invert(self.slab2world), points)[..., :2]
        place = ((local / self.size + 0.5) * (len(self.pixels) - 1)).astype(np.float32)
        return cv2.remap(self.pixels, place, None, cv2.INTER_LINEAR)


def at(x: float, y: float, z: float, yaw: float = 0.0, tilt: float = 0.0) -> np.ndarray:
    """A pose from a place (m) and angles (degrees) about z and x."""
    rotation = Rotation.from_euler('xz', [tilt, yaw], degrees=True).as_matrix()
    return make_transform(rotation, (x, y, z))


@dataclass
class SlabScene:
    """Slabs before a wall-like table at z = 0.7 m of the world."""

    slabs: list[Slab]
    camera: Camera = CAMERA
    depth_noise: float = 0.001
    color_noise: float = 2.0
    table: Slab = field(default_factory=lambda: Slab(at(0, 0, 0.7), 2.0, 99))

    def render(
        self, index: int, camera2world: np.ndarray | None = None, with_tf: bool = False
    ) -> tuple[RgbdFrame, np.ndarray]:
        """The frame of an index (30 Hz) with fresh noise, and whose pixel is whose (1, 2, ...)."""
        rng = np.random.default_rng(index)
        pose = np.eye(4) if camera2world is None else camera2world
        color, depth, owner = self._without_noise(pose)
        noisy = np.where(depth > 0, depth + rng.normal(0, self.depth_noise, depth.shape), 0)
        shown = np.clip(color + rng.normal(0, self.color_noise, color.shape), 0, 255)
        frame = RgbdFrame(
            shown.astype(np.uint8), noisy.astype(np.float32), self.camera, index * FRAME_NS,
            pose if with_tf else None, 'world' if with_tf else '',
        )  # fmt: skip
        return frame, owner

    def _without_noise(self, camera2world: np.ndarray) -> tuple[np.ndarray, ...]:
        """Colour, depth and owner of each pixel; what stands still is looked at once."""
        slabs = [self.table, *self.slabs]
        key = (self.camera, camera2world.tobytes(), *(slab.key for slab in slabs))
        if key not in _SEEN:
            depth, owner = cast([slab.placed for slab in slabs], self.camera, camera2world)
            rays = np.dstack([self.camera.rays * depth[..., None], depth])
            points = transform_points(camera2world, rays)
            color = np.zeros(points.shape, np.uint8)
            for number, slab in enumerate(slabs):
                own = owner == number
                color[own] = slab.color_at(points)[own]
            for image in (color, depth, owner):
                image.flags.writeable = False
            _SEEN[key] = color, depth, owner
            if len(_SEEN) > _MAX_SEEN:
                del _SEEN[next(iter(_SEEN))]
        return _SEEN[key]


def ground(
    frame: RgbdFrame, owner: np.ndarray, number: int = 1, request_id: str = 'r1', **changes: object
) -> Grounding:
    """A grounding of a slab as a perfect model would answer."""
    mask = RegionMask.from_full(owner == number)
    values = {
        'status': GroundingStatus.OK, 'instruction': 'take the slab', 'stamp_ns': frame.stamp_ns,
        'frame_id': frame.camera.frame_id, 'image_width': frame.camera.width,
        'image_height': frame.camera.height, 'request_id': request_id, 'label': 'slab',
        'box': mask.box, 'mask': mask,
    }  # fmt: skip
    return Grounding(**{**values, **changes})


def make_grasp(tcp2frame: np.ndarray, preference: float = 0.8, std_m: float = 0.002) -> Grasp:
    """A grasp at a pose, with the opening along its y axis."""
    rectangle = GraspRectangle(160.0, 120.0, 0.0, 40.0, 15.0)
    half = 0.02 * tcp2frame[:3, 1]
    return Grasp(
        tcp2frame, np.diag([std_m**2] * 3 + [0.03**2] * 3), 0.04, 0.05, 0.1,
        np.array([0.0, 0.0, -1.0]), 0.1, 0.9, GraspSource.GEOMETRY, rectangle,
        rectangle.to_contacts(), np.array([tcp2frame[:3, 3] - half, tcp2frame[:3, 3] + half]),
        (20, 20), 0.01, preference=preference,
    )  # fmt: skip


@dataclass(frozen=True)
class FakePlan:
    """What the fake planner answers."""

    grasps: tuple[Grasp, ...]
    message: str
    plane: SupportPlane | None = None
    box: ObjectBox | None = None
    look_from: np.ndarray | None = None


@dataclass(frozen=True)
class PlanCall:
    """What the fake planner was asked."""

    frame: RgbdFrame
    grounding: Grounding
    up: np.ndarray | None
    known: Sequence[Grasp]


class FakePlanner(Planner):
    """Grasps the middle of the masked depth, with noise, and a random choice of the flip."""

    def __init__(self, noise_m: float = 0.0, graspable: bool = True) -> None:
        self.noise_m = noise_m
        self.graspable = graspable
        self.look_from: np.ndarray | None = None
        self.calls: list[PlanCall] = []

    @property
    def stamps(self) -> list[int]:
        """Of the frames it was asked to plan in, ns."""
        return [call.frame.stamp_ns for call in self.calls]

    def plan(
        self,
        frame: RgbdFrame,
        grounding: Grounding,
        up: np.ndarray | None = None,
        *,
        known: Sequence[Grasp] = (),
    ) -> FakePlan:
        self.calls.append(PlanCall(frame, grounding, up, known))
        if not self.graspable:
            return FakePlan((), 'wider than the gripper opens', look_from=self.look_from)
        rng = np.random.default_rng(len(self.calls))
        mask = grounding.mask.to_full(frame.camera.height, frame.camera.width)
        middle = np.median(frame.points[mask & frame.valid], axis=0)
        pose = make_transform(np.eye(3), middle + rng.normal(0, self.noise_m, 3))
        grasp = make_grasp(pose)
        return FakePlan((grasp if rng.random() < 0.5 else grasp.flipped(),), 'found 1 grasp')
