"""Whether depth can be that of a camera: a wrong unit or file moves every point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..arrays import Float32Array
from ..depth_noise import DepthNoise
from ..errors import FrameError

# Every so many rows and columns tell what is wrong everywhere. Chosen: 1 of 64 pixels.
_STRIDE = 8
# A larger median, m, is a wrong unit. Chosen: no camera measures what a gripper can hold there.
_FARTHEST_M = 20.0
# Bytes are swapped where neighbours differ by so many units, and by so many times less with the
# bytes turned. Chosen: half of the smallest difference between swapped readings; noise is as
# large either way.
_SWAPPED_STEP = 128
_SWAPPED_RATIO = 16
# Floating-point distances in any unit, and the share of readings that lie within. Chosen: from
# 10 m in kilometres to 10 m in micrometres; random bytes seldom give such a number.
_DISTANCES = (1e-5, 1e7)
_MOST = 0.9
# Depth in larger steps, m, has lost its lower bits. Chosen: several times the steps of a camera at
# the distance of a table.
_COARSEST_M = 0.01
# A larger share of readings that are nearer than the camera sees is a wrong unit, where the median
# is below so many times that distance. Chosen: stereo matches a few of what repeats falsely, and
# not a tenth of the image; before a scene that is farther the robot's own arm may hang.
_TOO_NEAR = 0.1
_NEAR_SCENE = 2.0
# Smaller images are no camera's, and say nothing of it. Chosen: 32 x 32, about.
_MIN_PIXELS = 1000
# Depth of so few values is a mask or a label image. Chosen: a table is never seen so.
_FEW_VALUES = 2

_UNIT = 'depth_scale (depth_scale_m_per_unit in camera.json)'
# The likely cause of a scene of the wrong size.
UNIT_HINT = f'is the depth in another unit? Check {_UNIT} and camera_info'


def check_stored(depth: npt.NDArray[np.generic]) -> None:
    """Refuse depth (rows, columns) of a type or byte order that cannot hold distances.

    Raises:
        FrameError: 8 bits, or bytes in the wrong order.
    """
    if depth.dtype.kind == 'f' and _is_float_swapped(depth):
        raise FrameError(
            'floating-point depth makes sense only with its bytes in the other order: correct '
            'is_bigendian in the driver'
        )
    if depth.dtype.kind not in 'ui':
        return
    if depth.dtype.itemsize == 1:
        raise FrameError(
            f'depth has 8 bits ({depth.dtype}), which cannot hold millimetres: it is a picture of '
            'the depth; save and read it with 16 bits (cv2.IMREAD_UNCHANGED), or publish 16UC1'
        )
    if depth.dtype.itemsize == 2 and _is_swapped(depth.view(np.uint16)):
        raise FrameError(
            'neighbouring depth readings differ by multiples of 256: their two bytes are swapped; '
            'correct is_bigendian in the driver, or write the PNG with a program that swaps the '
            'bytes (a PNG is big-endian)'
        )


def check_distance(metres: Float32Array, noise: DepthNoise) -> None:
    """Refuse depth (rows, columns), in m and 0 without a reading, in the wrong unit.

    Args:
        metres: the depth.
        noise: of the camera; it tells how near the camera sees.

    Raises:
        FrameError: no reading at all, a median that no camera has over a table, or readings that
            are nearer than the camera sees.
    """
    readings = _readings(metres)
    if readings.size == 0:
        raise FrameError(
            'depth holds no reading (all zero, NaN or infinite); '
            'check the depth stream, the emitter and the camera range'
        )
    median = float(np.median(readings))
    if median > _FARTHEST_M:
        raise FrameError(
            f'median depth is {median:.0f} m: float depth must be in metres and integer depth '
            f'in millimetres (REP 118); set {_UNIT} or fix the driver'
        )
    near = float(np.quantile(readings, _TOO_NEAR))
    all_near = median < _NEAR_SCENE * noise.nearest
    if metres.size >= _MIN_PIXELS and near < noise.nearest and all_near:
        raise FrameError(
            f'median depth is {1000 * median:.1f} mm, a tenth is below {1000 * near:.1f} mm, and '
            f'the camera sees nothing nearer than {1000 * noise.nearest:.0f} mm: is the depth in '
            f'another unit? Integers are millimetres and floats metres (REP 118); set {_UNIT}, or '
            'where the camera is made for the near, noise.profile (depth_noise in camera.json) to '
            'its own, such as d405'
        )


def check_variety(metres: Float32Array) -> None:
    """Refuse depth (rows, columns), in m and 0 without a reading, that shows no scene.

    Raises:
        FrameError: one or two values, or values in large steps.
    """
    readings = _readings(metres)
    if metres.size < _MIN_PIXELS or readings.size == 0:
        return
    values = np.unique(readings)
    if len(values) <= _FEW_VALUES:
        listed = ' and '.join(f'{value:.3f}' for value in values)
        raise FrameError(
            f'every depth reading is {listed} m: this is a mask, a label image or a default '
            'value, not the depth of a scene; check the depth topic or depth.png'
        )
    step = float(np.gcd.reduce(np.rint(values.astype(np.float64) * 1e4).astype(np.int64))) / 1e4
    if step > _COARSEST_M:
        raise FrameError(
            f'depth comes in steps of {1000 * step:.0f} mm: it was reduced to 8 bits, or '
            f'{_UNIT} is too large; save and publish the depth of the camera with 16 bits'
        )


def _readings(metres: Float32Array) -> Float32Array:
    """Readings (n,) all over the image."""
    sparse = metres[::_STRIDE, ::_STRIDE]
    readings = sparse[sparse > 0]
    return readings if readings.size else metres[metres > 0]


def _is_swapped(depth: npt.NDArray[np.uint16]) -> bool:
    rows = depth[:: max(_STRIDE, depth.shape[0] // 16)]
    step = _median_step(rows)
    return step >= _SWAPPED_STEP and _median_step(rows.byteswap()) * _SWAPPED_RATIO <= step


def _is_float_swapped(depth: npt.NDArray[np.generic]) -> bool:
    sparse = depth[::_STRIDE, ::_STRIDE]
    as_it_is, turned = (_share_of_distances(values) for values in (sparse, sparse.byteswap()))
    return turned > _MOST and as_it_is < 0.5 * turned


def _share_of_distances(values: npt.NDArray[np.generic]) -> float:
    """Share of what is not zero in values (rows, columns) that may be a distance in any unit."""
    # Turned bytes may be numbers that no float has.
    with np.errstate(invalid='ignore'):
        numbers = np.abs(np.nan_to_num(values.astype(np.float64), nan=0.0))
    read = numbers > 0
    low, high = _DISTANCES
    return float(((numbers > low) & (numbers < high)).sum() / max(int(read.sum()), 1))


def _median_step(rows: npt.NDArray[np.uint16]) -> float:
    """Median difference of neighbours in rows (n, columns) that are both read, and differ."""
    left, right = rows[:, :-1].astype(np.int32), rows[:, 1:].astype(np.int32)
    steps = np.abs(left - right)[(left > 0) & (right > 0) & (left != right)]
    return float(np.median(steps)) if steps.size else 0.0
