"""Faults of a camera's streams on the graph: what is answered, and how targets end and go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from field import Row, table
from odd_camera import OddCamera
from realvlg_ros.action import Ground, PlanGrasps
from realvlg_ros.msg import GraspTarget, Grounding
from ros_graph import Goal, Graph, plan, wait_until

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode

SENTENCE = 'pick up the red box'
ALL = ('camera_info', 'color', 'depth')
# Frames that come after a longer pause are of a machine that is too busy, s; a node takes it for
# a fault of the camera.
PAUSE_S = 0.3


class Shared(Graph):
    """The graph of this module: its camera, what it has published, and its diagnostics."""

    def __init__(self) -> None:
        super().__init__()
        self.camera = OddCamera(self.node, rate=20.0)
        self.targets = self.record_targets()
        self.diagnostics = self.record_diagnostics()
        self.add(GroundingNode, image_timeout=0.6, max_image_age=0.3)
        self.grasp_node = self.add(
            GraspNode, **{'tracker.fused_plans': 1, 'tracker.retry_period': 0.2}
        )
        self.add(GraspServer, retry_period=0.05)

    def follow(self) -> GraspTarget:
        """A target that is stable, of a frame of now; the topic has come as far as it."""

        def asked() -> Any:
            result = plan(self, SENTENCE, insist=True, wait_for_stable=True).result()
            now = self.node.get_clock().now().nanoseconds * 1e-9
            true = abs(result.target.header.stamp.sec - now) < 10
            return result.target if result.status == PlanGrasps.Result.OK and true else None

        target = wait_until(asked, 'a stable target')

        def shown() -> bool:
            return any(t.request_id == target.request_id and t.stable for t in self.targets)

        # Answers of actions overtake messages on a busy machine.
        wait_until(shown, 'the stable target on the topic')
        return target

    def ground(self) -> Grounding:
        """The answer to a sentence."""
        goal = Ground.Goal(instruction=SENTENCE)
        answer: Grounding = Goal(self, Ground, 'ground', goal, insist=True).result().grounding
        return answer

    def after(self, index: int, what: str, wanted: Callable[[GraspTarget], bool]) -> GraspTarget:
        """The first of the targets published after so many that is as wanted."""
        try:
            return wait_until(
                lambda: next((t for t in self.targets[index:] if wanted(t)), None), what
            )
        except AssertionError as error:
            last = [
                f'{t.request_id} {t.state} {t.stable} {t.message!r}' for t in self.targets[-5:]
            ]
            raise AssertionError(f'{error}: {len(self.targets) - index} came: {last}') from None

    def count_in_diagnostics(self, key: str) -> int:
        """A count of grasp_node's camera."""
        values = [
            int(value.value)
            for array in list(self.diagnostics)[-10:]
            for status in array.status
            if status.name == 'grasp_node: camera'
            for value in status.values
            if value.key == key
        ]
        return values[-1] if values else 0


@pytest.fixture(scope='module')
def shared(ros_context: None) -> Iterator[Shared]:
    graph = Shared()
    yield graph
    graph.close()


@pytest.fixture
def graph(shared: Shared) -> Iterator[Shared]:
    yield shared
    shared.camera.behave()
    shared.camera.restore()
    shared.camera.resume()


def stopped(part: str) -> Callable[[Shared], None]:
    return lambda graph: graph.camera.replace({part: None})


def stamped(stamp: Any) -> Callable[[Shared], None]:
    def begin(graph: Shared) -> None:
        graph.camera.stamp = stamp

    return begin


def late_depth(graph: Shared) -> None:
    graph.camera.depth_lag = 10


ANSWERS = [
    Row('all stamps zero', stamped(lambda name, now: 0.0), 'FAILED',
        ('stamps of color are zero', 'header.stamp')),
    Row('depth stamps zero', stamped(lambda name, now: 0.0 if name == 'depth' else now), 'FAILED',
        ('stamps of depth are zero',)),
    Row('stamps stand still', stamped(lambda name, now: 5.0), 'FAILED', ('do not advance',)),
    Row('depth stops', stopped('depth_msg'), 'FAILED', ('depth has stopped', 'color', '/depth')),
    Row('the camera stops', lambda graph: graph.camera.pause(), 'FAILED',
        ('no frame within 0.6 s', 'the camera has stopped')),
    Row('depth 0.5 s late with right stamps', late_depth, 'OK'),
    Row('camera_info once', stopped('info_msg'), 'OK'),
]  # fmt: skip


@table(ANSWERS)
def test_a_request_names_what_the_streams_do_now(graph: Shared, row: Row) -> None:
    graph.follow()
    row.given(graph)

    status = getattr(Grounding, row.status)

    def answered() -> Grounding | None:
        # Frames from before may still be on their way.
        answer = graph.ground()
        return answer if answer.status == status and row.says(answer.message) else None

    wait_until(answered, f'the right answer of {row.id}')
    if row.status == 'FAILED':
        wait_until(
            lambda: any(
                row.words[-1].lower() in status.message.lower() and status.level != b'\x00'
                for array in list(graph.diagnostics)[-4:]
                for status in array.status
                if status.name == 'grasp_node: camera'
            ),
            f'{row.words[-1]!r} in the diagnostics',
        )


@table([
    Row('zero', 0.0, 'CONFIRMED'), Row('far future', 4e9, 'CONFIRMED'),
])  # fmt: skip
def test_one_odd_stamp_on_each_stream_does_not_end_a_target(graph: Shared, row: Row) -> None:
    request_id = graph.follow().request_id
    counts = {part: graph.count_in_diagnostics(f'{part}_outliers') for part in ALL}
    begin, sent = len(graph.targets), len(graph.camera.times)
    for part in ALL:
        graph.camera.once = {part: row.given}
        wait_until(lambda: not graph.camera.once, 'the odd message')
    index = len(graph.targets)
    graph.after(index + 20, 'twenty more targets', lambda target: target.stable)
    mine = [t for t in graph.targets[begin:] if t.request_id == request_id]
    if graph.camera.longest_pause(sent) < PAUSE_S:
        assert {t.state for t in mine} == {GraspTarget.CONFIRMED}
    # Where the camera of the test stood still itself, nothing but that ends a target.
    lost = [t.message for t in mine if t.state == GraspTarget.LOST]
    assert all('jumped ahead' in words or 'no frame' in words for words in lost), lost
    for part in ALL:
        wait_until(
            lambda part=part: graph.count_in_diagnostics(f'{part}_outliers') > counts[part],
            f'count of the odd stamp of {part}',
        )


@table([
    Row('a loop of 60 s', -60.0, 'LOST', ('image stamps jumped back by 59.',)),
    Row('a loop of 1 s', -1.0, 'LOST', ('image stamps jumped back by ',)),
    Row('set an hour ahead', 3600.0, 'LOST', ('image stamps jumped ahead by 3600.',)),
])  # fmt: skip
def test_a_jump_ends_targets_with_the_reason_and_they_are_found_again(
    graph: Shared, row: Row
) -> None:
    lost = lost_after_a_jump(graph, row.given)
    row.check('LOST', lost.message)
    after = graph.targets.index(lost)
    graph.after(
        after, 'the target again',
        lambda target: target.stable and target.request_id == lost.request_id,
    )  # fmt: skip


def lost_after_a_jump(graph: Shared, shift: float) -> GraspTarget:
    """The last word of a target whose camera's clock jumps, s, and does nothing else."""
    for _ in range(10):
        graph.camera.behave()
        request_id = graph.follow().request_id
        begin, sent = len(graph.targets), len(graph.camera.times)
        graph.camera.stamp = lambda name, now: now + shift
        lost = graph.after(
            begin, 'a last word',
            lambda target, mine=request_id: (
                target.state == GraspTarget.LOST and target.request_id == mine
            ),
        )  # fmt: skip
        # The camera of a test on a machine that is too busy may stand still itself.
        if 'no frame' not in lost.message or graph.camera.longest_pause(sent) < PAUSE_S:
            break
    return lost


def test_a_target_is_stable_only_while_frames_come(graph: Shared) -> None:
    request_id = graph.follow().request_id
    begin = len(graph.targets)
    graph.camera.pause()
    first = graph.after(
        begin, 'a doubt', lambda target: not target.stable and target.request_id == request_id
    )
    assert 'no frame for ' in first.message and 'the camera has stopped' in first.message
    assert first.state == GraspTarget.OCCLUDED
    since = graph.targets.index(first)
    graph.camera.resume()
    again = graph.after(since, 'a stable target', lambda target: target.stable)
    assert again.request_id == request_id


def test_a_dead_camera_loses_targets_and_they_are_found_when_it_is_back(graph: Shared) -> None:
    request_id = graph.follow().request_id
    begin = len(graph.targets)
    graph.camera.pause()
    lost = graph.after(
        begin, 'a loss',
        lambda target: target.state == GraspTarget.LOST and target.request_id == request_id,
    )  # fmt: skip
    assert 'the camera has stopped' in lost.message
    since = graph.targets.index(lost)
    graph.camera.resume()
    again = graph.after(since, 'the target again', lambda target: target.stable)
    assert again.request_id == request_id and again.state == GraspTarget.CONFIRMED


def test_frames_that_cannot_be_used_end_stability_with_the_reason(graph: Shared) -> None:
    request_id = graph.follow().request_id
    begin = len(graph.targets)
    assert graph.camera.depth_msg is not None
    graph.camera.depth_msg.encoding = 'rgb17'
    first = graph.after(
        begin, 'a doubt', lambda target: not target.stable and target.request_id == request_id
    )
    assert 'no usable frame for ' in first.message and 'rgb17' in first.message


def test_frames_in_which_following_fails_end_stability_with_the_reason(
    graph: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> None:
        raise ValueError('not foreseen')

    request_id = graph.follow().request_id
    begin = len(graph.targets)
    monkeypatch.setattr(graph.grasp_node._tracker, 'update', fail)
    first = graph.after(
        begin, 'a doubt', lambda target: not target.stable and target.request_id == request_id
    )
    assert 'no usable frame for ' in first.message and 'not foreseen' in first.message
