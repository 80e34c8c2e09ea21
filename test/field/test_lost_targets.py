"""A target that was lost is found again only as what it was."""

import numpy as np
import table_scene
from changing_table import (
    BLUE_BOX,
    BOTH,
    GREY_BOX,
    ORANGE_BOX,
    RED_BOX,
    SENTENCE,
    YELLOW_BOX,
)
from field import Row, table
from table_run import Run

from realvlg_ros.tracking.target.target import TargetState

LEFTMOST = 'pick up the leftmost box'
ROW_OF_THREE = (ORANGE_BOX, YELLOW_BOX, RED_BOX.moved(0.22, 0.0))
# What was there, what is there then, and what was asked for; the state that it comes to, and how
# far from where it is now a confirmed target may be.
LOSSES = [
    Row(
        'taken 25 cm aside', ((RED_BOX,), (RED_BOX.moved(0.25, 0.0),), SENTENCE), 'CONFIRMED',
        (), 0.05,
    ),
    Row(
        'taken 25 cm back', ((RED_BOX,), (RED_BOX.moved(0.0, 0.25),), SENTENCE), 'CONFIRMED',
        (), 0.05,
    ),
    Row('taken away', ((RED_BOX,), (), SENTENCE), 'LOST', ('no object',)),
    Row('taken from beside another', (BOTH, (BLUE_BOX,), SENTENCE), 'LOST', ('no red box',)),
    Row(
        'another is leftmost now', (ROW_OF_THREE, ROW_OF_THREE[1:], LEFTMOST), 'LOST',
        ('yellow', 'does not look like', 'new request'),
    ),
    Row(
        'a similar colour is left', (ROW_OF_THREE, ROW_OF_THREE[2:], 'pick up the orange box'),
        'LOST', (),
    ),
    Row(
        'without a colour', ((GREY_BOX,), (GREY_BOX.moved(0.2, 0.0),), 'pick up the object'),
        'TENTATIVE', ('colour',), 0.05,
    ),
]  # fmt: skip


@table(LOSSES)
def test_a_lost_target_is_found_again_only_as_what_it_was(row):
    before, after, sentence = row.given
    run = Run(fused_plans=1, averaged_frames=1, gone_after=0.15, retry_period=0.3)
    run.follow(*before)
    label = run.ask(sentence).label
    assert run.follow(*before, frames=3).state == TargetState.CONFIRMED
    refused = ''
    for _ in range(10):
        target = run.follow(*after)
        answers = run.reground()
        refused = next((a.message for a in answers if a.state == TargetState.LOST), refused)
        for seen in filter(None, (target, *answers)):
            assert seen.label in ('', label) and (row.status == 'CONFIRMED' or not seen.stable)
            if seen.state == TargetState.CONFIRMED:
                assert row.status == 'CONFIRMED'
                tcp = table_scene.camera2world() @ seen.grasps[0].tcp2frame
                assert np.linalg.norm(tcp[:2, 3] - after[0].middle) < row.within_m
    last = TargetState.LOST if target is None else target.state
    row.check(last.name, refused or (target.message if target else ''))


def test_what_has_no_colour_is_known_again_where_it_was_lost():
    run = Run(fused_plans=1, averaged_frames=1, gone_after=0.15, retry_period=0.3)
    run.follow(GREY_BOX)
    run.ask('pick up the object')
    assert run.follow(GREY_BOX, frames=3).state == TargetState.CONFIRMED
    assert any(run.follow().state == TargetState.LOST for _ in range(30))
    targets = []
    for _ in range(15):
        targets.append(run.follow(GREY_BOX))
        run.reground()
    assert targets[-1].state == TargetState.CONFIRMED and targets[-1].grasps
