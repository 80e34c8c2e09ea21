"""camera.json of a frame folder: the camera, and the unit and the noise of its depth."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..boundary import Boundary
from ..depth_noise import DepthNoise
from ..documents import read_json
from ..errors import CameraError, ParameterError
from ..limits import MAX_PIXELS
from ..quoting import quoted, quoted_json
from ..resources import depth_noise_file
from .camera import Camera
from .distortion import read_distortion
from .intrinsics_check import check_intrinsics

_NEEDED = ('width', 'height', 'fx', 'fy', 'cx', 'cy')
# Largest side of an image, px, unit of depth, m, and number of any kind. Chosen: no camera has
# more.
_MAX_SIDE = 65536
_MAX_SCALE = 1.0
_MAX_NUMBER = 1e12
# A key as similar to a known one is that one misspelt. Chosen: an 's' too many is, a note on the
# depth is not its noise.
_MISSPELT = 0.88
# What other programs call the keys.
_OTHER_NAMES = {
    'depth_scale': 'depth_scale_m_per_unit',
    'depth_factor': 'depth_scale_m_per_unit',
    'factor_depth': 'depth_scale_m_per_unit',
    'scale': 'depth_scale_m_per_unit',
    'd': 'distortion',
    'dist_coeffs': 'distortion',
    'distortion_coefficients': 'distortion',
}


@dataclass(frozen=True)
class CameraFile:
    """What a camera.json says; docs/quick_start.md describes the keys.

    Attributes:
        camera: intrinsics.
        depth_scale: metres in one unit of the depth image.
        noise: of the depth.
    """

    camera: Camera
    depth_scale: float
    noise: DepthNoise

    @classmethod
    def read(cls, path: Path) -> CameraFile:
        """Read and check a file; keys that mean nothing here, such as a note, are left alone.

        Raises:
            CameraError: the file is missing or no JSON; a key is missing, misspelt, of a wrong
                type or out of range; or the intrinsics are those of no camera.
            ParameterError: its depth_noise is unknown or no noise.
        """
        values = _read_object(path)
        _check_names(path, values)
        take = partial(_take, path, values)
        width, height = (take(name, _SIDE) for name in ('width', 'height'))
        fx, fy = (take(name, _FOCAL) for name in ('fx', 'fy'))
        cx, cy = (take(name, _NUMBER) for name in ('cx', 'cy'))
        if width * height > MAX_PIXELS:
            raise CameraError(
                f'{path}: {width}x{height} pixels are more than the {MAX_PIXELS} that are read'
            )
        coefficients = take('distortion', _NUMBERS, ())
        model = take('distortion_model', _TEXT, 'plumb_bob')
        frame_id = take('frame_id', _TEXT, Camera.frame_id)
        cropped = take('cropped', _FLAG, False)
        try:
            distortion, fisheye = read_distortion(model, coefficients)
            camera = Camera(width, height, fx, fy, cx, cy, distortion, frame_id, fisheye)
        except CameraError as error:
            raise CameraError(f'{path}: {error}') from error
        remedy = 'Where the image is part of a larger one, set "cropped": true'
        check_intrinsics(camera, str(path), remedy, cropped)
        scale = take('depth_scale_m_per_unit', _SCALE, 0.001)
        return cls(camera, scale, _noise_of(values.get('depth_noise'), path))


@dataclass(frozen=True)
class _Kind:
    """What a value must be, in words, and whether it is so; convert makes it Python's own type."""

    words: str
    holds: Callable[[Any], bool]
    convert: Callable[[Any], Any]


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < _MAX_NUMBER


# What each value must be. Chosen: all that a camera may have.
_SIDE = _Kind(
    f'a whole number, 1 to {_MAX_SIDE}',
    lambda v: _is_number(v) and v == int(v) and 1 <= v <= _MAX_SIDE,
    int,
)
_FOCAL = _Kind('a positive number of pixels', lambda v: _is_number(v) and v > 0, float)
_SCALE = _Kind(
    f'metres in one unit of depth, above 0 and at most {_MAX_SCALE:g} (millimetres: 0.001)',
    lambda v: _is_number(v) and 0 < v <= _MAX_SCALE,
    float,
)
_NUMBER = _Kind('a number of pixels', _is_number, float)
_NUMBERS = _Kind(
    'a list of numbers', lambda v: isinstance(v, list) and all(map(_is_number, v)), tuple
)
_TEXT = _Kind('a text', lambda v: isinstance(v, str), str)
_FLAG = _Kind('true or false', lambda v: isinstance(v, bool), bool)


def _read_object(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        raise CameraError(f'{path} is missing; a frame folder needs camera.json')
    boundary = Boundary(str(path), CameraError, f'it needs the numbers {", ".join(_NEEDED)}')
    values = read_json(path, boundary)
    if not isinstance(values, dict):
        raise boundary.refusal(
            f'holds {quoted_json(values)}, a {type(values).__name__}; expected an object'
        )
    return values


def _check_names(path: Path, values: Mapping[str, Any]) -> None:
    """Refuse a key that is a known one under another name: ignored, it would have no effect."""
    known = {_plain(name): name for name in (*_NEEDED, *_OPTIONAL)}
    known.update({_plain(name): meant for name, meant in _OTHER_NAMES.items()})
    for key in values:
        if key in (*_NEEDED, *_OPTIONAL):
            continue
        near = difflib.get_close_matches(_plain(key), known, 1, _MISSPELT)
        if near and known[near[0]] not in values:
            raise CameraError(
                f'{path}: there is no key {quoted(key)} (= {quoted_json(values[key])}); it is '
                f'called {quoted(known[near[0]])}'
            )


_OPTIONAL = (
    'distortion', 'distortion_model', 'frame_id', 'cropped', 'depth_scale_m_per_unit',
    'depth_noise',
)  # fmt: skip


def _plain(key: str) -> str:
    return key.lower().replace('_', '').replace('-', '')


def _take(
    path: Path, values: Mapping[str, Any], key: str, kind: _Kind, default: Any = None
) -> Any:
    if key not in values:
        if default is not None:
            return default
        raise CameraError(
            f'{path}: the key {quoted(key)} is missing; it needs the numbers {", ".join(_NEEDED)}'
        )
    if not kind.holds(values[key]):
        raise CameraError(f'{path}: {key} is {quoted_json(values[key])}; expected {kind.words}')
    return kind.convert(values[key])


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
