"""How one object looks from the sides it was seen from, and where it is by that."""

from __future__ import annotations

import numpy as np

from ...arrays import FloatArray
from ...image_region import RegionMask
from ...transforms import invert
from ..memory.key_frames import KeyFrame
from ..settings import TrackerSettings
from .object_motion import Measurement, measure_pose
from .object_view import ObjectView, make_view
from .region import fresh_region

# With less than this share hidden and more than that agreeing, a view or plan of it can be
# trusted. Chosen: a few points at the outline are always lost.
_CLEAR_HIDDEN, _CLEAR_SUPPORT = 0.04, 0.75
# Agreeing less than this, a view is replaced after this share of the turn that others allow.
# Chosen: well before the agreement that ends tracking.
_FADING_SUPPORT, _FADING_SHARE = 0.88, 0.4


class ObjectViews:
    """Views of one object, the grounded one first; empty when it had no depth there."""

    def __init__(self, settings: TrackerSettings) -> None:
        """Start without views."""
        self._settings = settings
        self._views: list[ObjectView] = []

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings."""
        self._settings = settings

    def __bool__(self) -> bool:
        return bool(self._views)

    @property
    def grounded(self) -> ObjectView:
        """The view in the image that the grounding's rectangles refer to."""
        return self._views[0]

    @property
    def surface(self) -> FloatArray:
        """Points (n, 3) of the surface in all views, in the object's frame, m."""
        return np.concatenate([view.surface for view in self._views])

    def add(self, key: KeyFrame, mask: RegionMask, object2world: FloatArray) -> bool:
        """Remember how the object looks in a frame; False when it has no depth there.

        Args:
            key: the frame.
            mask: the object's pixels in it.
            object2world: (4x4) pose then.
        """
        object2camera = invert(key.camera2world) @ object2world
        view = make_view(key, mask, object2camera, self._settings)
        if view is None:
            return False
        # The first view is the reference of the grasps: it stays, the oldest other goes.
        if len(self._views) >= self._settings.max_views:
            del self._views[min(1, len(self._views) - 1)]
        self._views.append(view)
        return True

    def nearest(self, object2camera: FloatArray) -> ObjectView:
        """The view that looks most like the object at a pose; the oldest of equals."""
        if len(self._views) == 1:
            return self._views[0]
        scales = [abs(np.log(view.scale_to(object2camera))) for view in self._views]
        angles = [view.angle_to(object2camera) for view in self._views]
        return self._views[int(np.argmin(np.add(np.round(scales, 1), np.round(angles, 1))))]

    def locate(self, key: KeyFrame, predicted: FloatArray) -> Measurement | None:
        """Measure the pose in a frame near a predicted one (object2camera)."""
        view = self.nearest(predicted)
        measured = measure_pose(view, key, predicted, self._settings)
        if measured is None and view is not self.grounded:
            # A later view may have been made of a wrong mask; the first was grounded.
            measured = measure_pose(self.grounded, key, predicted, self._settings)
        return measured

    def refresh(
        self,
        key: KeyFrame,
        measured: Measurement,
        view: ObjectView,
        object2camera: FloatArray,
        mask: RegionMask | None,
    ) -> None:
        """Add a view when the object is seen from a new side or at a new size.

        Args:
            key: newest frame.
            measured: in it.
            view: that it was measured with, or the nearest.
            object2camera: pose of the object in it.
            mask: region of the object in it.
        """
        angle = np.degrees(view.angle_to(object2camera))
        scale = max(view.scale_to(object2camera), 1 / view.scale_to(object2camera))
        turned = angle > self._settings.view_angle_deg or scale > self._settings.view_scale
        # Outline and shading of a round object change sooner than its texture.
        fading = measured.support < _FADING_SUPPORT
        turned |= angle > _FADING_SHARE * self._settings.view_angle_deg and fading
        if turned and is_clear(measured) and mask is not None:
            mask = fresh_region(view, key.depth, key.camera, object2camera, mask)
            self.add(key, mask, key.camera2world @ object2camera)


def is_clear(measured: Measurement) -> bool:
    """Whether the object was in full sight where it was measured."""
    return measured.hidden <= _CLEAR_HIDDEN and measured.support >= _CLEAR_SUPPORT
