"""The bag player over real topics."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE_S

pytest.importorskip('tf2_msgs', reason='tf2_msgs is not installed')

import numpy as np
import rclpy
from played_bag import FIXED_FRAME, write_table_bag
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy
from recordings import COLOR, DEPTH, INFO, recording, write_rosbag1
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from realvlg_ros.cli import main as realvlg
from realvlg_ros.errors import BagError, ParameterError, RealvlgError
from realvlg_ros.nodes.bag_player import BagPlayer
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.ros.conversions.stamps import CLOCK_START_NS, stamp_to_ns
from realvlg_ros.ros.node.qos import latched, stream

TOPICS = {COLOR: Image, DEPTH: Image, INFO: CameraInfo, '/tf': TFMessage}


class Listener:
    """What comes on some topics, and the player that it comes from."""

    def __init__(self, topics: dict[str, type[Any]], **qos: Any) -> None:
        self.node = rclpy.create_node('listener')
        self.messages: dict[str, list[Any]] = {topic: [] for topic in topics}
        for topic, kind in topics.items():
            profile = qos.get(topic.strip('/'), stream('reliable', 100))
            self.node.create_subscription(kind, topic, self.messages[topic].append, profile)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._player: BagPlayer | None = None

    def play(self, path: Path, **values: Any) -> BagPlayer:
        parameters = {'bag': str(path), 'wait_for_reader': True, 'clock_rate': 100.0, **values}
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        self._player = BagPlayer(parameter_overrides=overrides)
        self._executor.add_node(self._player)
        return self._player

    def spin_until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, {k: len(v) for k, v in self.messages.items()}
            self._executor.spin_once(timeout_sec=0.05)

    def call(self, name: str) -> Trigger.Response:
        client = self.node.create_client(Trigger, f'/bag_player/{name}')
        self.spin_until(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        self.spin_until(future.done)
        return future.result()

    def close(self) -> None:
        if self._player is not None:
            self._player.destroy_node()
        self._executor.shutdown()
        self.node.destroy_node()


@pytest.fixture
def listener(ros_context: None) -> Iterator[Callable[..., Listener]]:
    made: list[Listener] = []

    def make(*arguments: Any, **qos: Any) -> Listener:
        made.append(Listener(*arguments, **qos))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize('kind', ['mcap', 'sqlite3', 'rosbag1'])
def test_what_comes_is_what_was_recorded(listener, tmp_path: Path, kind: str) -> None:
    made = recording(4)
    path = tmp_path / ('bag.bag' if kind == 'rosbag1' else 'bag')
    if kind == 'rosbag1':
        write_rosbag1(path, made)
    else:
        made.write(path, kind)
    heard = listener(TOPICS)
    player = heard.play(path, rate=5.0)
    heard.spin_until(player.finished.is_set)
    heard.spin_until(lambda: all(len(found) == 4 for found in heard.messages.values()))
    with Bag(path) as bag:
        for topic in (COLOR, DEPTH):
            recorded = [each.message for each in bag.messages([topic])]
            for came, kept in zip(heard.messages[topic], recorded, strict=True):
                assert stamp_to_ns(came.header.stamp) == stamp_to_ns(kept.header.stamp)
                assert np.array_equal(np.frombuffer(came.data, np.uint8), kept.data)


def test_the_clock_is_that_of_the_bag_and_begins_again_with_it(listener, tmp_path: Path) -> None:
    path = write_table_bag(tmp_path / 'bag', seconds=0.5)
    topics = {'/camera/color/image_raw': Image, '/clock': Clock}
    heard = listener(topics)
    heard.play(path, loop=True, wait_for_reader=False)
    images, clock = heard.messages.values()
    heard.spin_until(lambda: len(images) >= 12)
    stamps = [stamp_to_ns(each.header.stamp) for each in images]
    expected = [CLOCK_START_NS + index * 100_000_000 for index in range(5)]
    assert stamps[:11] == [*expected, *expected, expected[0]]
    times = [stamp_to_ns(each.clock) for each in clock]
    assert min(times) == CLOCK_START_NS
    assert sum(np.diff(times) < 0) >= 2
    assert max(times) < CLOCK_START_NS + 100_000_000 * 60


def test_a_pause_holds_the_clock_and_the_messages(
    listener, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_table_bag(tmp_path / 'bag', seconds=0.5)
    topics = {'/camera/color/image_raw': Image, '/clock': Clock}
    heard = listener(topics)
    player = heard.play(path, start_paused=True, wait_for_reader=False)
    images, clock = heard.messages.values()
    heard.spin_until(lambda: len(clock) >= 20)
    assert {stamp_to_ns(each.clock) for each in clock} == {CLOCK_START_NS}
    assert images == []
    assert '4 topics, once the service /bag_player/resume is called' in capfd.readouterr().err
    assert heard.call('resume').message == 'goes on at 0.000 s of the bag'
    heard.spin_until(lambda: len(images) >= 1)
    told = heard.call('pause')
    assert told.success and told.message.startswith('paused at ')
    heard.call('resume')
    heard.spin_until(player.finished.is_set)
    heard.spin_until(lambda: len(images) == 5)


def test_it_begins_when_each_node_reads_the_camera(
    listener, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = recording(4).write(tmp_path / 'bag')
    first, second = listener(TOPICS), listener({DEPTH: Image, INFO: CameraInfo})
    player = first.play(path, readers=2, rate=5.0)
    first.spin_until(lambda: player.count_subscribers(INFO) == 2)
    # Two nodes read the depth, one the colour.
    first.spin_until(lambda: '/cam/color/image_raw has 1' in capfd.readouterr().err)
    assert not player.finished.is_set() and first.messages[COLOR] == []
    second.node.create_subscription(Image, COLOR, lambda _: None, stream('reliable', 1))
    first.spin_until(player.finished.is_set)
    first.spin_until(lambda: len(first.messages[COLOR]) == 4)


def test_static_transforms_reach_those_who_come_late(listener, tmp_path: Path) -> None:
    path = write_table_bag(tmp_path / 'bag', seconds=0.3)
    early = listener({'/camera/color/image_raw': Image})
    # So slowly that nothing is published twice.
    early.play(path, wait_for_reader=False, rate=0.01)
    early.spin_until(lambda: early.messages['/camera/color/image_raw'])
    late = listener({'/tf_static': TFMessage}, tf_static=latched(100))
    late.spin_until(lambda: late.messages['/tf_static'])
    (message,) = late.messages['/tf_static']
    assert message.transforms[0].header.frame_id == FIXED_FRAME
    (info,) = early.node.get_publishers_info_by_topic('/tf_static')
    assert info.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL


@pytest.mark.parametrize(
    ('values', 'error', 'words'),
    [
        ({}, ParameterError, 'bag is empty'),
        ({'bag': '/nowhere'}, BagError, '/nowhere is not there'),
        ({'bag': 'BAG', 'rate': 0.0}, ParameterError, 'rate'),
        ({'bag': 'BAG', 'qos_overrides': 'none.yaml'}, RealvlgError, 'none.yaml is not a file'),
    ],
)
def test_what_cannot_be_played_is_refused_with_the_reason(
    ros_context: None, tmp_path: Path, values: dict[str, Any], error: type[Exception], words: str
) -> None:
    if values.get('bag') == 'BAG':
        values = {**values, 'bag': str(write_table_bag(tmp_path / 'bag', 0.2))}
    overrides = [Parameter(name, value=value) for name, value in values.items()]
    with pytest.raises(error, match=words):
        BagPlayer(parameter_overrides=overrides)


@pytest.mark.parametrize(
    ('option', 'words'),
    [
        (['--tf'], '--tf is of frame folders'),
        (['--camera-name', 'left'], '--camera-name is of frame folders'),
    ],
)
def test_the_command_refuses_options_that_a_bag_has_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str], words: str
) -> None:
    path = write_table_bag(tmp_path / 'bag', 0.2)
    assert realvlg(['play', str(path), *option]) == 2
    assert words in capsys.readouterr().err
    assert realvlg(['play', str(tmp_path), '--start-paused']) == 2
    assert '--start-paused is of bags' in capsys.readouterr().err


def test_the_command_plays_to_the_end_and_says_what_is_no_bag(tmp_path: Path) -> None:
    path = write_table_bag(tmp_path / 'bag.db3', 0.3)
    command = [sys.executable, '-m', 'realvlg_ros.cli', 'play']
    done = subprocess.run(
        [*command, str(path), '--clock', '--rate', '2'],
        capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f'of {path}, 4 topics' in done.stderr
    (tmp_path / 'text.mcap').write_text('no bag')
    done = subprocess.run(
        [*command, str(tmp_path / 'text.mcap')], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 2
    assert 'text.mcap is no bag' in done.stderr and 'Traceback' not in done.stderr


def test_what_of_a_bag_cannot_be_read_is_said(
    listener, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = recording(6).write(tmp_path / 'bag.mcap')
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    heard = listener({COLOR: Image})
    player = heard.play(path, rate=10.0, wait_for_reader=False)
    heard.spin_until(player.finished.is_set)
    said = capfd.readouterr().err
    with Bag(path) as bag:
        assert len(list(bag.messages([COLOR]))) >= 1
        assert bag.warnings and all(said.count(warning) == 1 for warning in bag.warnings)
