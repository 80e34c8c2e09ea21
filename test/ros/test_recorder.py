"""The recorder beside the three nodes: what is on disk after goals, and what it says else."""

from __future__ import annotations

import csv
import json
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GoalEvent
from ros_graph import FakeCamera, Graph, plan, wait_until
from std_msgs.msg import String
from tracking_graph import SENTENCE, start

from realvlg_ros import __version__
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.nodes.realvlg_recorder import Recorder

# What rmw calls the node of an entity of which it does not know one.
NAMELESS = '_NODE_NAME_UNKNOWN_'
# As little as tells before from after.
QUICK = {'frames_before': 2, 'frames_after': 1, 'frame_interval': 0.2, 'min_free_mb': 0.0}


@pytest.fixture(scope='module')
def graph(ros_context: None) -> Any:
    graph = Graph()
    graph.camera = FakeCamera(graph.node)
    start(graph)
    yield graph
    graph.close()


@pytest.fixture
def recorder(graph: Graph, tmp_path: Path) -> Any:
    node = graph.add(Recorder, folder=str(tmp_path), **QUICK)
    # It must have seen frames from before the goal, and be known to those that it listens to.
    wait_until(lambda: len(node._ring.before()) == 2, 'frames of the recorder')
    for topic in ('goals', 'grounding', 'target'):
        wait_until(lambda topic=topic: listens(graph, node, topic), f'subscription to {topic}')
    yield node
    graph.remove(node)


def listens(graph: Graph, node: Recorder, topic: str) -> bool:
    """Whether others know that a node listens to a topic."""
    name = graph.node.resolve_topic_name(topic)
    found = graph.node.get_subscriptions_info_by_topic(name)
    # Where a node of the same name was destroyed just before, the graph may have lost the name of
    # its subscriptions, and not these themselves.
    return bool({node.get_name(), NAMELESS} & {info.node_name for info in found})


def episodes(folder: Path, count: int) -> list[tuple[Path, dict[str, Any]]]:
    """The recordings once there are so many, oldest first."""

    def found() -> list[Path]:
        return sorted(folder.glob('2*Z-*'))

    wait_until(lambda: len(found()) >= count, f'{count} recordings')
    return [(path, json.loads((path / 'episode.json').read_text())) for path in found()]


def reports(node: Recorder) -> dict[str, Any]:
    return {report.name: report for report in node.diagnose()}


def test_a_goal_is_recorded_with_its_frames_and_all_that_tells_how_it_was_answered(
    graph: Graph, recorder: Recorder, tmp_path: Path
) -> None:
    heard = graph.record(GoalEvent, 'goals')
    wait_until(lambda: graph.node.count_publishers('goals'), 'publisher of goals')
    result = plan(graph, SENTENCE).result()
    ((path, values),) = episodes(tmp_path, 1)
    assert [event.event for event in heard] == [GoalEvent.ACCEPTED, GoalEvent.ENDED]
    assert heard[1].status == 'OK' and heard[1].instruction == SENTENCE
    assert '-OK-' in path.name
    assert values['goal']['instruction'] == SENTENCE
    assert values['goal']['request_ids'] == [result.target.request_id]
    assert values['result']['message'] == result.message

    stamp = result.target.header.stamp
    answered_ns = stamp.sec * 10**9 + stamp.nanosec
    roles = {frame['role']: frame for frame in values['frames']}
    # The newest frame at the end may be that of the answer.
    assert set(roles) | {'end'} == {'before', 'grounded', 'answer', 'end', 'after'}
    assert values['missing_frames'] == []
    assert roles['answer']['stamp_ns'] == answered_ns
    grounded, found = values['objects']
    assert grounded['stamp_ns'] == roles['grounded']['stamp_ns']
    assert found['stamp_ns'] == answered_ns and found['mask']['runs']
    stamps = [frame['stamp_ns'] for frame in values['frames']]
    assert stamps == sorted(stamps)
    frame = read_frame(path / roles['answer']['folder'])
    assert frame.color.shape == (240, 320, 3)
    assert frame.valid.mean() == pytest.approx(roles['answer']['lighting']['depth_share'])

    answer = values['events'][-1]
    position = result.target.grasps[0].pose.pose.position
    assert answer['event'] == 'answer'
    assert answer['position_m'] == pytest.approx([position.x, position.y, position.z])
    assert values['parameters']['grasp_node']['tracker.fused_plans'] == 1
    assert values['parameters']['grounding_node']['version'] == __version__
    assert values['parameters']['pick_executor'] is None
    assert values['versions']['realvlg_ros'] == __version__
    assert values['intrinsics']['fx'] == 300


def test_failures_and_sentences_are_recorded_and_counted(
    graph: Graph, recorder: Recorder, tmp_path: Path
) -> None:
    result = plan(graph, 'pick up the green mug').result()
    assert result.status == PlanGrasps.Result.NOT_FOUND
    wait_until(lambda: len(list(tmp_path.glob('2*Z-*'))) == 1, 'a recording')
    plan(graph, SENTENCE).result()
    publisher = graph.node.create_publisher(String, 'instruction', 1)
    wait_until(publisher.get_subscription_count, 'reader of instruction')
    publisher.publish(String(data='pick up the yellow ball'))
    # Where a slow machine loses the frame of a grounding, it is asked for again.

    def ended() -> list[dict[str, Any]]:
        found = [values for _, values in episodes(tmp_path, 3)]
        again = ('CANCELED', 'LOST')
        return [values for values in found if values['result']['status'] not in again]

    wait_until(lambda: len(ended()) == 3, 'three that were not asked for again')
    found = ended()
    assert [values['result']['status'] for values in found] == ['NOT_FOUND', 'OK', 'NOT_FOUND']
    assert [values['goal']['action'] for values in found] == [
        'plan_grasps', 'plan_grasps', 'request',
    ]  # fmt: skip
    assert found[2]['result']['from_topics'] is True

    figures = reports(recorder)['goals: plan_grasps'].values
    assert (figures['goals'], figures['succeeded'], figures['recovered']) == (2, 1, 1)
    assert float(str(figures['recovery_mean_s'])) > 0
    assert reports(recorder)['goals: request'].values['success_rate'] == 0
    assert reports(recorder)['recordings'].message == 'ok'

    def lines() -> list[str]:
        return [row['status'] for row in rows(tmp_path) if row['status'] != 'CANCELED']

    wait_until(lambda: len(lines()) == 3, 'three lines')
    assert lines() == ['NOT_FOUND', 'OK', 'NOT_FOUND']


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / 'goals.csv').open(newline='') as file:
        return list(csv.DictReader(file))


def test_a_full_disk_is_a_diagnostic_and_the_next_goal_is_recorded(
    graph: Graph, recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder._store._limits = recorder._store._limits.__class__(10**9, 10, 10**9)
    usage = namedtuple('usage', 'total used free')
    with monkeypatch.context() as patch:
        patch.setattr(shutil, 'disk_usage', lambda _: usage(0, 0, 10**9))
        plan(graph, SENTENCE).result()
        wait_until(lambda: recorder._writer.not_written == 1, 'a recording that is refused')
    report = reports(recorder)['recordings']
    assert report.level == 2
    assert 'min_free_mb' in report.message
    assert recorder.state == 'active'
    plan(graph, SENTENCE).result()
    episodes(tmp_path, 1)
    wait_until(lambda: reports(recorder)['recordings'].message == 'ok', 'the end of the problem')


@pytest.mark.parametrize(
    ('parameters', 'words'),
    [
        ({}, 'folder is empty'),
        ({'folder': '/proc/nothing'}, 'nothing can be recorded in /proc/nothing'),
        (
            {'folder': '/tmp', 'blanking.box_max': [1.0, 1.0, 1.0]},
            'set it to the frame that they are given in',
        ),
    ],
    ids=['no folder', 'a folder that cannot be', 'a workspace in no frame'],
)
def test_what_cannot_be_kept_is_refused_at_the_start(
    graph: Graph, parameters: dict[str, Any], words: str
) -> None:
    node = graph.add(Recorder, **parameters)
    try:
        assert node.state == 'unconfigured'
        assert words in node._problem
    finally:
        graph.remove(node)


def test_faces_are_not_let_through_where_nothing_finds_them(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('realvlg_ros.recording.faces._folder', lambda: tmp_path)
    node = graph.add(Recorder, folder=str(tmp_path), **{'blanking.faces': True})
    try:
        assert 'faces cannot be blanked' in node._problem
    finally:
        graph.remove(node)


def test_a_folder_takes_one_recorder_until_that_is_cleaned_up(
    graph: Graph, recorder: Recorder, tmp_path: Path
) -> None:
    class Second(Recorder):
        pass

    second = graph.add(Second, folder=str(tmp_path), **QUICK)
    try:
        assert 'another recorder writes into' in second._problem
        recorder.trigger_deactivate()
        recorder.trigger_cleanup()
        second.trigger_configure()
        assert second.state == 'inactive'
        recorder.trigger_configure()
        assert recorder.state == 'unconfigured'
    finally:
        graph.remove(second)
    recorder.trigger_configure()
    recorder.trigger_activate()
    assert recorder.state == 'active'
