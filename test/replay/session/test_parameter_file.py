from dataclasses import dataclass, field

import pytest

from realvlg_ros.errors import ParameterError
from realvlg_ros.replay.session.parameter_file import read_parameters
from realvlg_ros.settings import Settings, setting


@dataclass(frozen=True)
class Tracker(Settings):
    gap: float = setting(2.0, 'Gap.', unit='s', low=0.0, high=9.0, former=('gap_s',))


@dataclass(frozen=True)
class Grasp(Settings):
    gripper: str = setting('hand', 'Gripper.')
    tracker: Tracker = field(default_factory=Tracker)


@dataclass(frozen=True)
class Server(Settings):
    limit: float = setting(30.0, 'Limit.', unit='s', low=0.0, high=99.0)


NODES = {'grasp_node': Grasp, 'grasp_server': Server}


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / 'p.yaml').write_text(text)
        return read_parameters(tmp_path / 'p.yaml', NODES)

    return read


def test_without_a_file_there_are_the_defaults():
    assert read_parameters(None, NODES) == {'grasp_node': Grasp(), 'grasp_server': Server()}


@pytest.mark.parametrize(
    'text',
    [
        '/**: {ros__parameters: {tracker: {gap: 3.0}, use_sim_time: true}}',
        '/**: {ros__parameters: {tracker.gap: 3.0}}',
        '/realvlg/grasp_node: {ros__parameters: {tracker: {gap: 3.0}}}',
        '/**/grasp_node: {ros__parameters: {tracker: {gap: 3.0}}}',
        'realvlg: {grasp_node: {ros__parameters: {tracker: {gap: 3.0}}}}',
        '/**: {ros__parameters: {tracker: {gap: 1.0}}}\n'
        'grasp_node: {ros__parameters: {tracker: {gap: 3.0}}}',
        'grasp_node: {ros__parameters: {tracker: {gap_s: 3.0}}}',
        '/**: {ros__parameters: {tracker: {gap: 3.0}}}\n'
        'other_node: {ros__parameters: {tracker: {gap: 5.0}, unknown: 1}}',
    ],
)
def test_a_value_is_found_wherever_ros_would_find_it(read, text):
    found = read(text)
    assert found['grasp_node'] == Grasp(tracker=Tracker(3.0))
    assert found['grasp_server'] == Server()


def test_one_file_may_hold_the_parameters_of_several_nodes(read):
    found = read('/**: {ros__parameters: {gripper: claw, limit: 9.0}}')
    assert (found['grasp_node'].gripper, found['grasp_server'].limit) == ('claw', 9.0)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', 'p.yaml: no parameters'),
        ('tracker: {gap: 3.0}', 'p.yaml: no parameters'),
        ('- 1', 'p.yaml: no parameters'),
        ('/**: {ros__parameters: {tracker: {gab: 3.0}}}', "did you mean 'tracker.gap'"),
        ('/**: {ros__parameters: {tracker: {gap: 10.0}}}', 'expected 0 to 9 s'),
        (
            'grasp_node: {ros__parameters: {limit: 3.0}}',
            "'limit' is not a parameter of grasp_node",
        ),
        ('/**: {', 'not YAML'),
        ('/**: {ros__parameters: &a {b: *a}}', 'p.yaml'),
        ('a: 2026-13-41', 'not YAML'),
    ],
)
def test_what_cannot_be_taken_is_refused(read, text, words):
    with pytest.raises(ParameterError) as error:
        read(text)
    assert words in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ParameterError, match='cannot be read'):
        read_parameters(tmp_path / 'none.yaml', NODES)
