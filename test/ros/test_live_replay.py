"""A bag that is played to the nodes: over and over, and with pauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from played_bag import FIXED_FRAME, Player, write_table_bag
from realvlg_ros.msg import GraspTarget
from ros_graph import Graph, wait_until
from std_srvs.srv import Trigger
from tracking_graph import asked, start

pytest.importorskip('tf2_msgs', reason='tf2_msgs is not installed')


@pytest.fixture
def graph(ros_context: None) -> Iterator[Graph]:
    graph = Graph()
    yield graph
    graph.close()


@pytest.fixture(scope='module')
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table_bag(tmp_path_factory.mktemp('bags') / 'table.mcap', seconds=5.0)


def test_a_target_is_found_again_after_a_loop_and_after_a_pause(graph: Graph, bag: Path) -> None:
    start(graph, use_sim_time=True, fixed_frame=FIXED_FRAME, image_reliability='reliable')
    targets = graph.record_targets()

    def next_of(condition: Callable[[GraspTarget], bool], what: str) -> GraspTarget:
        """The next target from now on of which something holds."""
        begin = len(targets)
        return wait_until(
            lambda: next((each for each in targets[begin:] if condition(each)), None), what
        )

    with Player(bag, loop=True):
        request = asked(graph).request_id

        def follows(target: GraspTarget) -> bool:
            return (
                target.state == target.CONFIRMED
                and bool(target.grasps)
                and target.request_id == request
            )

        lost = next_of(lambda target: 'jumped back by' in target.message, 'a word on the loop')
        assert (lost.state, lost.request_id) == (lost.LOST, request)
        next_of(follows, 'the target after the loop')

        # A pause that is longer than the tracker waits.
        told = graph.call(Trigger, '/bag_player/pause', Trigger.Request())
        assert told.success and told.message.startswith('paused at')
        next_of(
            lambda target: target.state == target.LOST and 'no frame for' in target.message,
            'a word on the pause',
        )
        graph.call(Trigger, '/bag_player/resume', Trigger.Request())
        found = next_of(follows, 'the target after the pause')
        assert found.header.frame_id == FIXED_FRAME
