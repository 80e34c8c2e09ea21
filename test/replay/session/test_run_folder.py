import json

import pytest

from realvlg_ros.errors import ReplayError
from realvlg_ros.replay.session.run_folder import RunFolder
from realvlg_ros.replay.session.step import Step


def step(number, frame=None):
    made = Step(number, number, number, frame, timings_ms={'track': 1.23456})
    made.notice(f'notice {number}')
    return made


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_came_is_there_at_once(tmp_path):
    with RunFolder(tmp_path / 'run') as folder:
        folder.describe({'format': 'begun'})
        folder.add(step(1_000_000_000))
        assert lines_of(folder.path / 'answers.jsonl') == [
            {'event': 'notice', 'stamp_ns': 1_000_000_000, 't_s': 1.0,
             'message': 'notice 1000000000'},
        ]  # fmt: skip
        assert lines_of(folder.path / 'timings.jsonl') == []
        folder.add(step(5, frame=object()))
        assert lines_of(folder.path / 'timings.jsonl')[0]['ms'] == {'track': 1.235}
        folder.describe({'format': 'done'})
    assert json.loads((tmp_path / 'run' / 'run.json').read_text()) == {'format': 'done'}
    assert sorted(file.name for file in folder.path.iterdir()) == [
        'answers.jsonl', 'run.json', 'timings.jsonl',
    ]  # fmt: skip


def test_a_run_is_replaced_only_when_that_is_asked_for(tmp_path):
    with RunFolder(tmp_path) as folder:
        folder.add(step(1))
    (tmp_path / 'notes.txt').write_text('mine')
    (tmp_path / 'out.mcap').write_text('old')
    (tmp_path / '.out.mcap.1234').mkdir()
    with pytest.raises(ReplayError, match='--force'):
        RunFolder(tmp_path)
    assert len(lines_of(tmp_path / 'answers.jsonl')) == 1
    with RunFolder(tmp_path, force=True):
        assert lines_of(tmp_path / 'answers.jsonl') == []
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        'answers.jsonl', 'notes.txt', 'timings.jsonl',
    ]  # fmt: skip


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(ReplayError, match='cannot be written'):
        RunFolder(tmp_path / 'file' / 'run')
