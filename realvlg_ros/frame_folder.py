"""A frame on disk: a folder with color.png, depth.png and camera.json."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from .arrays import ByteArray
from .boundary import Boundary
from .camera.camera_file import CameraFile
from .camera.depth_check import check_variety
from .errors import FrameError
from .files import is_folder, read_bytes
from .frame import RgbdFrame, check_sizes
from .image_files import decode_image
from .image_header import declared_size, undecodable
from .json_text import to_json_text
from .limits import MAX_IMAGE_BYTES


def read_frame(folder: Path, stamp_ns: int = 0) -> RgbdFrame:
    """Read color.png (8-bit), depth.png (16-bit) and camera.json of a frame folder.

    Raises:
        FrameError: a file is missing or is not an image of the expected kind, or its depth cannot
            be that of a camera.
        CameraError: camera.json cannot be used; see CameraFile.
        ParameterError: its depth_noise is unknown or no noise.
    """
    if not is_folder(folder):
        raise FrameError(f'{folder} is not a folder; expected one with color.png and depth.png')
    given = CameraFile.read(folder / 'camera.json')
    color, depth = (_Encoded.read(folder / name) for name in ('color.png', 'depth.png'))
    try:
        check_sizes(color.size, depth.size, given.camera)
        rgb = np.ascontiguousarray(color.decode(cv2.IMREAD_COLOR)[..., ::-1])
        frame = RgbdFrame.from_arrays(
            rgb, depth.decode(cv2.IMREAD_UNCHANGED), given.camera, stamp_ns,
            depth_scale=given.depth_scale, noise=given.noise,
        )  # fmt: skip
        check_variety(frame.depth)
    except FrameError as error:
        raise FrameError(f'{folder}: {error}') from error
    return frame


def write_frame(folder: Path, frame: RgbdFrame) -> None:
    """Write a frame as a frame folder; depth is rounded to millimetres."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in frame_files(frame).items():
        (folder / name).write_bytes(data)


def frame_files(frame: RgbdFrame) -> dict[str, bytes]:
    """The files of a frame folder by their names; depth is rounded to millimetres."""
    millimetres = np.clip(np.round(frame.depth * 1000), 0, 65535).astype(np.uint16)
    camera = frame.camera
    values = {key: getattr(camera, key) for key in ('width', 'height', 'fx', 'fy', 'cx', 'cy')}
    inside = 0 < camera.cx < camera.width and 0 < camera.cy < camera.height
    values.update(
        distortion=list(camera.distortion),
        distortion_model=camera.distortion_model,
        frame_id=camera.frame_id,
        cropped=not inside,
        depth_scale_m_per_unit=0.001,
        depth_noise=asdict(frame.noise),
    )
    return {
        'color.png': _to_png(frame.color[..., ::-1]),
        'depth.png': _to_png(millimetres),
        'camera.json': (to_json_text(values, indent=2) + '\n').encode(),
    }


def _to_png(image: np.ndarray) -> bytes:
    return bytes(cv2.imencode('.png', image)[1])


@dataclass(frozen=True)
class _Encoded:
    """The bytes of an image, and its columns and rows."""

    boundary: Boundary
    data: ByteArray
    size: tuple[int, int] | None

    @classmethod
    def read(cls, path: Path) -> _Encoded:
        boundary = Boundary(str(path), FrameError)
        if not path.exists():
            raise boundary.refusal('is missing or is not an image')
        data = np.frombuffer(read_bytes(path, boundary, MAX_IMAGE_BYTES), np.uint8)
        if reason := undecodable(data):
            raise boundary.failure('cannot be decoded', reason)
        return cls(boundary, data, declared_size(data))

    def decode(self, flags: int) -> np.ndarray:
        return decode_image(self.data, flags, self.boundary)
