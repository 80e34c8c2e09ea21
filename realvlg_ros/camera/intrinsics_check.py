"""Whether intrinsics can be those of a camera at all: a wrong one moves every point."""

from __future__ import annotations

import math

from ..errors import CameraError
from .camera import Camera

# Fields of view that are believed, degrees. Chosen: from a telescope's to beyond the widest lens
# that is not called a fisheye, and beyond the widest that is.
_FIELD_OF_VIEW_DEG = (5.0, 150.0)
_MAX_FISHEYE_DEG = 220.0
# Sizes of the image that a driver may have calibrated and not this one: by ratio, and the usual
# ones of another aspect, px. Smaller by at least a ratio, with the principal point off their
# middle by a share at most. Chosen: a part of an image seldom has its principal point there.
_RATIOS = (1 / 2, 1 / 3, 2 / 3, 1 / 4)
_SIZES = ((640, 480), (320, 240), (1280, 720), (640, 360))
_SMALLER = 0.7
_OFF_CENTRE = 0.03
# Pixels are at most so far from square. Chosen: images of 16:9 squeezed to a square pass.
_MAX_ASPECT = 1.85


def check_intrinsics(camera: Camera, source: str, remedy: str, cropped: bool = False) -> None:
    """Refuse intrinsics that no camera has, such as those of another image size.

    Args:
        camera: of the whole image, before any region is cut out.
        source: where they come from, such as camera_info.
        remedy: what to do where the image is a part of a larger one.
        cropped: whether it is known to be a part: the principal point may lie anywhere, and the
            field of view may be small.

    Raises:
        CameraError: impossible field of view, principal point or pixel shape.
    """
    _check_field_of_view(camera, source, cropped)
    aspect = max(camera.fx / camera.fy, camera.fy / camera.fx)
    if aspect > _MAX_ASPECT:
        raise CameraError(
            f'{source}: focal lengths fx={camera.fx:g} and fy={camera.fy:g} px differ by a factor '
            f'of {aspect:.1f}: no camera has such pixels; calibrate it and correct K in {source}'
        )
    inside = 0 < camera.cx < camera.width and 0 < camera.cy < camera.height
    if not (inside or cropped):
        raise CameraError(
            f'{source}: the principal point ({camera.cx:g}, {camera.cy:g}) is not inside the '
            f'{camera.width}x{camera.height} image: it is not set, or the intrinsics are those of '
            f'another image size; correct K in {source}. {remedy}'
        )
    size = None if cropped else _other_size(camera)
    if size is not None:
        raise CameraError(
            f'{source}: the principal point ({camera.cx:g}, {camera.cy:g}) of the '
            f'{camera.width}x{camera.height} image is the middle of one of {size[0]}x{size[1]}: '
            f'the intrinsics are those of that size; correct K in {source}. {remedy}'
        )


def _other_size(camera: Camera) -> tuple[int, int] | None:
    """The smaller image size of whose middle the principal point is, if it is that of one."""
    sizes = [(round(camera.width * r), round(camera.height * r)) for r in _RATIOS]
    for width, height in (*sizes, *_SIZES):
        across, down = (2 * camera.cx + 1) / width, (2 * camera.cy + 1) / height
        smaller = width < _SMALLER * camera.width and height < _SMALLER * camera.height
        if smaller and max(abs(across - 1), abs(down - 1)) < _OFF_CENTRE:
            return width, height
    return None


def _check_field_of_view(camera: Camera, source: str, cropped: bool) -> None:
    low, high = _FIELD_OF_VIEW_DEG
    low = 0.0 if cropped else low
    for name, size, focal in (('fx', camera.width, camera.fx), ('fy', camera.height, camera.fy)):
        half = size / 2 / focal
        angle = 2 * math.degrees(half if camera.fisheye else math.atan(half))
        most = _MAX_FISHEYE_DEG if camera.fisheye else high
        if not low <= angle <= most:
            raise CameraError(
                f'{source}: a focal length {name}={focal:g} px for {size} px is a field of view '
                f'of {angle:.1f} degrees, {low:g} to {most:g} are possible: is K the identity, or '
                f'that of another image size? Calibrate the camera and correct K in {source}'
            )
