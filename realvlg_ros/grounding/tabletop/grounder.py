"""The grounder that needs no weights: objects from depth, words from a small grammar."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...errors import FrameError, GroundingCanceled
from ...frame import RgbdFrame
from ...settings import Settings, from_options, setting
from ...support_plane import seen_or_known_support
from ..grounding import Grounding, never_aborted
from ..language.answering.decision import decide
from ..language.answering.doubts import names_of
from ..language.sentences.parser import AUTO, understand
from ..language.tree.syntax import Sentence
from ..language.vocabulary.lexicon import LANGUAGES, lexicon
from ..language.vocabulary.shapes import shapes
from ..language.weighing.scene import Scene
from ..language.weighing.seen import REFERENCE_FRAMES, View
from ..nouns.contrastive import ContrastiveScorer
from ..nouns.printed_words import PrintedWords
from ..nouns.scorer import NOTHING_TOLD, Names, NounScorer, together
from .answer import Looked, make_grounding
from .attributes import SceneObject, describe_object
from .carrying import with_carriers
from .clutter import find_in_clutter
from .colorless import is_colorless
from .colors import name_weights
from .scene import TabletopScene
from .segmentation import segment
from .segmentation_settings import SegmentationSettings


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
        'bin, only patches of one colour, and what is in front of what is beside it, are things.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    language: str = setting(
        AUTO,
        'Lexicon that instructions are read with; auto takes the one that knows most words.',
        choices=(AUTO, *LANGUAGES),
    )
    reference_frame: str = setting(
        'camera',
        'Whose left, right, front and back is meant: camera of who looks as it does, facing of '
        'who looks at it from the other side, fixed of who looks along the x axis of the fixed '
        'frame.',
        choices=REFERENCE_FRAMES,
    )
    noun_checkpoint: str = setting(
        '',
        'Folder of a SigLIP or CLIP model that recognises things by their names; empty: none. It '
        'answers only where realvlg_nouns.json lies beside its weights, and orders questions '
        'otherwise.',
    )
    read_words: bool = setting(
        False, 'Whether words that are printed on things are read, by rapidocr.'
    )
    max_wrong: float = setting(
        0.05,
        'Share of answers that may be wrong; what is less sure is asked about.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip


class TabletopGrounder:
    """Finds the object on a table that a sentence means, by colour, size, shape and place.

    It recognises nothing: where only recognition could decide, it asks back.
    """

    name = 'tabletop'

    def __init__(
        self, settings: TabletopSettings | None = None, scorers: Sequence[NounScorer] | None = None
    ) -> None:
        """Check the settings; nothing is loaded before `load`.

        Args:
            settings: how it looks at a scene.
            scorers: what recognises things by their names; None: those of the settings.
        """
        self.settings = settings or TabletopSettings()
        self._scorers = list(_scorers(self.settings) if scorers is None else scorers)

    def load(self) -> None:
        """Build the colour table, and read the lexicons and the weights of recognisers.

        Raises:
            ParameterError: a lexicon cannot be read.
            GroundingError: weights cannot be used.
            MissingDependencyError: a package that a setting needs is not installed.
        """
        for scorer in self._scorers:
            scorer.load()
        name_weights(np.zeros((1, 3), np.uint8))
        shapes()
        for language in LANGUAGES:
            lexicon(language)

    def close(self) -> None:
        """Free what was loaded."""
        for scorer in self._scorers:
            scorer.close()

    def ground(
        self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool] = never_aborted
    ) -> Grounding:
        """Find what the instruction refers to; see Grounder.ground.

        Args:
            frame: colour and depth.
            instruction: a sentence in a language that there is a lexicon of.
            aborted: asked between the steps.

        Raises:
            FrameError: the frame has no depth reading.
            GroundingCanceled: aborted returned True.
        """
        clock = _Clock(aborted)
        sentence = understand(instruction, self.settings.language)
        clock.mark('parse')
        working, objects = self._look(frame, clock)
        names = self._names(frame, sentence, working, objects)
        scene = Scene(
            objects,
            View.of_frame(frame, working.plane.normal, self.settings.reference_frame),
            working.has_support,
            is_colorless(frame.color),
            names.chances,
            names.hints,
        )
        verdict = decide(sentence, scene, self.settings.max_wrong)
        clock.mark('match')
        looked = Looked(frame, instruction, sentence, objects, working, scene, verdict)
        grounding = make_grounding(looked)
        clock.mark('answer')
        return replace(grounding, timings_ms=clock.timings_ms)

    def _names(
        self,
        frame: RgbdFrame,
        sentence: Sentence,
        working: TabletopScene,
        objects: Sequence[SceneObject],
    ) -> Names:
        """What the recognisers say of the names in a sentence."""
        said = tuple(dict.fromkeys(name for node in sentence.wanted for name in names_of(node)))
        if not self._scorers or not said or not objects:
            return NOTHING_TOLD
        boxes = [working.in_frame(item.region, frame.camera).box for item in objects]
        return together(self._scorers)(frame, boxes, said)

    def see(self, frame: RgbdFrame) -> tuple[TabletopScene, list[SceneObject]]:
        """The scene in which ground() looks for things, and the objects that it sees there."""
        return self._look(frame, _Clock(never_aborted))

    def _look(self, frame: RgbdFrame, clock: _Clock) -> tuple[TabletopScene, list[SceneObject]]:
        """Everything that stands on the support, or patches of colour where none is seen."""
        if not frame.valid.any():
            raise FrameError(
                'the image has no depth reading, and the tabletop grounder finds things by '
                'depth; take another backend'
            )
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


def _scorers(settings: TabletopSettings) -> list[NounScorer]:
    """What recognises things by their names, as the settings say; what is read counts first."""
    scorers: list[NounScorer] = [PrintedWords()] if settings.read_words else []
    if settings.noun_checkpoint:
        scorers.append(ContrastiveScorer(settings.noun_checkpoint))
    return scorers


def make_grounder(**options: Any) -> TabletopGrounder:
    """A grounder from the settings of TabletopSettings as keywords."""
    return TabletopGrounder(from_options(TabletopSettings, options))
