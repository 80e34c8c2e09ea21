"""Operations in the field: nodes that are not there or not active, and bursts of goals."""

import threading
import time
from functools import partial

import pytest
import rclpy
from field import Row, table
from patience import PATIENCE_S
from rclpy.parameter import Parameter
from realvlg_ros.action import Ground, PlanGrasps
from ros_graph import FakeCamera, Graph, wait_until
from ros_graph import plan as plan_once
from std_msgs.msg import String

from realvlg_ros.errors import RealvlgError
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.ros.node.qos import action_queues
from realvlg_ros.ros.requests.plan_client import PlanClient
from realvlg_ros.ros.requests.status_names import STATUS_NAMES

SENTENCE = 'pick up the red box'
# The answer of a server to a client that it has just discovered may be lost.
plan = partial(plan_once, insist=True)
# What brings the nodes of the graph to a state.
TO_STATE = {
    'active': (),
    'inactive': ('deactivate',),
    'unconfigured': ('deactivate', 'cleanup'),
}
BACK = {'active': (), 'inactive': ('activate',), 'unconfigured': ('configure', 'activate')}


@pytest.fixture(scope='module')
def graph(ros_context):
    graph = Graph()
    graph.camera = FakeCamera(graph.node)
    graph.nodes = {
        'grounding_node': graph.add(GroundingNode),
        'grasp_node': graph.add(GraspNode, reground=False),
    }
    graph.server = graph.add(GraspServer)
    yield graph
    graph.close()


def go(node, transitions):
    for transition in transitions:
        getattr(node, f'trigger_{transition}')()


IDLE = [
    Row(
        f'{name} {state}',
        (name, state),
        'FAILED',
        (f'/{name}', state, f'ros2 lifecycle set /{name} activate')
        + ((f'ros2 lifecycle set /{name} configure',) if state == 'unconfigured' else ()),
    )
    for name in ('grounding_node', 'grasp_node')
    for state in ('inactive', 'unconfigured')
]


@table(IDLE)
def test_a_node_that_is_not_active_is_named_long_before_the_deadline(graph, row):
    name, state = row.given
    node = graph.nodes[name]
    go(node, TO_STATE[state])
    try:
        goal = plan(graph, SENTENCE, timeout=60.0)
        result = goal.result()
    finally:
        go(node, BACK[state])
    row.check(STATUS_NAMES[result.status], result.message)


def test_a_node_that_is_deactivated_under_a_goal_is_named(graph):
    graph.camera.pause()
    goal = plan(graph, SENTENCE, timeout=60.0)
    wait_until(lambda: goal.feedback, 'feedback')
    go(graph.nodes['grasp_node'], TO_STATE['inactive'])
    try:
        result = goal.result()
    finally:
        go(graph.nodes['grasp_node'], BACK['inactive'])
        graph.camera.resume()
    assert '/grasp_node is not active (it is inactive)' in result.message


@pytest.mark.parametrize(
    ('name', 'node_class'), [('grasp_node', GraspNode), ('grounding_node', GroundingNode)]
)
def test_a_node_that_is_not_there_is_waited_for_and_named(graph, name, node_class):
    graph.remove(graph.nodes[name])
    words = f'no {name} is there'
    goal = plan(graph, SENTENCE, timeout=60.0)
    wait_until(lambda: any(words in f.message for f in goal.feedback), 'its name in the feedback')
    short = plan(graph, SENTENCE, timeout=0.5).result()
    assert STATUS_NAMES[short.status] == 'TIMED_OUT' and words in short.message
    goal = plan(graph, SENTENCE, timeout=60.0)
    wait_until(lambda: any(words in f.message for f in goal.feedback), 'its name in the feedback')
    graph.nodes[name] = graph.add(node_class)
    assert STATUS_NAMES[goal.result().status] == 'OK'


def test_a_node_of_another_namespace_is_pointed_out(graph):
    graph.remove(graph.nodes['grasp_node'])
    stranger = rclpy.create_node('grasp_node', namespace='other')
    try:
        goal = plan(graph, SENTENCE, timeout=60.0)
        wait_until(
            lambda: any('/other/grasp_node' in f.message for f in goal.feedback), 'its full name'
        )
        goal.cancel()
        assert STATUS_NAMES[goal.result().status] == 'CANCELED'
    finally:
        stranger.destroy_node()
        graph.nodes['grasp_node'] = graph.add(GraspNode, reground=False)


def test_rejections_are_logged_once_a_second_with_the_command(graph, capfd):
    # Not from /rosout: a node of the same name that ends takes that publisher with it.
    logged = []
    node = graph.nodes['grounding_node']
    client = ThreadedActionClient(graph.node, Ground, 'ground', **action_queues())
    wait_until(client.server_is_ready, 'grounding_node')

    def rejections():
        logged.extend(capfd.readouterr().err.splitlines())
        return [line for line in logged if 'is rejected' in line]

    sent = []

    def rejected_again():
        # Goals come until the second line, each when the one before is answered: a flood would
        # keep a slow machine from writing it.
        if not sent or sent[-1].done():
            sent.append(client.send_goal_async(Ground.Goal(instruction=SENTENCE)))
        return len(rejections()) > 1

    go(node, TO_STATE['inactive'])
    try:
        began = time.monotonic()
        wait_until(rejected_again, 'two lines of the log')
        lines, seconds = len(rejections()), time.monotonic() - began
    finally:
        go(node, BACK['inactive'])
    # However slow the machine is: the lines are counted against the time that they took.
    assert lines <= 1 + seconds
    assert 'ros2 lifecycle set /grounding_node activate' in rejections()[0]


def test_a_slow_planner_is_waited_for_and_the_object_is_not_grounded_again(graph, monkeypatch):
    planner, enough = graph.nodes['grasp_node']._planner, threading.Event()
    plan_now, said = planner.plan, graph.record(String, 'planning')

    def plan_slowly(*arguments, **options):
        enough.wait(PATIENCE_S)
        return plan_now(*arguments, **options)

    monkeypatch.setattr(planner, 'plan', plan_slowly)
    graph.server.set_parameters([Parameter('target_silence', value=1.5)])
    answered = graph.nodes['grounding_node']._requests.answered
    goal = plan(graph, SENTENCE, timeout=PATIENCE_S, request_id='slow')
    # Two and a half times the silence that would have asked again.
    wait_until(lambda: [m.data for m in said].count('slow') > 7, 'signs of the planner')
    enough.set()
    assert STATUS_NAMES[goal.result().status] == 'OK'
    assert graph.nodes['grounding_node']._requests.answered == answered + 1
    said_then = len(said)
    assert STATUS_NAMES[plan(graph, SENTENCE).result().status] == 'OK'
    assert {m.data for m in said[:said_then]} == {'slow'}


def test_a_client_names_a_server_that_is_not_active(graph):
    node = rclpy.create_node('client')
    client = PlanClient(node)
    client.wait(client.ready, PATIENCE_S, 'discovery')
    go(graph.server, TO_STATE['inactive'])
    try:
        with pytest.raises(RealvlgError) as error:
            client.plan(SENTENCE, PATIENCE_S, lambda _: None, lambda: None)
    finally:
        go(graph.server, BACK['inactive'])
        node.destroy_node()
    assert '/grasp_server is not active (it is inactive): ros2 lifecycle' in str(error.value)


DYNAMIC = [
    Row('standoff of the next plan', ('planner.standoff', 0.05), 'OK'),
    Row('a gripper that may not open', ('planner.max_opening', 0.02), 'NO_GRASP', ('opens to',)),
    Row('a workspace without the object', ('planner.workspace_min', [5.0, 5.0, 5.0]), 'NO_GRASP'),
    Row('never stable', ('tracker.stable_position_mm', 0.05), 'TIMED_OUT'),
]


@table(DYNAMIC)
def test_a_setting_acts_on_the_next_goal_without_a_transition(graph, row):
    name, value = row.given
    node = graph.nodes['grasp_node']
    before = node.get_parameter(name).value
    node._worker.post(node._tracker.reset)
    (done,) = node.set_parameters([Parameter(name, value=value)])
    assert done.successful, done.reason
    try:
        wait = row.status == 'TIMED_OUT'
        result = plan(graph, SENTENCE, timeout=3.0 if wait else PATIENCE_S / 2,
                      wait_for_stable=wait).result()  # fmt: skip
        row.check(STATUS_NAMES[result.status], result.message)
        if name == 'planner.standoff':
            assert result.target.grasps[0].standoff == pytest.approx(value)
    finally:
        node.set_parameters([Parameter(name, value=before)])
        node._worker.post(node._tracker.reset)


@pytest.mark.parametrize('clients', [1, 5])
def test_each_of_fifty_goals_has_one_answer(graph, clients):
    answers = {i: [] for i in range(50)}
    graph.clients = [
        ThreadedActionClient(graph.node, PlanGrasps, 'plan_grasps', **action_queues())
        for _ in range(clients)
    ]
    for client in graph.clients:
        wait_until(client.server_is_ready, 'grasp_server')

    handles = {}

    def send(index):
        def take(future):
            handles[index] = handle = future.result()
            handle.get_result_async().add_done_callback(
                lambda done: answers[index].append(done.result().result)
            )

        goal = PlanGrasps.Goal(instruction=f'{SENTENCE} {index}', timeout=PATIENCE_S)
        graph.clients[index % clients].send_goal_async(goal).add_done_callback(take)

    for index in answers:
        send(index)
    wait_until(lambda: sum(map(bool, answers.values())) >= 49, 'an answer to each but the last')
    wait_until(lambda: len(handles) == 50, 'acceptance of each')
    for handle in handles.values():
        handle.cancel_goal_async()
    wait_until(lambda: all(answers.values()), 'an answer to each')
    assert all(len(answer) == 1 and handles[i].accepted for i, answer in answers.items())
    replaced = [a for (a,) in answers.values() if 'replaced by a newer goal' in a.message]
    assert len(replaced) == 49 and {STATUS_NAMES[a.status] for a in replaced} == {'CANCELED'}
