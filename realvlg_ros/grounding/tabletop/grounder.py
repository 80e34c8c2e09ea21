"""The grounder that needs no weights: objects from depth, words from a small grammar."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...errors import GroundingCanceled
from ...frame import RgbdFrame
from ...settings import Settings, from_options, setting
from ...support_plane import seen_or_known_support
from ..grounding import Grounding, never_aborted
from .answer import make_grounding
from .attributes import SceneObject, describe_object
from .carrying import with_carriers
from .colorless import is_colorless, without_colors
from .colors import name_weights
from .grammar import parse
from .matching import match
from .patches import find_in_clutter
from .scene import TabletopScene
from .segmentation import SegmentationSettings, segment


@dataclass(frozen=True)
class TabletopSettings(Settings):
    """How the tabletop grounder looks at a scene."""

    segmentation: SegmentationSettings = field(default_factory=SegmentationSettings)
    level_support: bool = setting(
        True,
        'Whether the support must be level, within 20 degrees of the z axis of the fixed frame, '
        "where tf gives the camera's pose.",
    )
    min_support_share: float = setting(
        0.08,
        'Share of the image that the bare support must cover; where it covers less, as in a full '
        'bin, only patches of one colour are told apart.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip


class TabletopGrounder:
    """Finds the object on a table that a sentence means, by colour, size, shape and place.

    It recognises nothing: where only recognition could decide, it asks back.
    """

    name = 'tabletop'

    def __init__(self, settings: TabletopSettings | None = None) -> None:
        self.settings = settings or TabletopSettings()

    def load(self) -> None:
        """Build the colour table; there is nothing else to load."""
        name_weights(np.zeros((1, 3), np.uint8))

    def close(self) -> None:
        """Nothing to free."""

    def ground(
        self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool] = never_aborted
    ) -> Grounding:
        """Find what the instruction refers to; see Grounder.ground.

        Args:
            frame: colour and depth.
            instruction: a sentence in English.
            aborted: asked between the steps.

        Raises:
            GroundingCanceled: aborted returned True.
        """
        clock = _Clock(aborted)
        phrase = parse(instruction)
        if is_colorless(frame.color):
            phrase = without_colors(phrase)
        clock.mark('parse')
        scene, objects = self._look(frame, clock)
        result = match(phrase, objects, scene.color.shape[1], scene.has_support)
        clock.mark('match')
        grounding = make_grounding(frame, instruction, phrase, objects, result, scene)
        clock.mark('answer')
        return replace(grounding, timings_ms=clock.timings_ms)

    def see(self, frame: RgbdFrame) -> tuple[TabletopScene, list[SceneObject]]:
        """The scene in which ground() looks for things, and the objects that it sees there."""
        return self._look(frame, _Clock(never_aborted))

    def _look(self, frame: RgbdFrame, clock: _Clock) -> tuple[TabletopScene, list[SceneObject]]:
        """Everything that stands on the support, or patches of colour where none is seen."""
        settings = self.settings.segmentation
        scene = self._scene_on_support(frame)
        clock.mark('support')
        if scene is not None:
            segments = segment(scene, settings, clock.check)
        else:
            scene = TabletopScene.without_support(frame, settings.working_width_px)
            segments = find_in_clutter(scene, settings.min_area_px, settings.max_size)
        clock.mark('segment')
        described = [describe_object(scene, found, scene.white) for found in segments]
        objects = with_carriers(scene, segments, described)
        clock.mark('attributes')
        return scene, objects

    def _scene_on_support(self, frame: RgbdFrame) -> TabletopScene | None:
        """The scene with heights above its support; None where hardly any of it is seen."""
        up = frame.up if self.settings.level_support else None
        plane = seen_or_known_support(frame, up)
        if plane is None:
            return None
        scene = TabletopScene.from_frame(frame, plane, self.settings.segmentation.working_width_px)
        share = float(scene.support.mean())
        bare = share >= self.settings.min_support_share or frame.support is not None
        return scene if bare else None


class _Clock:
    """Wall time by stage, and the abort flag looked at between stages."""

    def __init__(self, aborted: Callable[[], bool]) -> None:
        self._aborted = aborted
        self._last = time.perf_counter()
        self.timings_ms: dict[str, float] = {}
        self.check()

    def check(self) -> None:
        if self._aborted():
            raise GroundingCanceled('the grounding was stopped on request')

    def mark(self, stage: str) -> None:
        now = time.perf_counter()
        self.timings_ms[stage] = 1000 * (now - self._last)
        self._last = now
        self.check()


def make_grounder(**options: Any) -> TabletopGrounder:
    """A grounder from the settings of TabletopSettings as keywords."""
    return TabletopGrounder(from_options(TabletopSettings, options))
