import base64
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from realvlg_ros.answer import Answer, AnswerStatus
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.transforms import from_quaternion

BOX = Box(10, 5, 30, 25)
MASK = RegionMask(10, 5, np.ones((20, 20), bool))
GRASP = Grasp(
    from_quaternion([0.1, 0.2, 0.6], [0.6, 0, 0, 0.8]), np.eye(6) * 1e-6, 0.041, 0.055, 0.1,
    np.array([0, 0, -1.0]), 0.1, 0.8, GraspSource.MODEL, GraspRectangle(20, 15, 0.3, 24, 8),
    ContactPair(10, 12, 30, 18), np.zeros((2, 3)), (40, 50), 0.01,
)  # fmt: skip


def grounding(status, **values):
    return Grounding(
        status, 'pick up the mug', 'why', image_width=64, image_height=48, label='red mug',
        score=0.9, **values,
    )  # fmt: skip


def test_ok_has_object_and_grasps():
    found = grounding(GroundingStatus.OK, box=BOX, mask=MASK)
    answer = Answer.from_stages(found, (GRASP,), '1 grasp', {'total': 12.3456})
    values = json.loads(json.dumps(answer.to_json()))
    assert (values['status'], values['message']) == ('OK', '1 grasp')
    assert values['object']['box_xyxy'] == [10, 5, 30, 25]
    png = np.frombuffer(base64.b64decode(values['object']['mask_png']), np.uint8)
    mask = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)
    assert mask.shape == (48, 64)
    assert (mask == 255).sum() == 400
    (grasp,) = values['grasps']
    assert grasp['position_m'] == pytest.approx([0.1, 0.2, 0.6])
    assert grasp['quaternion_xyzw'] == pytest.approx([0.6, 0, 0, 0.8])
    assert grasp['width_m'] == pytest.approx(0.041)
    assert grasp['rectangle'] == {
        'center_px': [20, 15], 'angle_rad': 0.3, 'width_px': 24, 'height_px': 8,
    }  # fmt: skip
    assert grasp['contacts_px'] == [[10, 12], [30, 18]]
    assert grasp['contacts_seen'] == [1.0, 1.0]
    assert np.shape(grasp['covariance']) == (6, 6)
    assert values['latency_ms'] == {'total': 12.346}


def test_an_object_without_grasps_is_no_grasp():
    answer = Answer.from_stages(grounding(GroundingStatus.OK, box=BOX), (), 'too wide', {})
    assert answer.status is AnswerStatus.NO_GRASP
    assert answer.to_json()['message'] == 'too wide'
    assert answer.to_json()['object']['mask_png'] is None
    assert 'look_from' not in answer.to_json()
    hidden = replace(answer, look_from=np.array([0.0, -0.6, 0.8]))
    assert hidden.to_json()['look_from'] == [0.0, -0.6, 0.8]


def test_ambiguous_lists_candidates_and_a_question():
    candidates = (
        ObjectCandidate('mug', 'the left one', 0.5, BOX, np.array([0, 0, 0.5])),
        ObjectCandidate('mug', 'the right one', 0.5, BOX),
    )
    found = grounding(GroundingStatus.AMBIGUOUS, candidates=candidates, question='Which?')
    values = Answer.from_stages(found, (), '', {}).to_json()
    assert values['status'] == 'AMBIGUOUS'
    assert values['question'] == 'Which?'
    assert [c['description'] for c in values['candidates']] == ['the left one', 'the right one']
    assert values['candidates'][0]['position_m'] == [0, 0, 0.5]
    assert values['candidates'][1]['position_m'] is None
    assert values['grasps'] == []
    assert 'object' not in values


@pytest.mark.parametrize(
    ('status', 'expected'),
    [
        (GroundingStatus.NOT_FOUND, AnswerStatus.NOT_FOUND),
        (GroundingStatus.FAILED, AnswerStatus.FAILED),
        (GroundingStatus.CANCELED, AnswerStatus.FAILED),
    ],
)
def test_other_endings_keep_the_grounders_reason(status, expected):
    answer = Answer.from_stages(grounding(status), (), '', {})
    assert (answer.status, answer.message) == (expected, 'why')
