"""Light on surfaces: one soft lamp with shadows, light from everywhere, a highlight."""

from __future__ import annotations

import numpy as np

from ..arrays import BoolArray, ByteArray, Float32Array, IndexArray, Int32Array
from .stage import SHADE_REACH, Stage, Surface
from .world import Light

# How far off the surface a ray to the lamp starts, m. Chosen: it does not shade itself.
_OFFSET = 2e-4  # m off the surface, so that it does not shade itself
# What is nearer to a lamp is not lit more, m. Chosen: the lamp's own size.
_NEAREST_LAMP = 0.2
# Strength and exponent of highlights. Chosen: looks like plastic.
_GLOSS = 0.22
_SHININESS = 50
# Step between neighbours, linear, that is an edge, and weights of red, green and blue in it.
# Chosen: about what the eye sees.
_TONE_STEP = 0.04  # linear, between neighbours
_TONE_WEIGHTS = np.array([0.4, 0.4, 0.2], np.float32)
# The lamp is sampled at 4 x 4 places, one a pixel, in a repeated pattern. Chosen: 16 samples make
# a soft shadow.
_PATTERN = 4  # the lamp is sampled at 4 x 4 places, one a pixel, in a repeated pattern

# Linear 0 to 1 in 4096 steps to bytes. From sRGB, with an exponent of 2.2.
_TO_BYTES = np.round(255 * (np.arange(4096) / 4095) ** (1 / 2.2)).astype(np.uint8)


def lamp_visibility(
    stage: Stage, surface: Surface, light: Light, index: IndexArray, phase: Int32Array
) -> Float32Array:
    """(M,) 1 where the lamp is seen; each point looks at one of the lamp's 16 places.

    Args:
        stage: what may be in the way.
        surface: of N points.
        light: with the lamp.
        index: (M,) the points asked about.
        phase: (N,) 0 to 15, which place.
    """
    toward = _lamp_samples(light)[phase[index]]
    normals = surface.normals[index]
    facing = np.einsum('ni,ni->n', normals, toward) > 0
    visible = np.ones(len(index), np.float32)
    start = surface.points[index[facing]] + _OFFSET * normals[facing]
    visible[facing] -= stage.rays.is_blocked(start, toward[facing])
    return visible


def openness(stage: Stage, surface: Surface, index: IndexArray, phase: Int32Array) -> Float32Array:
    """(M,) 1 where nothing is near above a point: ambient occlusion by one of 16 rays.

    Args:
        stage: what rays may meet.
        surface: points and normals of pixels.
        index: (M,) of the points asked about.
        phase: (M,) which of the 16 rays of each.
    """
    normals = surface.normals[index]
    toward = normals + 0.98 * _sphere_samples()[phase[index]]
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    start = surface.points[index] + _OFFSET * normals
    return 1 - stage.rays.is_blocked(start, toward, SHADE_REACH).astype(np.float32)


def shade(
    surface: Surface,
    light: Light,
    directions: Float32Array,
    visible: Float32Array,
    opened: Float32Array,
) -> Float32Array:
    """(N, 3) linear RGB of surfaces seen along directions (N, 3).

    Args:
        surface: points, normals and colours of N pixels.
        light: lamp and ambient light.
        directions: (N, 3) from the camera.
        visible: (N,) share of the lamp that is seen, 0 to 1.
        opened: (N,) share of the ambient light that comes, 0 to 1.
    """
    toward = np.asarray(light.direction, np.float32)
    toward = toward / np.linalg.norm(toward)
    lamp = np.maximum(surface.normals @ toward, 0) * visible * np.float32(light.intensity)
    if np.isfinite(light.distance):
        lamp *= _falloff(surface.points, toward * np.float32(light.distance))
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


def to_bytes(color: Float32Array) -> ByteArray:
    """Linear RGB as sRGB bytes."""
    return _TO_BYTES[(np.clip(color, 0, 1) * 4095).astype(np.int16)]


def pixel_phase(height: int, width: int) -> Int32Array:
    """(height, width) which of the 16 places a pixel looks at, in a 4 x 4 pattern.

    Every other pixel of a chequerboard looks at none (-1): eight places are enough.
    """
    order = np.array([[0, -1, 4, -1], [-1, 8, -1, 12], [6, -1, 2, -1], [-1, 14, -1, 10]], np.int32)
    repeats = -(-height // _PATTERN), -(-width // _PATTERN)
    return np.tile(order, repeats)[:height, :width]


def smooth_within(values: Float32Array, known: BoolArray, body: Int32Array) -> Float32Array:
    """Average an image over the 4 x 4 pattern's period, among pixels of the same body only.

    Args:
        values: (height, width); 1 where they are not known.
        known: (height, width) which of them count.
        body: (height, width).
    """
    share_of_own = np.where(known, np.float32(1), np.float32(1e-3))
    for axis in (0, 1):
        total, weight = values * share_of_own, share_of_own.copy()
        for shift, share in ((1, 1.0), (2, 0.5)):
            low = [slice(None)] * 2
            high = [slice(None)] * 2
            low[axis], high[axis] = slice(None, -shift), slice(shift, None)
            near, far = tuple(low), tuple(high)
            same = (body[near] == body[far]) * np.float32(share)
            to_near, to_far = same * share_of_own[far], same * share_of_own[near]
            total[near] += to_near * values[far]
            total[far] += to_far * values[near]
            weight[near] += to_near
            weight[far] += to_far
        values = np.asarray(total / weight, np.float32)
        share_of_own = np.ones_like(values)
    return values


def edges(body: Int32Array, color: Float32Array, glossy: BoolArray) -> BoolArray:
    """(height, width) pixels that need finer sampling.

    They lie beside another body, or beside another tone (linear RGB, (height, width, 3)) of the
    same object.

    Args:
        body: (height, width) index of the mesh.
        color: (height, width, 3) linear RGB.
        glossy: (height, width) where tones count.
    """
    tone = (color @ _TONE_WEIGHTS) * glossy
    found = np.zeros(body.shape, bool)
    for near, far in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        differs = body[near] != body[far]
        differs |= np.abs(tone[near] - tone[far]) > _TONE_STEP
        found[near] |= differs
        found[far] |= differs
    return found


def _falloff(points: Float32Array, lamp: Float32Array) -> Float32Array:
    """(N,) light of a lamp (3,) at points (N, 3), by that at the origin: the inverse square."""
    squared = np.maximum(((points - lamp) ** 2).sum(axis=1), np.float32(_NEAREST_LAMP**2))
    return np.asarray((lamp @ lamp) / squared, np.float32)


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
