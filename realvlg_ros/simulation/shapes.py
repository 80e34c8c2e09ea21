"""Household objects as watertight meshes of realistic size.

Every shape rests on z = 0 of its own frame, z up, with the origin under its body's axis or
middle. Lengths in m.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import BoolArray, FloatArray
from ..errors import WorldError
from ..quoting import quoted
from .mesh_primitives import concatenate, cuboid, lathe, sphere, tube

if TYPE_CHECKING:
    from trimesh import Trimesh


# Colours of parts, RGB. Chosen: like metal, plastic and wood.
_METAL = (176, 178, 184)
_CAP_WHITE = (232, 232, 228)
_STEM_BROWN = (92, 64, 38)


@dataclass(frozen=True)
class Shape:
    """A mesh, and the faces that keep a colour of their own (a metal lid, a cap).

    Attributes:
        mesh: in the object frame, m.
        accent: (F,) True on faces that do not take the object's colour.
        accent_color: RGB of those faces.
    """

    mesh: Trimesh
    accent: BoolArray
    accent_color: tuple[int, int, int] = _METAL


def make_shape(name: str, dimensions: Mapping[str, float] | None = None) -> Shape:
    """Build a shape of SHAPES by name, with some of its dimensions replaced.

    Raises:
        WorldError: an unknown shape or dimension, or one that is not a positive length.
    """
    if name not in SHAPES:
        raise WorldError(f'shape {quoted(name)} is not known; choose one of {", ".join(SHAPES)}')
    known = list(inspect.signature(SHAPES[name]).parameters)
    for key, value in (dimensions or {}).items():
        if key not in known:
            raise WorldError(
                f'dimension {quoted(key)} is not one of a {name}; it has {", ".join(known)}'
            )
        if not (isinstance(value, int | float) and 0.001 <= value <= 2.0):
            raise WorldError(f'{name}: {key} is {quoted(value)}; expected 0.001 to 2 m')
    try:
        return SHAPES[name](**(dimensions or {}))
    except WorldError as error:
        raise WorldError(f'{name} with {dict(dimensions or {})}: {error}') from error


def mug(
    diameter: float = 0.082,
    height: float = 0.095,
    wall: float = 0.004,
    handle_reach: float = 0.03,
    handle_width: float = 0.012,
) -> Shape:
    """A hollow mug with a handle toward +x.

    Args:
        diameter: outside, m.
        height: m.
        wall: thickness, m.
        handle_reach: of the handle beyond the wall, m.
        handle_width: m.
    """
    _check_wall(wall, diameter, height)
    radius = diameter / 2
    body = lathe(
        np.concatenate(
            [
                [[0, 0], [radius - 0.004, 0], [radius - 0.001, 0.001], [radius, 0.004]],
                _rim(radius - wall / 2, height - wall / 2, wall / 2),
                [[radius - wall, wall + 0.006], [radius - wall - 0.006, wall], [0, wall]],
            ]
        )
    )
    # The handle's ends lie inside the wall, so that no gap shows and nothing shows inside.
    angles = np.linspace(np.pi / 2, -np.pi / 2, 25)
    half_height = 0.33 * height
    path = np.stack(
        [
            radius - wall / 2 + handle_reach * np.cos(angles),
            np.zeros_like(angles),
            0.52 * height + half_height * np.sin(angles),
        ],
        axis=1,
    )
    handle = tube(path, 0.0045, (0, 1, 0), flattening=handle_width / 0.009)
    return _plain(concatenate([body, handle]))


def bottle(diameter: float = 0.066, height: float = 0.21, neck_diameter: float = 0.027) -> Shape:
    """A filled bottle with a white cap.

    Args:
        diameter: of the body, m.
        height: with the cap, m.
        neck_diameter: m.
    """
    radius, neck = diameter / 2, neck_diameter / 2
    shoulder, cap = 0.62 * height, 0.88 * height
    blend = np.linspace(0, 1, 13)[1:]
    swing = (1 - np.cos(np.pi * blend)) / 2
    curve = np.stack(
        [radius + (neck - radius) * swing, shoulder + (cap - 0.03 * height - shoulder) * blend],
        axis=1,
    )
    mesh = lathe(
        np.concatenate(
            [
                [[0, 0], [radius - 0.006, 0], [radius - 0.002, 0.002], [radius, 0.006]],
                [[radius, shoulder]],
                curve,
                [[neck, cap], [neck + 0.002, cap], [neck + 0.002, height - 0.001]],
                [[neck + 0.001, height], [0, height]],
            ]
        )
    )
    on_cap = (mesh.triangles_center[:, 2] > cap - 1e-6) & (height > cap)
    return Shape(mesh, on_cap, _CAP_WHITE)


def can(diameter: float = 0.066, height: float = 0.115) -> Shape:
    """A drinks can with a bare metal lid and foot."""
    radius = diameter / 2
    lid = radius * 0.82
    mesh = lathe(
        [
            [0, 0.004], [lid - 0.004, 0.004], [lid - 0.002, 0], [lid, 0],
            [radius, 0.008], [radius, height - 0.010],
            [lid, height - 0.001], [lid - 0.001, height], [lid - 0.002, height],
            [lid - 0.003, height - 0.005], [0, height - 0.005],
        ]
    )  # fmt: skip
    heights = mesh.triangles_center[:, 2]
    inside = np.hypot(*mesh.triangles_center[:, :2].T) < 0.94 * radius
    return Shape(mesh, inside & ((heights > height - 0.011) | (heights < 0.008)))


def box(size_x: float = 0.06, size_y: float = 0.09, size_z: float = 0.13) -> Shape:
    """A carton.

    Args:
        size_x: m.
        size_y: m.
        size_z: height, m.
    """
    return _plain(cuboid((size_x, size_y, size_z)))


def bowl(
    diameter: float = 0.15, height: float = 0.062, wall: float = 0.004, foot: float = 0.06
) -> Shape:
    """A hollow bowl on a flat foot.

    Args:
        diameter: of the rim, outside, m.
        height: m.
        wall: thickness, m.
        foot: diameter of the foot, m.
    """
    _check_wall(wall, diameter - foot, foot, height)
    angles = np.linspace(0, np.pi / 2, 17)[1:-1]
    radius, base = diameter / 2, foot / 2
    outside = np.stack(
        [base + (radius - base) * np.sin(angles), height * (1 - np.cos(angles))], axis=1
    )
    depth = height - wall
    inner_radius, inner_base = radius - wall, base - wall / 2
    inside = np.stack(
        [
            inner_base + (inner_radius - inner_base) * np.sin(angles),
            wall + depth * (1 - np.cos(angles)),
        ],
        axis=1,
    )[::-1]
    rim = _rim(radius - wall / 2, height - wall / 2, wall / 2)
    return _plain(
        lathe(
            np.concatenate(
                [[[0, 0], [base, 0]], outside, rim, inside, [[inner_base, wall], [0, wall]]]
            )
        )
    )


def ball(diameter: float = 0.07) -> Shape:
    """A ball."""
    return _plain(sphere(diameter / 2))


def banana(length: float = 0.18, diameter: float = 0.036) -> Shape:
    """A banana lying on its side, bent in x and y, with brown ends."""
    bend = 1.5
    arc = np.linspace(-0.5, 0.5, 41)
    turn = length / (2 * np.sin(bend / 2))
    path = np.stack(
        [turn * np.sin(bend * arc), turn * np.cos(bend * arc), np.zeros_like(arc)], axis=1
    )
    taper = np.clip(1 - np.abs(2 * arc) ** 3.2, 0, 1)
    radii = diameter / 2 * (0.2 + 0.8 * np.sqrt(taper))
    mesh = tube(path, radii, (0, 0, 1), flattening=0.92)
    angles = np.arctan2(mesh.triangles_center[:, 0], mesh.triangles_center[:, 1])
    middle = (path.max(axis=0) + path.min(axis=0)) / 2
    mesh.apply_translation([-middle[0], -middle[1], -mesh.bounds[0][2]])
    return Shape(mesh, np.abs(angles) > bend * arc[-2], _STEM_BROWN)


def screwdriver(length: float = 0.2, diameter: float = 0.032) -> Shape:
    """A screwdriver lying along x, resting on its handle and its metal tip."""
    grip, shaft, handle = diameter / 2, 0.0032, 0.45 * length
    profile = np.array(
        [
            [0, 0], [0.55 * grip, 0], [0.85 * grip, 0.03 * handle], [grip, 0.12 * handle],
            [grip, 0.62 * handle], [0.72 * grip, 0.76 * handle], [0.72 * grip, 0.85 * handle],
            [0.86 * grip, 0.94 * handle], [0.55 * grip, handle], [shaft, handle],
            [shaft, length], [0, length],
        ]
    )  # fmt: skip
    mesh = lathe(profile, 48)
    metal = mesh.triangles_center[:, 2] > handle + 1e-6
    # The line on which it rests runs from the tip to the steepest point of the handle.
    slopes = (profile[:-2, 0] - shaft) / (length - profile[:-2, 1])
    tilt = float(np.arctan(slopes.max()))
    angle = np.pi / 2 + tilt
    rotation = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    vertices = np.asarray(mesh.vertices) @ rotation.T
    middle = (vertices.max(axis=0) + vertices.min(axis=0)) / 2
    mesh.vertices = vertices - (middle[0], 0, vertices[:, 2].min())
    return Shape(mesh, metal)


def _check_wall(wall: float, *lengths: float) -> None:
    if wall > min(lengths) / 4:
        raise WorldError(
            f'a wall of {wall} m leaves no room inside; make it at most {min(lengths) / 4:.4f} m'
        )


def _rim(radius: float, height: float, wall_radius: float) -> FloatArray:
    """A rounded rim (N, 2) from the outside over the top to the inside."""
    angles = np.linspace(0, np.pi, 7)
    return np.stack(
        [radius + wall_radius * np.cos(angles), height + wall_radius * np.sin(angles)], axis=1
    )


def _plain(mesh: Trimesh) -> Shape:
    return Shape(mesh, np.zeros(len(mesh.faces), bool))


SHAPES: Mapping[str, Callable[..., Shape]] = {
    'mug': mug,
    'bottle': bottle,
    'can': can,
    'box': box,
    'bowl': bowl,
    'ball': ball,
    'banana': banana,
    'screwdriver': screwdriver,
}
