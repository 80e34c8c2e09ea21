"""What a camera sends of a scene, and the faults by which that differs from what is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from realvlg_ros.arrays import BoolArray, ByteArray, FloatArray
from realvlg_ros.camera import Camera
from realvlg_ros.camera.intrinsics_check import check_intrinsics
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.simulation.renderer import RenderedFrame
from realvlg_ros.simulation.world import WORLD_FRAME

# Millimetres in a metre. From SI.
MILLIMETRES = 1000.0


@dataclass(frozen=True, eq=False)
class Shot:
    """One image pair as it is sent.

    Attributes:
        color: (height, width, 3) uint8 RGB.
        depth: (height, width) uint16 in mm or float32, as a driver would send it.
        camera: intrinsics that are sent with it.
        stamp_ns: that it bears.
        camera2world: 4x4 pose that tf gives; None without tf.
        rendered: what is truly there.
    """

    color: ByteArray
    depth: npt.NDArray[Any]
    camera: Camera
    stamp_ns: int
    camera2world: FloatArray | None
    rendered: RenderedFrame

    def to_frame(self) -> RgbdFrame:
        """The frame as the borders take it, with their checks.

        Raises:
            RealvlgError: it was refused.
        """
        check_intrinsics(self.camera, 'camera_info', 'Publish those of this image')
        return RgbdFrame.from_arrays(
            self.color, self.depth, self.camera, self.stamp_ns,
            camera2fixed=self.camera2world,
            fixed_frame='' if self.camera2world is None else WORLD_FRAME,
        )  # fmt: skip


Fault: TypeAlias = Callable[[Shot], Shot]


def none(shot: Shot) -> Shot:
    """No fault."""
    return shot


def without_depth(region: Callable[[RenderedFrame], BoolArray]) -> Fault:
    """Readings of a region of the image are lost."""

    def lose(shot: Shot) -> Shot:
        return replace(shot, depth=np.where(region(shot.rendered), 0, shot.depth))

    return lose


def everything(view: RenderedFrame) -> BoolArray:
    """The whole image."""
    return np.ones(view.clean_depth.shape, bool)


def all_but_objects(view: RenderedFrame) -> BoolArray:
    """The table, black or shiny, and what is behind it."""
    return view.instance_ids == 0


def around_object(name: str, grow_px: int) -> Callable[[RenderedFrame], BoolArray]:
    """An object that gives no depth, and a rim about it."""

    def region(view: RenderedFrame) -> BoolArray:
        kernel = np.ones((2 * grow_px + 1,) * 2, np.uint8)
        return cv2.dilate(view.mask(name).astype(np.uint8), kernel) > 0

    return region


def part_of_object(name: str, share: float, seed: int) -> Callable[[RenderedFrame], BoolArray]:
    """A patch that holds a share of an object's pixels, from one side of it."""
    angle = np.random.default_rng(seed).uniform(-np.pi, np.pi)

    def region(view: RenderedFrame) -> BoolArray:
        mask = view.mask(name)
        rows, columns = np.indices(mask.shape)
        along = columns * np.cos(angle) + rows * np.sin(angle)
        if not mask.any():
            return np.zeros(mask.shape, bool)
        return mask & (along <= np.quantile(along[mask], share))

    return region


def sprinkled_object(name: str, share: float, seed: int) -> Callable[[RenderedFrame], BoolArray]:
    """Pixels here and there on an object, a share of all, other ones in each frame."""
    rng = np.random.default_rng(seed)

    def region(view: RenderedFrame) -> BoolArray:
        return view.mask(name) & (rng.random(view.instance_ids.shape) < share)

    return region


def nearest_of_object(name: str, share: float) -> Callable[[RenderedFrame], BoolArray]:
    """All that is nearer than a distance within which a share of an object's pixels lies."""

    def region(view: RenderedFrame) -> BoolArray:
        mask, depth = view.mask(name), view.clean_depth
        bound = np.quantile(depth[mask], share) if mask.any() else 0.0
        return np.asarray(depth < bound)

    return region


def scaled_depth(factor: float) -> Fault:
    """Depth in another unit than its message says; what no longer fits 16 bits is lost."""

    def scale(shot: Shot) -> Shot:
        values = shot.depth * np.float64(factor)
        return replace(shot, depth=np.where(values > 65535, 0, values).astype(np.uint16))

    return scale


def float_depth(units_per_metre: float) -> Fault:
    """Depth as floats, which are to be metres, in another unit."""

    def convert(shot: Shot) -> Shot:
        metres = shot.depth.astype(np.float32) / np.float32(MILLIMETRES)
        return replace(shot, depth=metres * np.float32(units_per_metre))

    return convert


def origin_at_corner(shot: Shot) -> Shot:
    """A principal point that was left at 0."""
    return replace(shot, camera=replace(shot.camera, cx=0.0, cy=0.0))


def identity_intrinsics(shot: Shot) -> Shot:
    """The K of a camera that was never calibrated."""
    return replace(shot, camera=replace(shot.camera, fx=1.0, fy=1.0, cx=0.0, cy=0.0))


def half_focal(shot: Shot) -> Shot:
    """The camera_info of a stream of half the size."""
    camera = shot.camera
    half = replace(camera, fx=camera.fx / 2, fy=camera.fy / 2, cx=camera.cx / 2, cy=camera.cy / 2)
    return replace(shot, camera=half)


def without_tf(shot: Shot) -> Shot:
    """No pose of the camera."""
    return replace(shot, camera2world=None)


def zero_stamp(shot: Shot) -> Shot:
    """A stamp that was not set."""
    return replace(shot, stamp_ns=0)


def shifted_stamp(seconds: float) -> Fault:
    """The stamps of a clock that jumped."""

    def shift(shot: Shot) -> Shot:
        return replace(shot, stamp_ns=shot.stamp_ns + round(seconds * 1e9))

    return shift
