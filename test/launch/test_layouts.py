"""The layouts of RViz and Foxglove show topics that exist, live or in the out.mcap of a replay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')
pytest.importorskip('vision_msgs', reason='vision_msgs is not installed')

from planned_solids import FRANKA_HAND
from replay_run import ReplayRun

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.known_types import known_types
from realvlg_ros.replay.outputs.run_bag import RunBag

CONFIG = Path(__file__).parents[2] / 'config'
FOXGLOVE = json.loads((CONFIG / 'realvlg.foxglove.json').read_text())
PANELS: dict[str, Any] = FOXGLOVE['configById']
Topics = dict[str, str]


@pytest.fixture(scope='module')
def live(ros_context: None) -> Topics:
    """Topics that the nodes publish in the namespace of the launch files, and their types."""
    found: Topics = {}
    for cls in (GroundingNode, GraspNode, GraspServer):
        node = cls(cli_args=['--ros-args', '-r', '__ns:=/realvlg'])
        try:
            node.trigger_configure()
            for name, types in node.get_publisher_names_and_types_by_node(
                node.get_name(), '/realvlg'
            ):
                found[name] = types[0]
        finally:
            node.trigger_shutdown()
            node.destroy_node()
    return found


@pytest.fixture(scope='module')
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Topics:
    """Topics of the out.mcap of a replay, and their types."""
    path = tmp_path_factory.mktemp('run') / 'out.mcap'
    run = ReplayRun({'instruction': 'take the slab', 'wait_for_stable': False})
    run.play_frames(8)
    with RunBag(path, FRANKA_HAND) as bag:
        for step in run.steps:
            bag.add(step)
    with Bag(path) as written:
        return {topic.name: topic.type for topic in written.topics}


def paths_of(panel: str) -> Iterator[str]:
    """The topics of a panel, with the path of fields behind them where it has one."""
    config = PANELS[panel]
    kind = panel.partition('!')[0]
    if kind == '3D':
        yield from config['topics']
    elif kind == 'Image':
        yield config['imageMode']['imageTopic']
    elif kind in ('Plot', 'StateTransitions'):
        yield from (each['value'] for each in config['paths'])
    elif kind == 'RawMessages':
        yield config['topicPath']
    elif kind == 'DiagnosticSummary':
        yield config['topicToRender']
    else:
        assert kind == 'Tab', kind


def placed(layout: Any) -> Iterator[str]:
    """The panels of a part of the layout, those in tabs too."""
    if isinstance(layout, dict):
        assert layout['direction'] in ('row', 'column')
        for side in ('first', 'second'):
            yield from placed(layout[side])
        return
    yield layout
    for tab in PANELS[layout].get('tabs', ()):
        yield from placed(tab['layout'])


def shown_by_rviz(name: str) -> set[str]:
    return set(re.findall(r'(?:Value|Topic): (/\S+)', (CONFIG / name).read_text()))


def test_every_panel_of_foxglove_has_its_place() -> None:
    assert sorted(placed(FOXGLOVE['layout'])) == sorted(PANELS)
    kinds = {panel.partition('!')[0] for panel in PANELS}
    assert kinds >= {'Image', '3D', 'RawMessages', 'StateTransitions', 'Plot', 'DiagnosticSummary'}


def test_foxglove_shows_topics_that_exist(live: Topics, replayed: Topics) -> None:
    shown = {path.partition('.')[0] for panel in PANELS for path in paths_of(panel)}
    # One layout for both: what only one of them has is an image of its own, and the points.
    assert shown - live.keys() == {'/realvlg/overlay/compressed', '/realvlg/cloud'}
    assert shown - replayed.keys() == {'/realvlg/debug_image'}


def test_the_fields_that_foxglove_shows_exist(live: Topics, replayed: Topics) -> None:
    types = {**live, **replayed}
    seen = 0
    for panel in PANELS:
        for path in paths_of(panel):
            topic, *fields = path.split('.')
            current = types[topic]
            for field in fields:
                name = re.sub(r'\[\d+\]$', '', field)
                kinds = dict(known_types().fielddefs[current][1])
                assert name in kinds, f'{path}: {current} has no {name}'
                detail = kinds[name][1]
                # Of a sequence the type of its elements.
                element = detail[0][1] if isinstance(detail[0], tuple) else detail
                current = element if isinstance(element, str) else ''
                seen += 1
    assert seen > 20


def test_the_names_of_states_are_those_of_the_messages() -> None:
    from realvlg_ros.msg import GraspTarget, Grounding

    by_label = {each['label']: each for each in PANELS['StateTransitions!states']['paths']}
    for label, message in (('target', GraspTarget), ('grounding', Grounding)):
        states = by_label[label]['customStates']['states']
        assert all(getattr(message, each['label']) == int(each['value']) for each in states)
        constants = [name for name in dir(message) if name.isupper()]
        assert {each['label'] for each in states} == {
            name for name in constants if isinstance(getattr(message, name), int)
        }


def test_rviz_shows_topics_that_exist(live: Topics, replayed: Topics) -> None:
    camera = {topic for topic in shown_by_rviz('realvlg.rviz') if topic.startswith('/camera/')}
    assert len(camera) == 2
    assert shown_by_rviz('realvlg.rviz') - camera <= live.keys()
    of_replay = shown_by_rviz('realvlg_replay.rviz')
    assert len(of_replay) == 3 and of_replay <= replayed.keys()
