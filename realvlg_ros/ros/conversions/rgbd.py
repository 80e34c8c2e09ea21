"""A colour image, a depth image and a camera_info to one RgbdFrame, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from ...arrays import FloatArray
from ...camera.depth_check import check_variety
from ...depth_noise import DepthNoise
from ...errors import FrameError
from ...frame import RgbdFrame, check_sizes
from .camera import camera_from_msg, camera_to_msg
from .compressed_image import encode_color, encode_depth, encoded_size
from .image import color_from_msg, depth_from_msg, image_from_array, is_compressed
from .stamps import stamp_to_ns

# Forms in which depth is sent.
DEPTH_FORMS = ('16UC1', '32FC1')


@dataclass(frozen=True)
class CameraMessages:
    """What a camera sends of one frame, all of one stamp."""

    color: Image | CompressedImage
    depth: Image | CompressedImage
    camera_info: CameraInfo


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
    camera = camera_from_msg(camera_info, rectified)
    check_sizes(_encoded_size(color), _encoded_size(depth), camera)
    rgb = color_from_msg(color)
    frame = RgbdFrame.from_arrays(
        rgb,
        depth_from_msg(depth, (rgb.shape[1], rgb.shape[0])),
        camera,
        stamp_to_ns(color.header.stamp),
        depth_scale=depth_scale,
        camera2fixed=camera2fixed,
        fixed_frame=fixed_frame,
        noise=noise,
    )
    check_variety(frame.depth)
    return frame


def _encoded_size(msg: Image | CompressedImage) -> tuple[int, int] | None:
    return encoded_size(msg) if is_compressed(msg) else None


def frame_to_msgs(
    frame: RgbdFrame, stamp_ns: int, depth_encoding: str = '16UC1', compressed: bool = False
) -> CameraMessages:
    """The messages of a frame.

    Args:
        frame: colour and depth.
        stamp_ns: of the messages, in place of the frame's own, ns.
        depth_encoding: 16UC1 (mm) or 32FC1 (m): millimetres or metres.
        compressed: whether the images are compressed: colour as jpeg, depth as compressedDepth.
    """
    frame_id = frame.camera.frame_id
    depth = frame.depth
    if depth_encoding == '16UC1':
        depth = np.clip(np.rint(depth * 1000), 0, 65535).astype(np.uint16)
    info = camera_to_msg(frame.camera, stamp_ns)
    if compressed:
        color = encode_color(frame.color, stamp_ns, frame_id)
        return CameraMessages(color, encode_depth(depth, stamp_ns, frame_id), info)
    return CameraMessages(
        image_from_array(frame.color, 'rgb8', stamp_ns, frame_id),
        image_from_array(depth, depth_encoding, stamp_ns, frame_id),
        info,
    )
