"""Samples and questions in memory, for tests of training."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from realvlg_ros.camera import Camera
from realvlg_ros.evaluation.dataset import Sample, Truth
from realvlg_ros.evaluation.dataset.mask import MaskRegion
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.realvlg.coordinates import AnswerFrame, Convention, feed_size
from realvlg_ros.grounding.realvlg.prompts import PromptSet, find_prompts
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.training.data.rows import Question

WIDTH, HEIGHT = 280, 224
BOX = Box(40, 60, 140, 160)
RECTANGLES = (GraspRectangle(90, 110, 0.0, 40, 40), GraspRectangle(200, 50, 0.0, 40, 40))
CONTACTS = (ContactPair(70, 110, 110, 110),)


@dataclass(frozen=True)
class MadeView:
    """A grey picture with the object in red, 0.5 m over a table at 0.8 m."""

    color_file: Path = Path('made.png')
    has_depth: bool = True
    loads: list = field(default_factory=list)

    def load(self):
        """The frame; each call is counted."""
        self.loads.append(1)
        color = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
        depth = np.full((HEIGHT, WIDTH), 0.8, np.float32)
        rows, columns = BOX.slices()
        color[rows, columns] = 200, 30, 30
        depth[rows, columns] = 0.5
        camera = Camera(WIDTH, HEIGHT, 300, 300, WIDTH / 2, HEIGHT / 2)
        return RgbdFrame(color, depth, camera)


def made_sample(key='one', **truth):
    full = np.zeros((HEIGHT, WIDTH), bool)
    full[BOX.slices()] = True
    known = {
        'boxes': (BOX,), 'mask': MaskRegion(RegionMask.from_full(full)),
        'rectangles': RECTANGLES, 'contacts': CONTACTS,
    }  # fmt: skip
    return Sample(key, MadeView(), 'the red block', Truth(**(known | truth)))


def ask(task, sample=None, prompts='realvlg', convention=Convention.ORIGINAL):
    """A question about a picture that is fed as it is."""
    feed = feed_size(WIDTH, HEIGHT, 28, 1, 10**9)
    region = Box(0, 0, WIDTH, HEIGHT)
    frame = AnswerFrame.of(convention, region, (WIDTH, HEIGHT), feed)
    known = PromptSet.from_yaml(find_prompts(prompts))
    sample = sample or made_sample()
    return Question(sample, task, known.task(task.asked), sample.sentence, frame)
