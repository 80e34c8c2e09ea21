"""From a rectangle or a contact pair in the image to contacts on the depth surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import LiftError
from .rectangle import ContactPair, GraspRectangle
from .scene import Scene
from .settings import PlannerSettings

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_LINES = 15
# Lines across the jaw that are used: its middle part, away from the rectangle's border.
_JAW_SHARE = 0.6
# A rectangle drawn tight ends on the object's edge: look a little beyond.
_STRETCH = 1.3
# Readings next to the edge from which the contact's depth is extrapolated.
_EDGE_PX = 8


@dataclass(frozen=True)
class LiftedContacts:
    """Contacts on the depth surface in the camera's optical frame.

    Attributes:
        points: (2, 3) m.
        support_counts: readings that each contact rests on.
        support_ratio: share of good readings on the object inside the jaws' band.
        spread: (2,) how much the lines across the jaw disagree about each contact, m.
    """

    points: FloatArray
    support_counts: tuple[int, int]
    support_ratio: float
    spread: tuple[float, float]

    @property
    def width(self) -> float:
        """Distance of the contacts, m."""
        return float(np.linalg.norm(self.points[1] - self.points[0]))

    @property
    def axis(self) -> FloatArray:
        """Unit vector (3,) from the first contact to the second."""
        return (self.points[1] - self.points[0]) / max(self.width, 1e-9)

    @property
    def center(self) -> FloatArray:
        """Middle (3,) of the contacts, m."""
        return np.asarray(self.points.mean(axis=0))


def lift_rectangle(
    rectangle: GraspRectangle, scene: Scene, settings: PlannerSettings
) -> LiftedContacts:
    """Find where jaws that close along a rectangle's opening axis touch the surface.

    Raises:
        LiftError: the depth does not support an answer; the message says why.
        RectangleError: the centre lies outside the image.
    """
    height, width = scene.frame.depth.shape
    rectangle.check_inside(width, height)
    pixels = _sample_pixels(rectangle)
    columns, rows = (np.floor(pixels[..., k] + 0.5).astype(int) for k in (0, 1))
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    columns, rows = np.clip(columns, 0, width - 1), np.clip(rows, 0, height - 1)
    depth = scene.frame.depth[rows, columns].astype(np.float64)
    on_object = inside & scene.mask[rows, columns]
    ratio = float((depth[on_object] > 0).mean()) if on_object.any() else 0.0
    if on_object.sum() < 4 or ratio < settings.min_support_ratio:
        raise LiftError(
            f'rectangle at ({rectangle.x:.0f}, {rectangle.y:.0f}) px: {ratio:.0%} of '
            f'{int(on_object.sum())} sampled pixels on the object have depth, at least '
            f'{settings.min_support_ratio:.0%} are needed; look from another side'
        )
    ends = [_edge(pixels, depth, on_object, side) for side in (0, 1)]
    points, spreads, counts = [], [], []
    for pixel, z in ends:
        if len(z) < 2:
            raise LiftError(
                f'rectangle at ({rectangle.x:.0f}, {rectangle.y:.0f}) px: no edge of the object '
                'with depth lies between the jaws; check the angle and width'
            )
        middle = scene.frame.camera.deproject(np.median(pixel, axis=0), np.median(z))
        points.append(middle)
        spreads.append(float(np.median(np.abs(z - np.median(z))) * 1.48))
        counts.append(len(z) * _EDGE_PX)
    if max(spreads) > 0.02:
        raise LiftError(
            f'rectangle at ({rectangle.x:.0f}, {rectangle.y:.0f}) px: depth along a jaw varies by '
            f'{max(spreads) * 1e3:.0f} mm; the surface there is not one a finger can rest on'
        )
    return LiftedContacts(
        np.array(points), (counts[0], counts[1]), ratio, (spreads[0], spreads[1])
    )


def lift_contacts(
    contacts: ContactPair, scene: Scene, gripper_width: float, settings: PlannerSettings
) -> LiftedContacts:
    """Lift a contact pair as the rectangle whose jaws are as wide as the fingers.

    Raises:
        LiftError: as for rectangles.
    """
    middle = contacts.points.mean(axis=0)
    column, row = np.floor(middle + 0.5).astype(int)
    near = scene.frame.depth[max(row - 5, 0) : row + 6, max(column - 5, 0) : column + 6]
    depth = float(np.median(near[near > 0])) if (near > 0).any() else 0.0
    if depth == 0:
        raise LiftError(
            f'contacts around ({column}, {row}) px: no depth between them; look from another side'
        )
    jaw = gripper_width * scene.frame.camera.fx / depth
    return lift_rectangle(contacts.to_rectangle(jaw), scene, settings)


def _sample_pixels(rectangle: GraspRectangle) -> FloatArray:
    """Pixels (lines, k, 2) on lines along the opening axis, one px apart."""
    u = rectangle.opening_axis
    n = np.array([-u[1], u[0]])
    half = rectangle.width * _STRETCH / 2
    along = np.linspace(-half, half, max(8, int(2 * half) + 1))
    across = np.linspace(-0.5, 0.5, _LINES) * rectangle.height * _JAW_SHARE
    return rectangle.center + across[:, None, None] * n + along[None, :, None] * u


def _edge(
    pixels: FloatArray, depth: FloatArray, on_object: BoolArray, side: int
) -> tuple[FloatArray, FloatArray]:
    """Where each line leaves the object on one side: pixels (m, 2) and depth (m,) there."""
    found_pixels, found_depth = [], []
    for line in range(len(depth)):
        on = np.flatnonzero(on_object[line])
        if len(on) < 3:
            continue
        order = on if side == 0 else on[::-1]
        good = order[depth[line, order] > 0][:_EDGE_PX]
        if len(good) < 3 or abs(good[0] - order[0]) > _EDGE_PX:
            continue
        offset = (good - order[0]).astype(np.float64)
        slope, at_edge = np.polyfit(offset, 1 / depth[line, good], 1)
        found_pixels.append(pixels[line, order[0]])
        found_depth.append(1 / at_edge)
    return np.array(found_pixels).reshape(-1, 2), np.array(found_depth)
