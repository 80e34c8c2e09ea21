"""A colour image, a depth image and a camera_info to one RgbdFrame."""

from __future__ import annotations

from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from ...arrays import FloatArray
from ...camera.depth_check import check_variety
from ...depth_noise import DepthNoise
from ...errors import FrameError
from ...frame import RgbdFrame
from .camera import camera_from_msg
from .image import color_from_msg, depth_from_msg
from .stamps import stamp_to_ns


def frame_from_msgs(
    color: Image | CompressedImage,
    depth: Image | CompressedImage,
    camera_info: CameraInfo,
    *,
    rectified: bool,
    depth_scale: float = 0.001,
    check_frame_id: bool = True,
    camera2fixed: FloatArray | None = None,
    fixed_frame: str = '',
    noise: DepthNoise | None = None,
) -> RgbdFrame:
    """Decode and check matched messages.

    Args:
        color: the colour image; the frame takes its stamp.
        depth: the depth image, registered to colour.
        camera_info: intrinsics of the colour image.
        rectified: whether the images are rectified.
        depth_scale: metres in one unit of integer depth.
        check_frame_id: refuse a depth whose frame_id is not the colour's; off for drivers
            that register depth and leave its frame_id.
        camera2fixed: 4x4 pose of the camera in the fixed frame at the stamp.
        fixed_frame: name of that frame.
        noise: of the depth; a D435's if it is not given.

    Raises:
        MessageError: an image that cannot be decoded.
        CameraError: unusable intrinsics.
        FrameError: depth that is not registered to colour, or that cannot be a camera's.
    """
    color_id, depth_id = color.header.frame_id, depth.header.frame_id
    if check_frame_id and color_id != depth_id:
        raise FrameError(
            f'depth is in frame {depth_id!r} and colour in {color_id!r}: depth is not registered '
            'to colour; turn on depth alignment in the camera driver (align_depth.enable for '
            'RealSense, depth_registration for OpenNI and Orbbec) and use the aligned topic, or '
            'set the parameter check_frame_id to false if it is registered all the same'
        )
    rgb = color_from_msg(color)
    frame = RgbdFrame.from_arrays(
        rgb,
        depth_from_msg(depth, (rgb.shape[1], rgb.shape[0])),
        camera_from_msg(camera_info, rectified),
        stamp_to_ns(color.header.stamp),
        depth_scale=depth_scale,
        camera2fixed=camera2fixed,
        fixed_frame=fixed_frame,
        noise=noise,
    )
    check_variety(frame.depth)
    return frame
