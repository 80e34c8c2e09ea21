"""Light on surfaces: one soft lamp with shadows, light from everywhere, a highlight."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .ray_caster import BoolArray, Float32Array, Int32Array
from .stage import Stage, Surface
from .world import Light

_OFFSET = 2e-4  # m off the surface, so that it does not shade itself
_OCCLUSION_REACH = 0.12  # m
_GLOSS = 0.22
_SHININESS = 50
_PATTERN = 4  # the lamp is sampled at 4 x 4 places, one a pixel, in a repeated pattern

# Linear 0 to 1 in 4096 steps to sRGB bytes.
_TO_BYTES = np.round(255 * (np.arange(4096) / 4095) ** (1 / 2.2)).astype(np.uint8)


def lamp_visibility(
    stage: Stage, surface: Surface, light: Light, phase: Int32Array
) -> Float32Array:
    """(N,) 1 where the lamp is seen; each point looks at one of the lamp's 16 places.

    Args:
        stage: what may be in the way.
        surface: the points.
        light: with the lamp.
        phase: (N,) 0 to 15, which place.
    """
    directions = _lamp_samples(light)
    toward = directions[phase]
    facing = (np.einsum('ni,ni->n', surface.normals, toward) > 0) & (surface.hits.body >= 0)
    visible = np.ones(len(facing), np.float32)
    index = np.flatnonzero(facing)
    if index.size:
        start = surface.points[index] + _OFFSET * surface.normals[index]
        visible[index] -= stage.rays.is_blocked(start, toward[index])
    return visible


def openness(stage: Stage, surface: Surface, phase: Int32Array) -> Float32Array:
    """(N,) 1 where nothing is near above a point: ambient occlusion by one of 16 rays."""
    index = np.flatnonzero(surface.hits.body >= 0)
    opened = np.ones(len(phase), np.float32)
    if index.size == 0:
        return opened
    normals = surface.normals[index]
    toward = normals + 0.98 * _sphere_samples()[phase[index]]
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    start = surface.points[index] + _OFFSET * normals
    opened[index] -= stage.rays.is_blocked(start, toward, _OCCLUSION_REACH)
    return opened


def shade(
    surface: Surface,
    light: Light,
    directions: Float32Array,
    visible: Float32Array,
    opened: Float32Array,
) -> Float32Array:
    """(N, 3) linear RGB of surfaces seen along directions (N, 3)."""
    toward = np.asarray(light.direction, np.float32)
    toward = toward / np.linalg.norm(toward)
    lamp = np.maximum(surface.normals @ toward, 0) * visible * np.float32(light.intensity)
    ambient = (0.72 + 0.28 * surface.normals[:, 2]) * (0.3 + 0.7 * opened)
    color = surface.albedo * (lamp + np.float32(light.ambient) * ambient)[:, None]
    index = np.flatnonzero(surface.glossy & (visible > 0))
    if index.size:
        view = -directions[index] / np.linalg.norm(directions[index], axis=1, keepdims=True)
        half = view + toward
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        highlight = np.maximum(np.einsum('ni,ni->n', half, surface.normals[index]), 0)
        color[index] += (_GLOSS * visible[index] * highlight**_SHININESS)[:, None]
    return color


def to_bytes(color: Float32Array) -> npt.NDArray[np.uint8]:
    """Linear RGB as sRGB bytes."""
    return _TO_BYTES[(np.clip(color, 0, 1) * 4095).astype(np.int16)]


def pixel_phase(height: int, width: int) -> Int32Array:
    """(height, width) which of the 16 places a pixel looks at, in a 4 x 4 pattern."""
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.int32)
    repeats = -(-height // _PATTERN), -(-width // _PATTERN)
    return np.tile(order, repeats)[:height, :width]


def smooth_within(values: Float32Array, body: Int32Array) -> Float32Array:
    """Average an image over the 4 x 4 pattern's period, among pixels of the same body only."""
    for axis in (0, 1):
        total, weight = values.copy(), np.ones_like(values)
        for shift, share in ((1, 1.0), (2, 0.5)):
            low = [slice(None)] * 2
            high = [slice(None)] * 2
            low[axis], high[axis] = slice(None, -shift), slice(shift, None)
            near, far = tuple(low), tuple(high)
            same = (body[near] == body[far]) * np.float32(share)
            total[near] += same * values[far]
            total[far] += same * values[near]
            weight[near] += same
            weight[far] += same
        values = total / weight
    return values


def edges(body: Int32Array, normals: Float32Array) -> BoolArray:
    """(height, width) pixels beside another body or a crease, which need finer sampling."""
    found = np.zeros(body.shape, bool)
    for near, far in (
        (np.s_[:-1], np.s_[1:]),
        (np.s_[:, :-1], np.s_[:, 1:]),
    ):
        differs = body[near] != body[far]
        differs |= np.einsum('...i,...i', normals[near], normals[far]) < 0.85
        found[near] |= differs
        found[far] |= differs
    return found


def _lamp_samples(light: Light) -> Float32Array:
    """(16, 3) unit directions spread over the lamp's disc (golden-angle spiral)."""
    toward = np.asarray(light.direction) / np.linalg.norm(light.direction)
    side = np.cross(toward, (0.0, 1.0, 0.0) if abs(toward[1]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    index = np.arange(16)
    radius = light.softness * np.sqrt((index + 0.5) / 16)
    angle = index * 2.399963
    spread = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(toward, side)
    samples = toward + radius[:, None] * spread
    return np.asarray(samples / np.linalg.norm(samples, axis=1, keepdims=True), np.float32)


def _sphere_samples() -> Float32Array:
    """(16, 3) points spread over the unit sphere (Fibonacci lattice)."""
    index = np.arange(16)
    z = 1 - (2 * index + 1) / 16
    angle = index * 2.399963
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1).astype(np.float32)
