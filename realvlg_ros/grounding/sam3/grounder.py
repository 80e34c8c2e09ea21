"""SAM 3 as a grounder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...camera import Camera
from ...errors import GroundingError, ParameterError
from ...frame import RgbdFrame
from ...image_region import RegionMask
from ...settings import Settings, from_options, setting
from ...threads import MAX_THREADS
from ...torch_device import FLOAT_BYTES
from ..grounding import Grounding, GroundingStatus, ObjectCandidate
from ..language.answering.decision import decide
from ..language.sentences.parser import understand
from ..language.tree.notation import notation
from ..language.tree.syntax import Sentence
from ..language.vocabulary.lexicon import LANGUAGES
from ..language.weighing.seen import REFERENCE_FRAMES
from ..realvlg.answer.decoder import check_aborted
from ..tabletop.answer import Looked, make_grounding
from .concepts import Concept, concepts_of
from .model import Found, Sam3
from .things import Things, things_of


@dataclass(frozen=True)
class Sam3Settings(Settings):
    """Which checkpoint, and when its answer counts."""

    checkpoint: str = setting('', 'Folder of a SAM 3 model in safetensors.')
    threshold: float = setting(
        0.5, 'An instance scores so much at least; presence is part of the score.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    max_wrong: float = setting(
        0.05, 'Share of answers that may be wrong; what is less sure is asked about.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    language: str = setting(
        'auto', 'The lexicon that instructions are read with.', choices=('auto', *LANGUAGES)
    )
    reference_frame: str = setting(
        'camera', 'Whose left and right is meant.', choices=REFERENCE_FRAMES
    )
    device: str = setting('auto', 'Where the model runs: auto, cpu or cuda[:n].')
    dtype: str = setting('float32', 'Numbers of the weights.', choices=tuple(FLOAT_BYTES))
    threads: int = setting(
        0, 'Threads of torch on a CPU, for the whole process; 0 for every core.',
        unit='threads', low=0, high=MAX_THREADS,
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.checkpoint:
            raise ParameterError(
                'the sam3 backend needs checkpoint, the folder of a downloaded model, in the file '
                'that backend_options names (config/backends/sam3.yaml is an example)'
            )


class Sam3Grounder:
    """SAM 3 finds every instance of the nouns; colours, places and relations choose among them."""

    name = 'sam3'

    def __init__(self, settings: Sam3Settings) -> None:
        """Check the settings; nothing is loaded before `load`."""
        self._settings = settings
        self._model = Sam3(
            settings.checkpoint, settings.device, settings.dtype, settings.threads
        )  # fmt: skip

    def load(self) -> None:
        """Load the weights; safetensors only, no remote code.

        Raises:
            GroundingError: the folder cannot be used.
            MissingDependencyError: torch or transformers is not installed, or is too old.
        """
        self._model.load()

    def close(self) -> None:
        """Free the weights."""
        self._model.close()

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """Find the object of the instruction.

        Args:
            frame: colour and depth.
            instruction: checked by the caller (check_instruction).
            aborted: called before each forward pass; True cancels.

        Raises:
            GroundingCanceled: aborted returned True.
            GroundingError: not loaded, the model could not be run, or no depth is seen where it
                found the object.
        """
        if not self._model.loaded:
            raise GroundingError('SAM 3 is not loaded; call load first')
        start = time.perf_counter()
        sentence = understand(instruction, self._settings.language)
        concepts = concepts_of(sentence)
        phrases = [concept.phrase for concept in concepts]
        found = []
        if phrases:
            found = self._model.find(
                frame.color, phrases, self._settings.threshold, lambda: check_aborted(aborted)
            )
        looked = time.perf_counter()
        check_aborted(aborted)
        answer = self._answer(frame, instruction, sentence, concepts, found)
        timings = {
            'sam3': 1e3 * (looked - start), 'choose': 1e3 * (time.perf_counter() - looked)
        }  # fmt: skip
        return replace(answer, timings_ms=timings)

    def _answer(
        self,
        frame: RgbdFrame,
        instruction: str,
        sentence: Sentence,
        concepts: Sequence[Concept],
        found: Sequence[Found],
    ) -> Grounding:
        asked = [f for c, f in zip(concepts, found, strict=True) if c.meant]
        if asked and not any(each.instances for each in asked):
            return self._absent(frame, instruction, sentence, asked)
        things = things_of(frame, concepts, found, self._settings.reference_frame)
        if asked and not things.objects:
            raise GroundingError(
                f'SAM 3 found {things.lost} of {asked[0].phrase!r}, and no depth is seen there; '
                'look at the depth image, or move the camera'
            )
        verdict = decide(sentence, things.scene, self._settings.max_wrong)
        looked = Looked(
            frame, instruction, sentence, things.objects, things.working, things.scene, verdict
        )
        grounding = make_grounding(looked)
        message = '; '.join([grounding.message, *map(_said, found)])
        return _with_masks(
            replace(grounding, message=message, backend=self.name), verdict.order, things,
            frame.camera,
        )  # fmt: skip

    def _absent(
        self, frame: RgbdFrame, instruction: str, sentence: Sentence, asked: Sequence[Found]
    ) -> Grounding:
        """NOT_FOUND, with the presence as its evidence."""
        camera, best = frame.camera, max(asked, key=lambda each: each.presence)
        message = (
            f'nothing fits; {"; ".join(map(_said, asked))}, below {self._settings.threshold:g}'
        )
        nearest = tuple(
            ObjectCandidate(
                each.phrase, 'came nearest', instance.score, instance.box,
                mask=RegionMask.from_full(instance.mask),
            )
            for each in asked
            for instance in each.nearest
        )  # fmt: skip
        return Grounding(
            GroundingStatus.NOT_FOUND, instruction, message, frame.stamp_ns, camera.frame_id,
            camera.width, camera.height, label=best.phrase, score=best.presence,
            candidates=nearest[:3], backend=self.name,
            parse=' || '.join(notation(node) for node in sentence.wanted),
        )  # fmt: skip


def _said(found: Found) -> str:
    """What SAM 3 said of a phrase, in words."""
    every = found.instances or found.nearest
    best = f', the best scores {every[0].score:.2f}' if every else ''
    return (
        f'SAM 3: {len(found.instances)} of {found.phrase!r}{best}, presence {found.presence:.2f}'
    )


def _with_masks(
    grounding: Grounding, order: Sequence[int], things: Things, camera: Camera
) -> Grounding:
    """The answer with the masks of SAM 3, which are finer than those of the reduced image."""
    if grounding.status is GroundingStatus.OK:
        index = order[0]
        whole = things.working.in_frame(things.objects[index].region, camera)
        if grounding.mask is None or grounding.mask.area != whole.area:
            return grounding
        fine = RegionMask.from_full(things.instances[index].mask)
        return replace(grounding, mask=fine, box=fine.box)
    candidates = tuple(
        replace(each, mask=RegionMask.from_full(things.instances[index].mask))
        for each, index in zip(grounding.candidates, order, strict=False)
    )
    return replace(grounding, candidates=candidates)


def make_grounder(**options: Any) -> Sam3Grounder:
    """A grounder from the fields of Sam3Settings as keywords."""
    return Sam3Grounder(from_options(Sam3Settings, options))
