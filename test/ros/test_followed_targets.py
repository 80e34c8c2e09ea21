"""How a target lives between requests: asked for, followed, lost, found again, forgotten."""

import threading

import table_scene
from fake_grounders import SlowGrounder
from patience import PATIENCE_S
from realvlg_ros.action import Ground, PlanGrasps
from realvlg_ros.msg import GraspTarget, Grounding
from realvlg_ros.srv import ResetTracker, SetInstruction
from ros_graph import Goal, ground, plan, wait_until
from tracking_graph import QUICK, SENTENCE, asked, start

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode


def test_the_tracker_can_be_reset(graph):
    start(graph)
    asked(graph)
    targets = graph.record_targets()
    wait_until(lambda: targets, 'targets')
    response = graph.call(ResetTracker, 'reset_tracker', ResetTracker.Request())
    assert response.success and response.removed == 1
    response = graph.call(ResetTracker, 'reset_tracker', ResetTracker.Request())
    assert not response.success and response.message == '0 targets forgotten'


def test_a_sentence_by_service_makes_a_target_without_a_goal(graph):
    start(graph)
    asked(graph)
    targets = graph.record_targets()
    request = SetInstruction.Request(instruction='the blue box')
    response = graph.call(SetInstruction, 'set_instruction', request)
    assert response.accepted and response.request_id
    states = (GraspTarget.TENTATIVE, GraspTarget.CONFIRMED)
    wait_until(
        lambda: any(t.label == 'blue box' and t.state in states for t in targets),
        'a followed target',
    )
    mine = [t for t in targets if t.label == 'blue box']
    assert {t.request_id for t in mine} == {response.request_id}


def test_what_the_restarted_tracker_missed_is_asked_for_again(graph):
    start(graph)
    asked(graph)
    groundings = graph.record_groundings()
    tracker = next(n for n in graph._nodes if n.get_name() == 'grasp_node')
    goal = plan(graph, SENTENCE, wait_for_stable=True)
    graph.remove(tracker)
    graph.add(GraspNode, **QUICK)
    result = goal.result()
    assert result.status == PlanGrasps.Result.OK, result.message
    ids = {g.request_id for g in groundings if g.status == Grounding.OK}
    assert result.target.request_id in ids


def test_ambiguity_does_not_disturb_the_target_that_is_followed(graph):
    start(graph)
    asked(graph)
    targets = graph.record_targets()
    wait_until(lambda: targets, 'targets')
    assert ground(graph, 'the box').result().grounding.status == Grounding.AMBIGUOUS
    count = len(targets)
    wait_until(lambda: len(targets) > count + 2, 'more targets')
    assert {t.label for t in targets} == {'red box'}


def test_a_bug_in_the_planner_is_reported_and_does_not_end_the_node(graph, monkeypatch):
    from realvlg_ros.grasping.planner import GraspPlanner

    start(graph)
    with monkeypatch.context() as broken:
        broken.setattr(GraspPlanner, 'plan', lambda *_, **__: 1 / 0)
        result = plan(graph, SENTENCE, timeout=2.0).result()
    assert result.status == PlanGrasps.Result.LOST
    assert "planning failed: ZeroDivisionError('division by zero')" in result.message
    asked(graph)


def test_a_target_is_followed_while_another_is_planned_for(graph, monkeypatch):
    from realvlg_ros.grasping.planner import GraspPlanner

    start(graph)
    asked(graph)
    targets = graph.record_targets()
    begun, let_go, plan_grasps = threading.Event(), threading.Event(), GraspPlanner.plan

    def slow_plan(*arguments, **options):
        begun.set()
        assert let_go.wait(30.0)
        return plan_grasps(*arguments, **options)

    monkeypatch.setattr(GraspPlanner, 'plan', slow_plan)
    request = SetInstruction.Request(instruction='the blue box')
    assert graph.call(SetInstruction, 'set_instruction', request).accepted
    assert begun.wait(10.0)
    count = len(targets)
    wait_until(lambda: len(targets) >= count + 10, 'ten frames while a plan is made')
    assert {t.label for t in targets if t.grasps} == {'red box'}
    let_go.set()
    wait_until(lambda: any(t.label == 'blue box' and t.grasps for t in targets), 'the new target')


def test_a_lost_target_is_grounded_again_without_a_goal(graph):
    graph.add(GroundingNode)
    graph.add(GraspNode, **QUICK, **{'tracker.lost_after': 0.2, 'tracker.retry_period': 0.2})
    graph.add(GraspServer)
    request_id = asked(graph).request_id
    targets = graph.record_targets()
    scene = graph.camera.color_msg, graph.camera.depth_msg
    empty = table_scene.render(objects=False)
    graph.camera.show(*empty)
    wait_until(lambda: targets and targets[-1].state == GraspTarget.LOST, 'loss')
    count = len(targets)
    graph.camera.color_msg, graph.camera.depth_msg = scene
    alive = (GraspTarget.TENTATIVE, GraspTarget.CONFIRMED)
    wait_until(lambda: any(t.state in alive for t in targets[count:]), 'recovery')
    assert targets[-1].request_id == request_id


def test_a_background_request_yields(graph):
    graph.add(GroundingNode, backend='fake_grounders:SlowGrounder')
    for event in (SlowGrounder.let_go, SlowGrounder.started):
        event.clear()
    groundings = graph.record_groundings()
    background = Goal(graph, Ground, 'ground_background', Ground.Goal(instruction=SENTENCE))
    assert SlowGrounder.started.wait(PATIENCE_S)
    asked_for = ground(graph, SENTENCE, 'mine')
    answer = background.result().grounding
    assert answer.status == Grounding.CANCELED and 'replaced by a newer' in answer.message
    second = Goal(graph, Ground, 'ground_background', Ground.Goal(instruction=SENTENCE))
    answer = second.result().grounding
    assert answer.status == Grounding.CANCELED and 'another request is at work' in answer.message
    assert answer.request_id not in {g.request_id for g in groundings}
    SlowGrounder.let_go.set()
    assert asked_for.result().grounding.status == Grounding.OK
