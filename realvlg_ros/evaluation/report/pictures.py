"""Pictures of questions: what is right in green, what was answered in yellow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from ...arrays import ByteArray
from ...boundary import Boundary
from ...drawing.overlay import draw_box, draw_mask, draw_rectangle
from ...errors import EvaluationError, RealvlgError
from ...image_region import Box, RegionMask
from ...recording.mask_runs import mask_from_runs
from ...rectangle import ContactPair, GraspRectangle
from ..dataset import Sample
from ..run.run import EvaluationRun
from ..scoring.judge import Task
from ..scoring.score import Score

# Longest side of a picture, px, and its quality. Chosen: fifty of them stay below 2 MB.
_MAX_SIDE_PX, _QUALITY = 400, 80
# Colours, RGB. Chosen: seen on most things.
_RIGHT, _ANSWERED, _OTHER = (60, 220, 90), (255, 210, 0), (150, 150, 150)
_FIRST, _SECOND = (255, 140, 0), (0, 190, 255)
# Width of lines that matter, in those of the others. Chosen: seen in a small picture.
_WIDE = 3
# Right grasps that are drawn, and the height of a contact pair's jaws, px. Chosen: more hide the
# object.
_GRASPS, _JAW_PX = 12, 16.0


class PictureBook:
    """Draws questions of runs on one data set; images are read when they are drawn."""

    def __init__(self, run: EvaluationRun, scores: Iterable[Score]) -> None:
        """Look up the samples of scores.

        Args:
            run: of the data set.
            scores: whose pictures may be asked for.
        """
        self._task = Task(run.options.task)
        wanted: dict[str, set[str]] = {}
        for score in scores:
            wanted.setdefault(score.image, set()).add(score.key)
        self._samples: dict[str, Sample] = {}
        for group in run.dataset.groups:
            if group.key in wanted:
                for sample in group.read().samples:
                    if sample.key in wanted[group.key]:
                        self._samples[sample.key] = sample

    def draw(self, scores: Sequence[Score]) -> bytes | None:
        """A JPEG of one question with one answer or two; None where it cannot be drawn.

        Args:
            scores: of the same question; one answer is yellow, of two the first is orange and the
                second blue.
        """
        sample = self._samples.get(scores[0].key)
        if sample is None:
            return None
        try:
            image = sample.view.load().color.copy()
            self._draw_truth(image, sample)
            tints = (_ANSWERED,) if len(scores) == 1 else (_FIRST, _SECOND)
            for score, tint in zip(scores, tints, strict=True):
                with Boundary('an answer', EvaluationError).guard('cannot be drawn'):
                    self._draw_answer(image, score, tint)
        except RealvlgError:
            return None
        return _encode(image)

    def _draw_truth(self, image: ByteArray, sample: Sample) -> None:
        truth = sample.truth
        for box in truth.others:
            draw_box(image, box, _OTHER)
        if self._task is Task.MASK and truth.mask is not None:
            draw_mask(image, RegionMask.from_full(truth.mask.load(*image.shape[:2])), _RIGHT)
        for box in truth.boxes:
            draw_box(image, box, _RIGHT, width=_WIDE)
        if self._task is Task.GRASP:
            for rectangle in truth.rectangles[:_GRASPS]:
                draw_rectangle(image, rectangle, _RIGHT)
        if self._task is Task.CONTACT:
            for pair in truth.contacts[:_GRASPS]:
                draw_rectangle(image, pair.to_rectangle(_JAW_PX), _RIGHT)

    def _draw_answer(self, image: ByteArray, score: Score, tint: tuple[int, ...]) -> None:
        answer = score.answer
        if 'mask' in answer:
            draw_mask(image, mask_from_runs(answer['mask']), tint)
        if 'box' in answer:
            draw_box(image, Box(*answer['box']), tint, width=_WIDE)
        if 'rectangle' in answer:
            draw_rectangle(image, GraspRectangle.from_corners(answer['rectangle']), tint)
        if 'contacts' in answer:
            pair = ContactPair(*answer['contacts'])
            draw_rectangle(image, pair.to_rectangle(_JAW_PX), tint)


def _encode(image: ByteArray) -> bytes:
    scale = min(1.0, _MAX_SIDE_PX / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    quality = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    return np.asarray(cv2.imencode('.jpg', small[..., ::-1], quality)[1]).tobytes()
