"""Real processes: any of the three nodes may be killed during a request, and it heals."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import rclpy
from patience import PATIENCE_S
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget
from realvlg_ros.srv import ResetTracker
from ros_graph import FakeCamera, Graph, plan, wait_until

from realvlg_ros.errors import RealvlgError
from realvlg_ros.ros.requests.plan_client import PlanClient

ROOT = Path(__file__).parents[2]
NODES = ('grounding_node', 'grasp_node', 'grasp_server')
Feedback, Result = PlanGrasps.Feedback, PlanGrasps.Result


class Processes:
    """The three nodes as processes of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen] = {}
        for node in NODES:
            self.start(node)

    def log(self, node: str) -> str:
        return (self._folder / f'{node}.log').read_text()

    def start(self, node: str, *arguments: str) -> None:
        paths = [str(ROOT), str(ROOT / 'test' / 'support')]
        command = [sys.executable, '-m', f'realvlg_ros.nodes.{node}', *arguments]
        with (self._folder / f'{node}.log').open('ab') as log:
            self._running[node] = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def end(self, node: str, number: signal.Signals) -> int:
        process = self._running.pop(node)
        process.send_signal(number)
        return process.wait(PATIENCE_S)

    def close(self) -> None:
        for node in list(self._running):
            self.end(node, signal.SIGKILL)
        # Whoever is killed leaves shared memory behind that counts as used until it is cleaned up.
        places = os.pathsep.join([str(Path(sys.executable).parent), os.environ['PATH']])
        if tool := shutil.which('fastdds', path=places):
            environment = {**os.environ, 'PATH': places}
            subprocess.run(
                [tool, 'shm', 'clean'], env=environment, capture_output=True, timeout=PATIENCE_S
            )


@pytest.fixture(scope='module')
def graph(ros_context, tmp_path_factory):
    graph = Graph()
    graph.camera = FakeCamera(graph.node, rate=10.0)
    graph.targets = graph.record_targets()
    graph.processes = Processes(tmp_path_factory.mktemp('logs'))
    try:
        ask(graph)
        yield graph
    finally:
        graph.processes.close()
        graph.close()


SENTENCE = 'pick up the red box'


def ask(graph, **fields):
    result = plan(graph, SENTENCE, timeout=2 * PATIENCE_S, insist=True, **fields).result(
        2 * PATIENCE_S
    )
    assert result.status == Result.OK, result.message
    return result


def start_to_wait_for_stable(graph, stage):
    """A goal for an object that is not tracked yet, once it has reached a stage."""
    graph.call(ResetTracker, 'reset_tracker', ResetTracker.Request())
    goal = plan(graph, SENTENCE, timeout=2 * PATIENCE_S, insist=True, wait_for_stable=True)
    wait_until(lambda: any(f.stage >= stage for f in goal.feedback), f'stage {stage}')
    return goal


@pytest.mark.parametrize(
    ('node', 'stage'),
    [('grounding_node', Feedback.GROUNDING), ('grasp_node', Feedback.TRACKING)],
)
def test_a_request_outlives_its_nodes(graph, node, stage):
    goal = start_to_wait_for_stable(graph, stage)
    graph.processes.end(node, signal.SIGKILL)
    graph.processes.start(node)
    result = goal.result(2 * PATIENCE_S)
    assert result.status == Result.OK, result.message
    assert result.target.stable and result.target.grasps


def test_targets_outlive_the_grounder(graph):
    ask(graph)
    graph.processes.end('grounding_node', signal.SIGKILL)
    before = len(graph.targets)

    def followed():
        states = [target.state for target in graph.targets[before:]]
        return sum(s in (GraspTarget.TENTATIVE, GraspTarget.CONFIRMED) for s in states) > 5

    try:
        wait_until(followed, 'following without a grounder')
    finally:
        graph.processes.start('grounding_node')


def test_a_killed_server_fails_its_client_in_words_and_a_retry_works(graph):
    node = rclpy.create_node('plan_client')
    client = PlanClient(node)
    killed = False

    def kill(feedback):
        nonlocal killed
        if not killed and feedback.stage >= Feedback.GROUNDING:
            killed = True
            graph.processes.end('grasp_server', signal.SIGKILL)
            graph.processes.start('grasp_server')

    def nothing(*_):
        return None

    client.wait(client.ready, PATIENCE_S, 'server and images')
    graph.call(ResetTracker, 'reset_tracker', ResetTracker.Request())
    with pytest.raises(RealvlgError, match='restarted; ask again'):
        client.plan(SENTENCE, PATIENCE_S, kill, nothing)
    assert client.plan(SENTENCE, PATIENCE_S, nothing, nothing).status == Result.OK
    node.destroy_node()


def test_nodes_end_cleanly_when_they_are_told_to_and_goals_get_a_result(graph):
    graph.camera.pause()
    goal = start_to_wait_for_stable(graph, Feedback.GROUNDING)
    assert graph.processes.end('grasp_server', signal.SIGTERM) == 0
    result = goal.result()
    assert result.status == Result.FAILED and 'ask again' in result.message
    assert graph.processes.end('grounding_node', signal.SIGINT) == 0
    assert graph.processes.end('grasp_node', signal.SIGTERM) == 0


def test_a_node_that_is_told_to_stop_while_it_loads_ends(graph):
    parameter = ['--ros-args', '-p', 'backend:=fake_grounders:EndlesslyLoadingGrounder']
    graph.processes.start('grounding_node', *parameter)
    wait_until(lambda: 'loading' in graph.processes.log('grounding_node'), 'loading')
    # A second one is not needed, nor the end of the loading.
    assert graph.processes.end('grounding_node', signal.SIGINT) == 1
