"""The parameter reference is complete and fresh."""

from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from realvlg_ros.cli import main
from realvlg_ros.cli.parameters import NODES, backend_settings, node_settings, reference
from realvlg_ros.grounding.registry import BACKENDS
from realvlg_ros.settings import settings_of
from realvlg_ros.training.settings import TrainingSettings

ROOT = Path(__file__).parents[2]
COMMAND = 'realvlg parameters --out docs/parameters.md'


def test_the_file_is_what_the_declarations_say():
    text = (ROOT / 'docs' / 'parameters.md').read_text()
    assert text == reference(), f'docs/parameters.md is stale; run: {COMMAND}'
    assert COMMAND in text


def test_no_node_and_no_backend_is_left_out():
    modules = {path.stem for path in (ROOT / 'realvlg_ros' / 'nodes').glob('[a-z]*.py')}
    assert set(NODES) == modules
    assert set(backend_settings()) == set(BACKENDS)


def test_every_setting_has_a_row_with_all_that_is_known():
    rows = [line.split(' | ') for line in reference().splitlines() if line.startswith('| `')]
    names = {row[0].removeprefix('| ').strip('`') for row in rows}
    declared = [
        item
        for cls in (*node_settings().values(), *backend_settings().values(), TrainingSettings)
        for item in settings_of(cls)
    ]
    assert names == {item.name for item in declared}
    for row in rows:
        assert len(row[4]) > 10 and row[1] != '``' and row[2]
    (friction,) = [row for row in rows if row[0] == '| `planner.friction`']
    assert friction[1:] == [
        '`0.4`', '0.01 to 2', 'unitless',
        'Coefficient between finger and object; sets the antipodal cone.', 'yes |',
    ]  # fmt: skip
    (timeout,) = [row for row in rows if row[0] == '| `default_timeout`']
    assert timeout[1:4] == ['`30.0`', '0.1 to 3600', 's'] and timeout[5] == 'yes |'


def test_the_command_writes_it(tmp_path, capsys):
    assert main(['parameters', '--out', str(tmp_path / 'p.md')]) == 0
    assert main(['parameters']) == 0
    assert (tmp_path / 'p.md').read_text() == reference() == capsys.readouterr().out
