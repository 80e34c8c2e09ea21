"""The reward of masks: what the segmenter cuts from the answered box."""

from __future__ import annotations

from collections import OrderedDict

from ...arrays import BoolArray
from ...errors import FrameError, GroundingError, ParameterError
from ...evaluation.metrics import mask_iou
from ...evaluation.rewards import code_mask_reward, paper_mask_reward
from ...evaluation.structure_measure import structure_measure
from ...frame import RgbdFrame
from ...segmentation.segmenter import Segmenter
from .reply import Reply
from .settings import RewardSettings

# Frames and true masks that are kept. Chosen: the answers to a question come one after another.
_KEPT = 4


class MaskJudge:
    """Judges the mask that a segmenter makes of the box of a reply."""

    def __init__(self, segmenter: Segmenter) -> None:
        """Take a segmenter that is loaded."""
        self._segmenter = segmenter
        self._known: OrderedDict[str, tuple[RgbdFrame, BoolArray]] = OrderedDict()

    @classmethod
    def load(cls, settings: RewardSettings) -> MaskJudge:
        """Load the segmenter that the settings name.

        Raises:
            ParameterError, GroundingError, MissingDependencyError: it cannot be used.
        """
        segmenter = settings.make_segmenter()
        segmenter.load()
        return cls(segmenter)

    def __call__(self, reply: Reply, settings: RewardSettings) -> float:
        """The reward of a reply; a box from which nothing can be cut has an empty mask.

        Raises:
            ParameterError: the segmenter needs depth, and the sample has none.
            LabelError, FrameError: the image or the true mask cannot be read.
        """
        frame, truth = self._read(reply)
        mask = self._cut(reply, frame)
        iou = structure = 0.0
        if mask is not None:
            iou, structure = mask_iou(mask, truth), structure_measure(mask, truth)
        if settings.name == 'code':
            return code_mask_reward(iou, structure, reply.valid)
        return paper_mask_reward(iou, structure, settings.iou)

    def _cut(self, reply: Reply, frame: RgbdFrame) -> BoolArray | None:
        box = reply.box
        if box is None:
            return None
        try:
            found = self._segmenter.segment(frame, box)
        except (FrameError, GroundingError):
            return None
        return found.mask.to_full(*frame.color.shape[:2])

    def _read(self, reply: Reply) -> tuple[RgbdFrame, BoolArray]:
        sample = reply.question.sample
        if sample.key not in self._known:
            if self._segmenter.name == 'depth' and not sample.view.has_depth:
                raise ParameterError(
                    f'{sample.view.color_file} has no depth, from which reward.segmenter depth '
                    'makes masks; give reward.sam2_checkpoint'
                )
            frame = sample.view.load()
            mask = sample.truth.mask
            assert mask is not None
            self._known[sample.key] = frame, mask.load(*frame.color.shape[:2])
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[sample.key]
