"""sensor_msgs/CameraInfo to the camera model and back."""

from __future__ import annotations

from dataclasses import replace

from sensor_msgs.msg import CameraInfo

from ...camera import Camera
from ...camera.intrinsics_check import check_intrinsics
from ...errors import CameraError
from .stamps import ns_to_stamp

# What to do about a principal point outside the image.
_CROPPED = 'Where the image is part of a larger one, K is that of the whole, and roi says which'


def camera_from_msg(msg: CameraInfo, rectified: bool) -> Camera:
    """The camera of the images that a camera_info goes with.

    K and P hold for the full sensor; the region of interest and then the binning are applied, as
    CameraInfo.msg defines them.

    Args:
        msg: intrinsics.
        rectified: whether the images are rectified; then P holds and D does not.

    Raises:
        CameraError: an uncalibrated camera, impossible intrinsics, an unknown distortion model or
            an impossible region.
    """
    camera = Camera.from_camera_info(
        msg.width, msg.height, msg.k.tolist(), list(msg.d), msg.p.tolist(),
        msg.distortion_model, msg.header.frame_id, rectified,
    )  # fmt: skip
    check_intrinsics(camera, 'camera_info', _CROPPED)
    return _binned(_cropped(camera, msg), max(msg.binning_x, 1), max(msg.binning_y, 1))


def camera_to_msg(camera: Camera, stamp_ns: int = 0) -> CameraInfo:
    """The camera_info of a camera; P is K, as for a single camera."""
    msg = CameraInfo(width=camera.width, height=camera.height)
    msg.header.stamp = ns_to_stamp(stamp_ns)
    msg.header.frame_id = camera.frame_id
    msg.distortion_model = camera.distortion_model
    msg.d = list(camera.distortion) or [0.0] * 5
    msg.k = camera.matrix.ravel().tolist()
    msg.r = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    msg.p = [camera.fx, 0.0, camera.cx, 0.0, 0.0, camera.fy, camera.cy, 0.0, 0.0, 0.0, 1.0, 0.0]
    return msg


def _cropped(camera: Camera, msg: CameraInfo) -> Camera:
    roi = msg.roi
    # All zero means the whole image.
    if not (roi.x_offset or roi.y_offset or roi.width or roi.height):
        return camera
    width = roi.width or camera.width - roi.x_offset
    height = roi.height or camera.height - roi.y_offset
    if roi.x_offset + width > camera.width or roi.y_offset + height > camera.height:
        raise CameraError(
            f'region of interest {width}x{height} at ({roi.x_offset}, {roi.y_offset}) does not '
            f'lie inside the {camera.width}x{camera.height} image; fix roi in camera_info'
        )
    return replace(
        camera, width=width, height=height,
        cx=camera.cx - roi.x_offset, cy=camera.cy - roi.y_offset,
    )  # fmt: skip


def _binned(camera: Camera, binning_x: int, binning_y: int) -> Camera:
    if binning_x == binning_y == 1:
        return camera
    # The centre of a super-pixel is the middle of the pixels that it combines.
    return replace(
        camera,
        width=camera.width // binning_x,
        height=camera.height // binning_y,
        fx=camera.fx / binning_x,
        fy=camera.fy / binning_y,
        cx=(camera.cx + 0.5) / binning_x - 0.5,
        cy=(camera.cy + 0.5) / binning_y - 0.5,
    )
