"""The picture of all that a grounder tells apart."""

import numpy as np

from realvlg_ros.drawing.seen_things import draw_seen
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from realvlg_ros.image_region import Box, RegionMask

COLOR = np.full((240, 320, 3), 90, np.uint8)
SEEN = (
    ObjectCandidate('red mug', 'red, 8 x 7 cm, 9 cm high', 0.9, Box(100, 80, 180, 160),
                    mask=RegionMask(100, 80, np.ones((80, 80), bool))),
    ObjectCandidate('blue box', 'blue, 4 x 4 cm, 4 cm high', 0.1, Box(20, 20, 60, 60)),
)  # fmt: skip


def test_each_thing_has_its_outline_and_its_line():
    answer = Grounding(GroundingStatus.OK, 'the red mug', parse='mug(red)', seen=SEEN)
    picture = draw_seen(COLOR, answer)
    changed = (picture[:240] != COLOR).any(axis=2)
    # On the border of the mask and of the box, and not beside them.
    assert changed[120, 100] and changed[80, 140] and changed[40, 20] and changed[20, 40]
    assert not changed[200:].any() and not changed[:, 200:].any()
    fewer = draw_seen(COLOR, Grounding(GroundingStatus.OK, 'the red mug', seen=SEEN))
    # The reading is a line of its own.
    assert fewer.shape[0] < picture.shape[0]


def test_the_input_is_left_alone():
    before = COLOR.copy()
    draw_seen(COLOR, Grounding(GroundingStatus.OK, 'the red mug', seen=SEEN))
    assert np.array_equal(COLOR, before)
