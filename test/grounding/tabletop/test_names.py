"""Names that something recognises decide where it is calibrated, else they order questions."""

import numpy as np
import pytest

from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.grounding.nouns.detections import Detections
from realvlg_ros.grounding.nouns.printed_words import PrintedWords
from realvlg_ros.grounding.nouns.scorer import NameCalibration
from realvlg_ros.grounding.tabletop import TabletopGrounder

GREY, DARK = (120, 122, 121), (70, 72, 71)


@pytest.fixture(scope='module')
def boxes(make_table):
    """Two grey boxes, of which the right one is the thing that is looked for."""
    table = make_table()
    table.box(-0.12, 0.0, (0.08, 0.06, 0.08), GREY).box(0.12, 0.0, (0.08, 0.06, 0.08), DARK)
    return table.render()


def right_one(frame, name):
    rows, columns = frame.color.shape[:2]
    seen = TabletopGrounder().ground(frame, 'the right object')
    return [(seen.box, 0.8)] if name != 'unicorn' else []


CALIBRATED = NameCalibration(20.0, 0.4)


@pytest.mark.parametrize(
    ('calibration', 'sentence', 'status', 'verified'),
    [
        (CALIBRATED, 'the flange', GroundingStatus.OK, True),
        (CALIBRATED, 'the glorb', GroundingStatus.OK, True),
        (CALIBRATED, 'the unicorn', GroundingStatus.NOT_FOUND, False),
        (CALIBRATED, 'the left flange', GroundingStatus.NOT_FOUND, False),
        (CALIBRATED, 'the glorb frobbed', GroundingStatus.AMBIGUOUS, True),
        (None, 'the flange', GroundingStatus.AMBIGUOUS, False),
        (None, 'the right box', GroundingStatus.OK, False),
    ],
)
def test_a_calibrated_scorer_decides(boxes, calibration, sentence, status, verified):
    frame, masks = boxes
    answer = TabletopGrounder(scorers=[Detections(right_one, calibration)]).ground(frame, sentence)
    assert answer.status is status, answer.message
    if status is GroundingStatus.OK:
        assert answer.mask.to_full(*masks[1].shape)[masks[1]].mean() > 0.8
        assert answer.noun_verified is verified
    elif status is GroundingStatus.AMBIGUOUS:
        x = [candidate.box.center[0] for candidate in answer.candidates]
        assert x[0] == max(x), 'the hint orders the candidates'


def test_a_word_that_is_read_on_a_thing_is_understood(boxes):
    frame, masks = boxes
    rows, columns = np.nonzero(masks[0])
    place = float(columns.mean()), float(rows.mean())
    reader = PrintedWords(lambda color: [('CHEEZ-IT', 0.95, place)])
    for sentence in ('the Cheez-It', 'the box that says Cheez-It'):
        answer = TabletopGrounder(scorers=[reader]).ground(frame, sentence)
        assert answer.status is GroundingStatus.OK, answer.message
        assert answer.mask.to_full(*masks[0].shape)[masks[0]].mean() > 0.8
    unread = TabletopGrounder(scorers=[PrintedWords(lambda color: [])])
    answer = unread.ground(frame, 'the box that says Cheez-It')
    assert answer.status is GroundingStatus.AMBIGUOUS
