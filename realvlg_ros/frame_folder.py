"""A frame on disk: a folder with color.png, depth.png and camera.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np

from .camera import Camera
from .depth_noise import DepthNoise
from .errors import FrameError, ParameterError
from .frame import RgbdFrame
from .resources import depth_noise_file


def read_frame(folder: Path, stamp_ns: int = 0) -> RgbdFrame:
    """Read color.png (8-bit), depth.png (16-bit) and camera.json of a frame folder.

    camera.json holds width, height, fx, fy, cx, cy, depth_scale_m_per_unit (default 0.001) and
    depth_noise: a name in config/depth_noise, or floor and quadratic (default: those of a D435).

    Raises:
        FrameError: a file is missing or is not an image of the expected kind.
        CameraError: camera.json cannot be used.
        ParameterError: its depth_noise is unknown or no noise.
    """
    if not folder.is_dir():
        raise FrameError(f'{folder} is not a folder; expected one with color.png and depth.png')
    camera = Camera.from_json(folder / 'camera.json')
    values = json.loads((folder / 'camera.json').read_text())
    scale = values.get('depth_scale_m_per_unit', 0.001)
    noise = _noise_of(values.get('depth_noise'), folder / 'camera.json')
    color = _read_image(folder / 'color.png', cv2.IMREAD_COLOR)
    depth = _read_image(folder / 'depth.png', cv2.IMREAD_UNCHANGED)
    rgb = np.ascontiguousarray(color[..., ::-1])
    return RgbdFrame.from_arrays(
        rgb, depth, camera, stamp_ns, depth_scale=float(scale), noise=noise
    )


def write_frame(folder: Path, frame: RgbdFrame) -> None:
    """Write a frame as a frame folder; depth is rounded to millimetres."""
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / 'color.png'), frame.color[..., ::-1])
    millimetres = np.clip(np.round(frame.depth * 1000), 0, 65535).astype(np.uint16)
    cv2.imwrite(str(folder / 'depth.png'), millimetres)
    camera = frame.camera
    values = {key: getattr(camera, key) for key in ('width', 'height', 'fx', 'fy', 'cx', 'cy')}
    values.update(
        distortion=list(camera.distortion),
        distortion_model='rational_polynomial' if len(camera.distortion) == 8 else 'plumb_bob',
        frame_id=camera.frame_id,
        depth_scale_m_per_unit=0.001,
        depth_noise=asdict(frame.noise),
    )
    (folder / 'camera.json').write_text(json.dumps(values, indent=2) + '\n')


def _noise_of(given: object, path: Path) -> DepthNoise:
    """What camera.json says of the noise: nothing, the name of a profile, or its figures."""
    if given is None:
        return DepthNoise()
    try:
        if isinstance(given, str):
            return DepthNoise.from_yaml(depth_noise_file(given))
        return DepthNoise.from_values(given, 'depth_noise')
    except ParameterError as error:
        raise ParameterError(f'{path}: {error}') from error


def _read_image(path: Path, flags: int) -> np.ndarray:
    image = cv2.imread(str(path), flags)
    if image is None:
        raise FrameError(f'{path} is missing or is not an image')
    return image
