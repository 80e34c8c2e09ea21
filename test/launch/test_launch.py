"""The launch file run by launch itself, where that is installed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from patience import PATIENCE_S

# Not `launch`: a source checkout has a folder of that name.
pytest.importorskip('launch_ros', reason='launch_ros is not installed: only described, not run')

import rclpy
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from played_bag import FIXED_FRAME, write_table_bag
from rcl_interfaces.srv import GetParameters
from rclpy.node import Node

LAUNCH_FILE = Path(__file__).parents[2] / 'launch' / 'realvlg.launch.py'
# What a launch says, in the folder that it runs in.
SAID = 'said.txt'
NODES = ('grounding_node', 'grasp_node', 'grasp_server')
RUN = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
arguments = [argument.split(':=') for argument in sys.argv[2:]]
service = LaunchService()
service.include_launch_description(LaunchDescription([IncludeLaunchDescription(
    PythonLaunchDescriptionSource(sys.argv[1]), launch_arguments=arguments)]))
sys.exit(service.run())
"""


@pytest.fixture
def client(ros_context: None) -> Iterator[Node]:
    node = rclpy.create_node('test_launch')
    yield node
    node.destroy_node()


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    log = (tmp_path / SAID).open('wb')

    def start(*arguments: str, file: Path = LAUNCH_FILE) -> subprocess.Popen[bytes]:
        command = [sys.executable, '-c', RUN, str(file), *arguments]
        # A group of its own, so that nothing is left behind; a default SIGINT, which a shell
        # takes away from what it starts in the background.
        processes.append(
            subprocess.Popen(
                command,
                cwd=tmp_path,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    log.close()
    print((tmp_path / SAID).read_text())


def call(node: Node, kind: type, name: str, request: object) -> object | None:
    """The answer of a service within 2 s, or None."""
    service = node.create_client(kind, name)
    try:
        if not service.wait_for_service(2.0):
            return None
        future = service.call_async(request)
        rclpy.spin_until_future_complete(node, future, timeout_sec=2.0)
        return future.result()
    finally:
        node.destroy_client(service)


def is_active(node: Node, name: str) -> bool:
    answer = call(node, GetState, f'/cell/{name}/get_state', GetState.Request())
    return answer is not None and answer.current_state.id == State.PRIMARY_STATE_ACTIVE


def wait_until(condition: Callable[[], bool], timeout: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, 'condition not met in time'
        time.sleep(0.1)


def process_of(parent: int, executable: str) -> int | None:
    """The process id of a child that runs an executable."""
    children = Path(f'/proc/{parent}/task/{parent}/children').read_text().split()
    for child in children:
        words = Path(f'/proc/{child}/cmdline').read_bytes().split(b'\0')
        if any(word.endswith(f'/{executable}'.encode()) for word in words):
            return int(child)
    return None


@pytest.mark.parametrize(
    ('argument', 'words'),
    [
        ('server:=maybe', '"server" provided value "maybe" is not valid'),
        ('log_level:=loud', '"log_level" provided value "loud" is not valid'),
        ('parameters:=/no/own.yaml', "parameters is '/no/own.yaml', which is not a file"),
        ('fastdds_profile:=/no.xml', "fastdds_profile is '/no.xml', which is not a file"),
    ],
)
def test_a_wrong_argument_ends_the_launch_with_the_reason(argument: str, words: str) -> None:
    command = [sys.executable, '-c', RUN, str(LAUNCH_FILE), argument]
    done = subprocess.run(command, timeout=PATIENCE_S, capture_output=True, text=True)
    assert done.returncode == 1
    assert words in done.stdout + done.stderr


def test_a_bag_that_is_not_there_ends_the_launch_with_the_reason() -> None:
    replay = str(LAUNCH_FILE.with_name('replay.launch.py'))
    command = [sys.executable, '-c', RUN, replay, 'bag:=/no/bag']
    done = subprocess.run(command, timeout=PATIENCE_S, capture_output=True, text=True)
    assert done.returncode == 1
    assert '/no/bag is not there' in done.stdout + done.stderr


def test_nodes_become_active_and_come_back(
    client: Node, launched: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    own = tmp_path / 'own.yaml'
    own.write_text('/**/grasp_node: {ros__parameters: {planner: {max_grasps: 3}}}')
    launch = launched(
        'namespace:=cell', 'fixed_frame:=base_link', 'gripper:=wsg_50', f'parameters:={own}'
    )
    for name in NODES:
        wait_until(lambda name=name: is_active(client, name))
    request = GetParameters.Request(names=['fixed_frame', 'gripper', 'planner.max_grasps'])
    answer = call(client, GetParameters, '/cell/grasp_node/get_parameters', request)
    values = answer.values
    assert (values[0].string_value, values[1].string_value) == ('base_link', 'wsg_50')
    assert values[2].integer_value == 3
    topics = dict(client.get_topic_names_and_types())
    assert {'/cell/target', '/cell/grounding', '/cell/instruction'} <= set(topics)

    killed = process_of(launch.pid, 'grasp_server')
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: process_of(launch.pid, 'grasp_server') not in (None, killed))
    wait_until(lambda: is_active(client, 'grasp_server'))

    launch.send_signal(signal.SIGINT)
    assert launch.wait(PATIENCE_S) == 0


def test_without_autostart_nodes_wait(
    client: Node, launched: Callable[..., subprocess.Popen[bytes]]
) -> None:
    launched('namespace:=cell', 'autostart:=false', 'server:=false')
    request = GetState.Request()

    def unconfigured() -> bool:
        answer = call(client, GetState, '/cell/grounding_node/get_state', request)
        return answer is not None and answer.current_state.id == State.PRIMARY_STATE_UNCONFIGURED

    wait_until(unconfigured)
    assert ('grasp_server', '/cell') not in client.get_node_names_and_namespaces()


def test_a_bag_is_played_to_the_nodes_and_its_question_is_answered(
    client: Node, launched: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    pytest.importorskip('tf2_msgs', reason='tf2_msgs is not installed')
    write_table_bag(tmp_path / 'bag', seconds=2.0)
    launch = launched(
        'bag:=bag', 'loop:=true', 'namespace:=cell', f'fixed_frame:={FIXED_FRAME}',
        'instruction:=pick up the red box', file=LAUNCH_FILE.with_name('replay.launch.py'),
    )  # fmt: skip

    def said() -> str:
        return (tmp_path / SAID).read_text()

    wait_until(lambda: 'grasps of franka_hand in world' in said() or launch.poll() is not None)
    assert '[goal-5] OK: ' in said()
    # Each of them was there before the first image.
    before, _, _ = said().partition('plays 1.9 s of ')
    assert all(f'{name}]: activated' in before for name in NODES[:2])
    wait_until(lambda: '[goal-5]: process has finished cleanly' in said())

    # While the bag is played.
    launch.send_signal(signal.SIGINT)
    assert launch.wait(PATIENCE_S) == 0
    assert said().count('process has finished cleanly') == 5
