"""One colour image with its registered depth, checked once at the border."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .arrays import BoolArray, ByteArray, Float32Array, FloatArray
from .camera import Camera
from .camera.depth_check import check_distance, check_stored
from .depth_noise import DepthNoise
from .errors import FrameError

# Readings farther than this, m, are none. Chosen: ten times what depth cameras reach.
_FARTHEST_READING = 1000.0


@dataclass(frozen=True)
class RgbdFrame:
    """Colour and depth of the same instant and the same pixels.

    Attributes:
        color: (height, width, 3) uint8, RGB.
        depth: (height, width) float32, m along the optical axis, 0 where there is no reading.
        camera: intrinsics of both.
        stamp_ns: acquisition time of the colour image, ns.
        camera2fixed: 4x4 pose of the camera in the fixed frame at the stamp, if tf gives one.
        fixed_frame: name of that frame; empty without one.
        noise: of the depth.
        support: (4,) plane n . p + d = 0 of the surface that objects stand on in the optical
            frame, n a unit vector toward its free side and d in m, as it is known otherwise than
            from the depth; None if it is not.
    """

    color: ByteArray
    depth: Float32Array
    camera: Camera
    stamp_ns: int = 0
    camera2fixed: FloatArray | None = None
    fixed_frame: str = ''
    noise: DepthNoise = DepthNoise()
    support: FloatArray | None = None

    @classmethod
    def from_arrays(
        cls,
        color: ByteArray,
        depth: npt.NDArray[np.generic],
        camera: Camera,
        stamp_ns: int = 0,
        *,
        depth_scale: float = 0.001,
        camera2fixed: FloatArray | None = None,
        fixed_frame: str = '',
        noise: DepthNoise | None = None,
    ) -> RgbdFrame:
        """Check the arrays and bring the depth to metres.

        Args:
            color: (height, width, 3) uint8, RGB.
            depth: (height, width); integers are multiplied by depth_scale (REP 118: millimetres),
                floats are metres; 0, negative, NaN and infinite readings are holes, as are those
                that no camera has.
            camera: intrinsics; its size is the images' size.
            stamp_ns: acquisition time, ns.
            depth_scale: metres in one unit of integer depth.
            camera2fixed: 4x4 pose of the camera in the fixed frame.
            fixed_frame: name of that frame.
            noise: of the depth; a D435's if it is not given.

        Raises:
            FrameError: wrong shape, type, size, byte order or unit, or no depth reading at all.
            CameraError: a distortion that no lens has.
        """
        _check_shapes(color, depth, camera)
        noise = noise or DepthNoise()
        if camera.distorted:
            _ = camera.rays
        check_stored(depth)
        metres = _to_metres(depth, depth_scale)
        check_distance(metres, noise)
        # A few readings at the end of the world are none: they spoil sums and fits.
        metres[metres > _FARTHEST_READING] = 0
        return cls(color, metres, camera, stamp_ns, camera2fixed, fixed_frame, noise)

    def placed(self, camera2fixed: FloatArray, fixed_frame: str, frame_id: str = '') -> RgbdFrame:
        """The frame with a pose of its camera.

        Args:
            camera2fixed: 4x4 pose of the camera in the fixed frame.
            fixed_frame: name of that frame.
            frame_id: name of the optical frame; empty leaves it.
        """
        camera = replace(self.camera, frame_id=frame_id or self.camera.frame_id)
        return replace(self, camera=camera, camera2fixed=camera2fixed, fixed_frame=fixed_frame)

    @property
    def valid(self) -> BoolArray:
        """(height, width) True where there is a depth reading."""
        return self.depth > 0

    @property
    def up(self) -> FloatArray | None:
        """(3,) unit vector opposite to gravity in the optical frame; None without a fixed frame.

        A fixed frame's z points up (REP 103).
        """
        if self.camera2fixed is None:
            return None
        return np.asarray(self.camera2fixed[2, :3], np.float64)

    @cached_property
    def points(self) -> Float32Array:
        """(height, width, 3) points in the optical frame, m; zero where there is no reading."""
        rays = self.camera.rays.astype(np.float32)
        points = np.empty((*self.depth.shape, 3), np.float32)
        np.multiply(rays[..., 0], self.depth, out=points[..., 0])
        np.multiply(rays[..., 1], self.depth, out=points[..., 1])
        points[..., 2] = self.depth
        points.setflags(write=False)
        return points


def check_sizes(
    color: tuple[int, int] | None, depth: tuple[int, int] | None, camera: Camera
) -> None:
    """Refuse images that are not of one size, before they are decoded, too.

    Args:
        color: its columns and rows; None where they are not known yet.
        depth: likewise.
        camera: intrinsics; its size is the images' size.

    Raises:
        FrameError: two sizes differ.
    """
    if color is not None and depth is not None and color != depth:
        raise FrameError(
            f'depth is {depth[0]}x{depth[1]} and colour {color[0]}x{color[1]}: depth is not '
            'registered to colour; turn on depth alignment in the camera driver '
            '(align_depth.enable for RealSense, depth_registration for OpenNI and Orbbec)'
        )
    found = color or depth
    if found is not None and found != (camera.width, camera.height):
        raise FrameError(
            f'camera_info is for {camera.width}x{camera.height} but the images are '
            f'{found[0]}x{found[1]}; use the camera_info of the colour stream'
        )


def _check_shapes(color: ByteArray, depth: npt.NDArray[np.generic], camera: Camera) -> None:
    if color.ndim != 3 or color.shape[2] != 3 or color.dtype != np.uint8:
        raise FrameError(
            f'colour is {color.shape} {color.dtype}; expected (height, width, 3) uint8 RGB'
        )
    if depth.ndim != 2:
        raise FrameError(f'depth is {depth.shape}; expected (height, width)')
    check_sizes((color.shape[1], color.shape[0]), (depth.shape[1], depth.shape[0]), camera)


def _to_metres(depth: npt.NDArray[np.generic], depth_scale: float) -> Float32Array:
    if depth.dtype.kind in 'ui':
        if not (np.isfinite(depth_scale) and depth_scale > 0):
            raise FrameError(f'depth_scale {depth_scale} must be positive, metres a unit')
        metres = depth.astype(np.float32) * np.float32(depth_scale)
    elif depth.dtype.kind == 'f':
        metres = depth.astype(np.float32)
    else:
        raise FrameError(f'depth is {depth.dtype}; expected unsigned integers or floats')
    if depth.dtype.kind != 'u':
        metres[~((metres > 0) & (metres < np.inf))] = 0
    return metres
