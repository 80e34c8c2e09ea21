"""Images of a labelled data set, with all that is asked about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import RealvlgError
from ...evaluation.dataset import Expected, Sample, open_dataset
from ...frame import RgbdFrame
from ...image_region import RegionMask
from ..annotation import AnnotatedGrasp
from ..stages.describe import Described
from ..stages.unify import GivenGrasp
from .image import Source, file_name

# Height of the jaws of a contact pair, px. From the published code of RealVLG-R1.
_JAW_PX = 80.0


@dataclass(frozen=True)
class LabelledImage:
    """An image of a data set with all that is asked about it."""

    name: str
    samples: tuple[Sample, ...]
    origin: str = 'dataset'

    @property
    def color(self) -> str:
        """File of its colour image."""
        return str(self.samples[0].view.color_file)

    @property
    def spoken(self) -> tuple[Described, ...]:
        """Sentences with the box and the mask that are right."""
        return tuple(_spoken(sample) for sample in self.samples)

    def read(self) -> RgbdFrame:
        """The frame; without depth where the data set has none."""
        return self.samples[0].view.load()

    def given(self) -> tuple[GivenGrasp, ...]:
        """None."""
        return ()

    def proposals(self, index: int) -> tuple[AnnotatedGrasp, ...]:
        """The rectangles that are right, with their contacts."""
        truth = self.samples[index].truth
        boxes, pairs = list(truth.rectangles), list(truth.contacts)
        if not boxes:
            boxes = [pair.to_rectangle(_JAW_PX) for pair in pairs]
        if len(pairs) != len(boxes):
            pairs = [rectangle.to_contacts() for rectangle in boxes]
        return tuple(
            AnnotatedGrasp(rectangle, pair, 'dataset', rectangle.score)
            for rectangle, pair in zip(boxes, pairs, strict=True)
        )


def open_labelled(path: Path) -> Source:
    """The images of a labelled data set, with its sentences, boxes, masks and rectangles.

    Sentences that no object answers are left out.

    Raises:
        LabelError: there is none that is known.
    """
    images: dict[str, list[Sample]] = {}
    left_out = []
    for group in open_dataset(path).groups:
        reading = group.read()
        left_out += [problem.words() for problem in reading.problems]
        wanted = [each for each in reading.samples if each.expected is Expected.OBJECT]
        for sample in wanted:
            images.setdefault(str(sample.view.color_file), []).append(sample)
    found = [LabelledImage(file_name(s[0].key), tuple(s)) for s in images.values()]
    return Source(tuple(found), tuple(left_out))


def _spoken(sample: Sample) -> Described:
    truth = sample.truth
    box = truth.boxes[0] if truth.boxes else None
    return Described(
        (sample.sentence,), sample.label or 'object', None, box, 'dataset', _mask(sample)
    )


def _mask(sample: Sample) -> RegionMask | None:
    """The mask that is right; None where there is none, or none that can be read."""
    if sample.truth.mask is None:
        return None
    try:
        frame = sample.view.load()
        return RegionMask.from_full(sample.truth.mask.load(*frame.depth.shape))
    except RealvlgError:
        return None
