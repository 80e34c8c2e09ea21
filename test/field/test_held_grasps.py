"""A grasp that is held is of no use once something is in its way."""

import pytest
from changing_table import BEHIND, BOTH, CLOSED_IN, IN_FRONT, INSIDE_M, LEFT, RIGHT, Block
from field import Row, table
from table_run import Run, entered_mm

from realvlg_ros.tracking.target.target import TargetState


@pytest.fixture(scope='module')
def run():
    run = Run(fused_plans=1, averaged_frames=2)
    run.follow(*BOTH)
    run.ask()
    return run


# What comes in the way of a grasp that is held.
INTRUDERS = [
    Row('behind', BEHIND, 'CLEAR'),
    Row('thin, behind', Block((-0.13, 0.056, 0.0), (-0.06, 0.062, 0.12)), 'CLEAR'),
    Row('low, behind', Block((-0.13, 0.058, 0.0), (-0.10, 0.13, 0.043)), 'CLEAR'),
    Row('before', IN_FRONT, 'CLEAR'),
    Row('above', Block((-0.15, -0.05, 0.16), (-0.04, 0.08, 0.18)), 'CLEAR'),
]


@table(INTRUDERS)
def test_a_held_grasp_that_collides_goes_in_the_frame_that_shows_it(run, row):
    held = next(t for t in (run.follow(*BOTH) for _ in range(30)) if t.stable)
    assert held.checked_stamp_ns == held.stamp_ns
    scene = (*BOTH, row.given)
    assert entered_mm(held, scene) > 1.0
    target = run.follow(*scene)
    clear = entered_mm(target, scene) < 1e3 * INSIDE_M
    row.check('CLEAR' if clear else 'COLLIDES', target.message)
    asked = run.ask(request_id=row.id)
    assert entered_mm(asked, scene) < 1e3 * INSIDE_M


@pytest.mark.parametrize(
    'come', [LEFT, RIGHT, BEHIND, IN_FRONT], ids=['left', 'right', 'behind', 'before']
)
def test_what_came_is_planned_around_in_the_frames_that_show_it(come):
    run = Run()
    run.follow(*BOTH)
    run.ask()
    assert run.follow(*BOTH, frames=10).stable
    scene = (*BOTH, come)
    targets = [run.follow(*scene) for _ in range(5)]
    assert TargetState.NO_GRASP not in {target.state for target in targets}
    assert targets[-1].grasps and entered_mm(targets[-1], scene) < 1e3 * INSIDE_M


def test_what_was_blocked_is_free_again_when_the_way_is(run):
    before = next(t for t in (run.follow(*BOTH) for _ in range(30)) if t.stable)
    target = run.follow(*CLOSED_IN)
    assert entered_mm(target, CLOSED_IN) < 1e3 * INSIDE_M and not target.stable
    target = run.follow(*BOTH)
    assert target.grasps and target.checked_stamp_ns == target.stamp_ns
    assert target.track_id == before.track_id
