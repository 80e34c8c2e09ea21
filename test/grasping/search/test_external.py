"""Grasps of another planner: they pass our checks or are refused, and say whose they are."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from planned_solids import FRANKA_HAND, SOLIDS, closing_error, ground
from solids import look

from realvlg_ros.grasping.grasp import GraspSource
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.grasping.proposal_box import ProposalBatch, ProposalBox
from realvlg_ros.grasping.search.external import ExternalGrasp
from realvlg_ros.transforms import invert

DOWN = np.array([0.0, 0.0, -1.0])


@pytest.fixture(scope='module')
def view():
    return look([SOLIDS['box']], noise=0.001)


def proposal(view, position, opening, approach=DOWN, score=0.9, name='graspgen'):
    """A proposal from its place, opening axis and approach in the world."""
    z = np.asarray(approach, float) / np.linalg.norm(approach)
    y = np.asarray(opening, float)
    y = y - (y @ z) * z
    y /= np.linalg.norm(y)
    tcp2world = np.eye(4)
    tcp2world[:3, :3] = np.column_stack([np.cross(y, z), y, z])
    tcp2world[:3, 3] = position
    return ExternalGrasp(invert(view.camera2world) @ tcp2world, score, name)


def middle(solid):
    return np.array(solid.center, float)


def across(solid):
    """The narrow axis of the box."""
    return np.array([np.cos(solid.yaw), np.sin(solid.yaw), 0.0])


def planned(view, proposals, settings=None, stamp_ns=0, frame_id=None):
    box = ProposalBox(1.0)
    for name in dict.fromkeys(p.proposer for p in proposals):
        own = tuple(p for p in proposals if p.proposer == name)
        box.put(ProposalBatch(name, stamp_ns, frame_id or view.frame.camera.frame_id, own))
    planner = GraspPlanner(FRANKA_HAND, settings or PlannerSettings(), box)
    return planner.plan(view.frame, ground(view), plane=view.plane)


def test_a_good_proposal_is_a_grasp_with_our_width_and_covariance(view):
    solid = SOLIDS['box']
    plan = planned(view, [proposal(view, middle(solid) + (0, 0, 0.035), across(solid))])
    own = [g for g in plan.grasps if g.source is GraspSource.EXTERNAL]
    assert len(own) == 1 and own[0].proposer == 'graspgen'
    assert own[0].object_width == pytest.approx(0.05, abs=0.005)
    assert closing_error(view, solid, own[0]) < 0.004
    assert 0.5 <= own[0].quality < 1
    eigenvalues = np.linalg.eigvalsh(own[0].covariance)
    assert eigenvalues.min() >= 0 and eigenvalues.max() < 0.1
    assert '; 1 of 1 proposals of graspgen taken' in plan.message
    geometry = [g for g in plan.grasps if g.source is GraspSource.GEOMETRY]
    assert geometry and all(not g.proposer for g in geometry)
    order = [g.preference for g in plan.grasps]
    assert order == sorted(order, reverse=True)


# What users of such planners complain of, and its like: where it is, how it opens and comes.
BAD = {
    'through the table': (lambda c: (c[0], c[1] - 0.03, 0.004), None, (0, 1, 0), 'gripper meets'),
    'from below': (lambda c: c, None, (0.0, 0.0, 1.0), 'fingers or palm meet'),
    'into the air beside it': (lambda c: c + (0.2, 0, 0), None, DOWN, 'closes on air'),
    'across its wide side': (lambda c: c + (0, 0, 0.035), 'wide', DOWN, 'wider than the opening'),
    'far outside the reach': (lambda c: c + (0, 0, 9.0), None, DOWN, 'closes on air'),
    'too deep': (lambda c: c - (0, 0, 0.01), None, DOWN, 'fingers or palm meet'),
    'along a diagonal': (lambda c: c + (0, 0, 0.035), 'diagonal', DOWN, 'wider than the opening'),
}


@pytest.mark.parametrize('case', BAD)
def test_a_bad_proposal_is_refused_with_its_reason(view, case):
    place, side, approach, reason = BAD[case]
    solid = replace(SOLIDS['box'], size=(0.05, 0.2, 0.1)) if side == 'wide' else SOLIDS['box']
    seen = look([solid], noise=0.001) if side == 'wide' else view
    axis = across(solid)
    if side == 'wide':
        axis = np.cross((0, 0, 1), axis)
    if side == 'diagonal':
        axis = axis + 0.9 * np.cross((0, 0, 1), axis)
    plan = planned(seen, [proposal(seen, place(middle(solid)), axis, approach)])
    assert not [g for g in plan.grasps if g.source is GraspSource.EXTERNAL]
    assert f'; 0 of 1 proposals of graspgen taken: {reason}' in plan.message
    refused = [name for name, n in plan.refusals.items() if n and name.endswith('(of graspgen)')]
    assert len(refused) == 1 and reason in refused[0]


def test_a_neighbour_is_kept_clear_of_and_the_workspace_is_kept():
    box, other = (
        SOLIDS['box'],
        replace(SOLIDS['box'], center=tuple(middle(SOLIDS['box']) + (0.075, 0, 0))),
    )
    seen = look([box, other], noise=0.001)
    offered = [proposal(seen, middle(box) + (0, 0, 0.035), across(box))]
    plan = planned(seen, offered)
    assert '0 of 1 proposals of graspgen taken' in plan.message
    alone = look([box], noise=0.001)
    small = PlannerSettings(workspace_max=(0.1, 0.1, 0.2))
    plan = planned(alone, [proposal(alone, middle(box) + (0, 0, 0.035), across(box))], small)
    assert '0 of 1 proposals of graspgen taken: outside the workspace (1)' in plan.message


def test_the_best_of_many_are_checked_and_two_planners_are_told_apart(view):
    solid = SOLIDS['box']
    good = proposal(view, middle(solid) + (0, 0, 0.035), across(solid), score=0.8)
    bad = [proposal(view, middle(solid) + (0.3, 0, 0), across(solid), score=0.1)] * 30
    other = proposal(view, middle(solid) + (0, 0, 0.037), across(solid), score=0.3, name='mine')
    plan = planned(view, [*bad, good, other], PlannerSettings(max_candidates=10))
    assert '1 of 31 proposals of graspgen taken (the best 10 were checked)' in plan.message
    assert '1 of 1 proposals of mine taken' in plan.message
    named = Counter(g.proposer for g in plan.grasps)
    assert (named['graspgen'], named['mine']) == (1, 1)


def test_grasps_known_of_earlier_plans_keep_their_planner(view):
    solid = SOLIDS['box']
    first = planned(view, [proposal(view, middle(solid) + (0, 0, 0.035), across(solid))])
    known = [g for g in first.grasps if g.source is GraspSource.EXTERNAL]
    plan = GraspPlanner(FRANKA_HAND).plan(view.frame, ground(view), plane=view.plane, known=known)
    again = [g for g in plan.grasps if g.source is GraspSource.EXTERNAL]
    assert [g.proposer for g in again] == ['graspgen']


def test_only_proposals_of_the_time_and_of_a_known_frame_are_taken(view):
    solid = SOLIDS['box']
    offered = [proposal(view, middle(solid) + (0, 0, 0.035), across(solid))]
    for stamp_ns, frame_id, taken in (
        (0, None, True), (900_000_000, None, True), (1_100_000_000, None, False),
        (0, 'elsewhere', False),
    ):  # fmt: skip
        plan = planned(view, offered, stamp_ns=stamp_ns, frame_id=frame_id)
        assert ('graspgen' in plan.message) == taken


def test_proposals_in_the_fixed_frame_are_brought_to_the_camera(view):
    pose = view.camera2world
    frame = replace(view.frame, camera2fixed=pose, fixed_frame='base')
    offered = proposal(view, middle(SOLIDS['box']), across(SOLIDS['box']))
    box = ProposalBox(1.0, planners=2)
    in_base = replace(offered, tcp2frame=pose @ offered.tcp2frame)
    box.put(ProposalBatch('graspgen', 0, 'base', (in_base,)))
    np.testing.assert_allclose(box.for_frame(frame)[0].tcp2frame, offered.tcp2frame, atol=1e-12)
    assert box.for_frame(view.frame) == []
    for name in ('b', 'c'):
        box.put(ProposalBatch(name, 0, 'base', (in_base,)))
    assert len(box.for_frame(frame)) == 2
    box.clear()
    assert box.for_frame(frame) == []
