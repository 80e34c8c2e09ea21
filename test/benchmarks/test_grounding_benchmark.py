"""How the grounding benchmark reads its questions and judges answers."""

import json

import pytest

from benchmarks.grounding.frames import judge, read_questions
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import Box

TRUTH = (Box(100, 100, 200, 200), Box(300, 100, 400, 200))


@pytest.mark.parametrize(
    ('box', 'outcome'),
    [
        (Box(100, 100, 200, 200), 'right'),
        (Box(305, 100, 400, 210), 'right'),
        (Box(100, 100, 150, 190), 'roughly_right'),
        (Box(100, 100, 130, 200), 'roughly_right'),
        (Box(100, 100, 120, 200), 'wrong'),
        (Box(220, 100, 280, 200), 'wrong'),
    ],
)
def test_answers_are_judged_by_overlap_with_the_nearest_box(box, outcome):
    assert judge(Grounding(GroundingStatus.OK, 'the mug', box=box), TRUTH) == outcome


@pytest.mark.parametrize(
    ('status', 'outcome'),
    [(GroundingStatus.AMBIGUOUS, 'asked_back'), (GroundingStatus.NOT_FOUND, 'not_found')],
)
def test_honest_answers_are_not_wrong(status, outcome):
    assert judge(Grounding(status, 'the mug'), TRUTH) == outcome


def test_a_phrase_is_asked_once_with_all_its_boxes(tmp_path):
    frame = tmp_path / 'source' / 'frame'
    frame.mkdir(parents=True)
    objects = [
        {'phrase': phrase, 'box_xyxy_approx': box, 'decided_by': kind}
        for phrase, box, kind in [
            ('the bottle', [0, 0, 10, 20], 'ambiguous'),
            ('the bottle', [30, 0, 40, 20], 'ambiguous'),
            ('the red mug', [50, 0, 60, 20], 'attributes'),
        ]
    ]
    (frame / 'objects_seen.json').write_text(json.dumps({'objects': objects}))
    left_out = tmp_path / 'static_tubes_sequence' / '1'
    left_out.mkdir(parents=True)
    (left_out / 'objects_seen.json').write_text('not read')
    bottle, mug = read_questions(tmp_path)
    assert (bottle.phrase, bottle.decided_by, len(bottle.boxes)) == ('the bottle', 'ambiguous', 2)
    assert mug.frame == frame and mug.boxes == (Box(50, 0, 60, 20),)
