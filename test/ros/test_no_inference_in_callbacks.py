"""A slow model keeps nobody waiting: cancel, replacement, tracking and shutdown."""

import pytest
from action_msgs.msg import GoalStatus
from fake_grounders import BrokenGrounder, DeafGrounder, SlowGrounder
from lifecycle_msgs.srv import GetState
from patience import PATIENCE_S
from realvlg_ros.action import Ground, PlanGrasps
from realvlg_ros.msg import GoalEvent, GraspTarget, Grounding
from ros_graph import FakeCamera, Graph, ground, plan, wait_until
from std_msgs.msg import String

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode


@pytest.fixture
def graph(ros_context):
    for grounder in (SlowGrounder, DeafGrounder):
        grounder.let_go.clear()
        grounder.started.clear()
    SlowGrounder.stopped.clear()
    graph = Graph()
    graph.camera = FakeCamera(graph.node)
    yield graph
    for grounder in (SlowGrounder, DeafGrounder):
        grounder.let_go.set()
    graph.close()


def backend(grounder):
    return f'fake_grounders:{grounder.__name__}'


def test_a_cancel_is_answered_while_the_model_still_works(graph):
    graph.add(GroundingNode, backend=backend(DeafGrounder))
    groundings = graph.record_groundings()
    goal = ground(graph, 'the red box', 'deaf')
    assert DeafGrounder.started.wait(PATIENCE_S)
    goal.cancel()
    answer = goal.result().grounding
    assert not DeafGrounder.stopped.is_set()
    assert answer.status == Grounding.CANCELED and goal.status == GoalStatus.STATUS_CANCELED
    DeafGrounder.let_go.set()
    # The next request is answered; the late result of the first has been dropped by then.
    second = ground(graph, 'the red box', 'second').result().grounding
    assert second.message == 'late'
    wait_until(lambda: groundings and groundings[-1].request_id == 'second', 'second answer')
    first = [g.status for g in groundings if g.request_id == 'deaf']
    assert first[-1] == Grounding.CANCELED and Grounding.OK not in first


def test_the_model_stops_at_its_abort_flag(graph):
    graph.add(GroundingNode, backend=backend(SlowGrounder))
    goal = ground(graph, 'the red box')
    assert SlowGrounder.started.wait(PATIENCE_S)
    wait_until(
        lambda: any(f.stage == Ground.Feedback.INFERENCE for f in goal.feedback), 'feedback'
    )
    goal.cancel()
    assert SlowGrounder.stopped.wait(PATIENCE_S)


def test_feedback_keeps_coming_from_a_slow_model(graph):
    graph.add(GroundingNode, backend=backend(SlowGrounder))
    goal = ground(graph, 'the red box')
    wait_until(lambda: len(goal.feedback) >= 4, 'four feedbacks')
    elapsed = [f.elapsed for f in goal.feedback]
    assert elapsed == sorted(elapsed) and elapsed[-1] > 0.9


def test_a_newer_request_replaces_the_older_whichever_way_it_came(graph):
    graph.add(GroundingNode, backend=backend(SlowGrounder))
    groundings = graph.record_groundings()
    first = ground(graph, 'the red box', 'first')
    assert SlowGrounder.started.wait(PATIENCE_S)
    topic = graph.node.create_publisher(String, 'instruction', 1)
    wait_until(topic.get_subscription_count, 'subscriber of the instruction')
    topic.publish(String(data='the blue box'))
    answer = first.result().grounding
    assert answer.status == Grounding.CANCELED and "'the blue box'" in answer.message
    assert first.status == GoalStatus.STATUS_ABORTED
    SlowGrounder.let_go.set()
    wait_until(lambda: groundings and groundings[-1].status == Grounding.OK, 'answer')
    assert groundings[-1].instruction == 'the blue box'


def test_targets_keep_coming_while_the_model_thinks(graph):
    graph.add(GroundingNode)
    # Plans that refine the first one would only cost time here.
    graph.add(GraspNode, **{'tracker.fused_plans': 1})
    graph.add(GraspServer)
    assert plan(graph, 'the red box').result().status == PlanGrasps.Result.OK
    slow = graph.add(GroundingNode, backend=backend(SlowGrounder))
    targets = graph.record_targets()
    topic = graph.node.create_publisher(String, 'instruction', 1)
    wait_until(lambda: topic.get_subscription_count() == 2, 'both grounders')
    topic.publish(String(data='the blue box'))
    assert SlowGrounder.started.wait(PATIENCE_S)
    before = len(targets)
    wait_until(lambda: len(targets) >= before + 6, 'six targets')
    assert targets[-1].state in (GraspTarget.TENTATIVE, GraspTarget.CONFIRMED)
    assert slow.state == 'active'
    # Its services answer, too.
    name = f'{slow.get_name()}/get_state'
    assert graph.call(GetState, name, GetState.Request()).current_state.label == 'active'


def test_a_plan_is_canceled_at_once(graph):
    graph.add(GroundingNode, backend=backend(SlowGrounder))
    graph.add(GraspNode)
    graph.add(GraspServer)
    goal = plan(graph, 'the red box')
    assert SlowGrounder.started.wait(PATIENCE_S)
    goal.cancel()
    result = goal.result()
    assert result.status == PlanGrasps.Result.CANCELED and 'client' in result.message
    assert goal.status == GoalStatus.STATUS_CANCELED
    assert SlowGrounder.stopped.wait(PATIENCE_S), 'the grounding was not canceled with the plan'


def test_a_newer_plan_replaces_the_older(graph):
    graph.add(GroundingNode, backend=backend(SlowGrounder))
    graph.add(GraspNode)
    graph.add(GraspServer)
    first = plan(graph, 'the red box')
    assert SlowGrounder.started.wait(PATIENCE_S)
    second = plan(graph, 'the blue box')
    result = first.result()
    assert result.status == PlanGrasps.Result.CANCELED and 'the blue box' in result.message
    SlowGrounder.let_go.set()
    assert second.result().status == PlanGrasps.Result.OK


def late_in(graph, words):
    """The result of a plan that is late at a stage; a slow machine may be late before it."""

    def late():
        result = plan(graph, 'the red box', timeout=0.5).result()
        assert result.status == PlanGrasps.Result.TIMED_OUT
        return result if words in result.message else None

    return wait_until(late, f'a message with {words!r}')


def test_a_deadline_names_the_stage_that_it_passed_in(graph):
    graph.add(GraspServer)
    result = plan(graph, 'the red box', timeout=0.5).result()
    assert result.status == PlanGrasps.Result.TIMED_OUT
    assert 'it was waiting; no grounding_node is there: start it' in result.message
    graph.add(GroundingNode, backend=backend(SlowGrounder))
    late_in(graph, 'no grasp_node is there')
    graph.add(GraspNode)
    assert 'within 0.5 s' in late_in(graph, 'it was grounding').message


def test_a_bug_in_a_backend_is_a_failure_with_words(graph):
    graph.add(GroundingNode, backend=backend(BrokenGrounder))
    answer = ground(graph, 'the red box').result().grounding
    assert answer.status == Grounding.FAILED
    assert answer.message == "broken failed: ZeroDivisionError('a bug'); see the log"


def test_deactivation_ends_live_goals_with_a_reason(graph):
    node = graph.add(GroundingNode, backend=backend(SlowGrounder))
    server = graph.add(GraspServer)
    grounding = ground(graph, 'the red box')
    assert SlowGrounder.started.wait(PATIENCE_S)
    node.trigger_deactivate()
    answer = grounding.result().grounding
    assert answer.status == Grounding.FAILED and 'deactivated' in answer.message
    assert not ground(graph, 'the red box').handle.accepted
    goal = plan(graph, 'the red box')
    server.trigger_deactivate()
    result = goal.result()
    assert result.status == PlanGrasps.Result.FAILED and 'deactivated' in result.message
    node.trigger_activate()
    server.trigger_activate()
    SlowGrounder.let_go.set()
    assert ground(graph, 'the red box').result().grounding.status == Grounding.OK


def test_every_end_of_a_goal_is_told_also_that_of_a_deactivated_node(graph, monkeypatch):
    graph.add(GroundingNode, backend=backend(SlowGrounder))
    server = graph.add(GraspServer)
    live, tell = [], server._events.ended

    def told(*arguments, **named):
        live.append(len(server._goals))
        tell(*arguments, **named)

    monkeypatch.setattr(server._events, 'ended', told)
    heard = graph.record(GoalEvent, 'goals')
    wait_until(lambda: server.count_subscribers('goals'), 'reader of goals')
    goals = [plan(graph, 'the red box'), plan(graph, 'the blue box')]
    assert goals[0].result().status == PlanGrasps.Result.CANCELED
    goals[1].cancel()
    goals[1].result()
    last = plan(graph, 'the green box')
    wait_until(lambda: len(heard) == 5, 'its beginning')
    server.trigger_deactivate()
    assert last.result().status == PlanGrasps.Result.FAILED
    wait_until(lambda: len(heard) == 6, 'its end')
    begun = {event.goal_id: event.instruction for event in heard if event.event == 0}
    ends = [(begun[event.goal_id], event.status) for event in heard if event.event == 1]
    assert ends == [
        ('the red box', 'CANCELED'), ('the blue box', 'CANCELED'), ('the green box', 'FAILED'),
    ]  # fmt: skip
    # A deactivation waits for live goals alone, and disables the publisher then.
    assert len(live) == 3 and all(live)
