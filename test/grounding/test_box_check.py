"""Colours and places that are said decide among a detector's boxes, not its scores."""

import numpy as np
import pytest
from table_scene import BLUE_BOX, CAMERA, RED_BOX, TABLE, camera2world

from benchmarks.analytic.cast import cast
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.box_check import check_boxes
from realvlg_ros.grounding.detector import DetectorGrounder, DetectorSettings, _Detection
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.image_region import Box


@pytest.fixture(scope='module')
def seen():
    """A frame of a red box and a blue one, and the boxes that are drawn around them."""
    things = (TABLE, RED_BOX, BLUE_BOX)
    depth, owner = cast([solid for solid, _ in things], CAMERA, camera2world())
    color = np.array([paint for _, paint in things], np.uint8)[owner]
    frame = RgbdFrame.from_arrays(color, depth.astype(np.float32), CAMERA)
    boxes = []
    for number in (1, 2):
        rows, columns = np.nonzero(owner == number)
        boxes.append(Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    return frame, boxes


RED, BLUE = 0, 1


@pytest.mark.parametrize(
    ('sentence', 'kept', 'sure'),
    [
        ('the mug', [BLUE, RED], True),
        ('the red mug', [RED], True),
        ('take the blue one', [BLUE], True),
        ('the mug that is not blue', [RED], True),
        ('the left mug', [RED], True),
        ('the rightmost mug', [BLUE], True),
        ('the second mug from the left', [BLUE], True),
        ('the green mug', [], True),
        ('the red or green mug', [RED], True),
        ('the glorbish mug', [BLUE, RED], False),
        ('the mug next to the plate', [BLUE, RED], False),
        ('the mug that is not next to the plate', [BLUE, RED], False),
        ('a mug, but not the red one', [BLUE, RED], False),
        ('do not take the red mug', [BLUE, RED], False),
        ('stop', [], True),
        ('hello robot', [], True),
        ('die rote Tasse', [RED], True),
    ],
)
def test_what_is_said_is_checked_on_boxes(seen, sentence, kept, sure):
    frame, boxes = seen
    # The blue one scores higher.
    checked = check_boxes(frame, sentence, [boxes[BLUE], boxes[RED]], [0.8, 0.6])
    assert [(BLUE, RED)[number] for number in checked.kept] == kept
    assert checked.sure is sure


@pytest.mark.parametrize('sentence', ['do not take the red mug', 'any mug but not the red one'])
def test_the_only_box_is_not_taken_where_it_may_be_what_is_excluded(seen, sentence):
    frame, boxes = seen
    checked = check_boxes(frame, sentence, [boxes[RED]], [0.8])
    assert checked.kept == (0,) and not checked.sure


class Scored(DetectorGrounder):
    """A detector whose boxes are given."""

    def __init__(self, found):
        super().__init__(DetectorSettings(checkpoint='none', segmenter='depth'))
        self._model, self._found = True, found

    def _detect(self, frame, label):
        self.label = label
        return self._found


@pytest.mark.parametrize(
    ('sentence', 'status', 'index'),
    [
        ('the red mug', GroundingStatus.OK, RED),
        ('the blue mug', GroundingStatus.OK, BLUE),
        ('the mug', GroundingStatus.OK, BLUE),
        ('the purple mug', GroundingStatus.NOT_FOUND, None),
        ('the frobbed mug', GroundingStatus.AMBIGUOUS, None),
    ],
)
def test_a_detector_does_not_answer_with_another_colour(seen, sentence, status, index):
    frame, boxes = seen
    detector = Scored([_Detection(0.8, boxes[BLUE]), _Detection(0.6, boxes[RED])])
    answer = detector.ground(frame, sentence, never_aborted)
    assert answer.status is status, answer.message
    if index is not None:
        assert answer.box == boxes[index] and answer.noun_verified


@pytest.mark.parametrize(
    ('sentence', 'label'),
    [
        ('pick up the red mug', 'red mug'),
        ('the second red mug from the left', 'red mug'),
        ('the coffee mug next to the blue box', 'coffee mug'),
        ('nimm die rote Tasse links', 'red cup'),
        ('the leftmost gizmo', 'gizmo'),
    ],
)
def test_the_detector_is_asked_for_a_name(seen, sentence, label):
    frame, boxes = seen
    detector = Scored([_Detection(0.8, boxes[BLUE])])
    detector.ground(frame, sentence, never_aborted)
    assert detector.label == label
