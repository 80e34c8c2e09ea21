import json

import pytest

from realvlg_ros.boundary import Boundary
from realvlg_ros.documents import parse_json
from realvlg_ros.errors import LabelError, RunError
from realvlg_ros.resumable import append_line, begin_run, replace_file, whole_lines


def parse(line):
    return parse_json(line, Boundary('a line', LabelError))


def test_a_run_goes_on_with_the_same_options_alone(tmp_path):
    file = tmp_path / 'new' / 'run.json'
    begin_run(file, {'seed': 1, 'count': 5})
    begin_run(file, {'seed': 1, 'count': 9}, ['count'])
    assert json.loads(file.read_text()) == {'seed': 1, 'count': 9}
    with pytest.raises(RunError, match='another seed; give another --out'):
        begin_run(file, {'seed': 2, 'count': 9})
    begin_run(file, {'seed': 1, 'count': 9, 'kind': 'a'}, assumed={'kind': 'a'})


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(RunError, match='cannot be used for a run'):
        begin_run(tmp_path / 'file' / 'run.json', {})
    with pytest.raises(RunError, match='cannot be written'):
        append_line(tmp_path / 'gone' / 'lines', 'x')
    with pytest.raises(RunError, match='cannot be written'):
        replace_file(tmp_path / 'gone' / 'lines', 'x')


@pytest.mark.parametrize('rest', ['', '[3', '[3]', 'no json\n', '\n'])
def test_a_line_that_was_cut_off_is_left_out_and_taken_out(tmp_path, rest):
    path = tmp_path / 'lines.jsonl'
    path.write_text('[1]\n[2]\n' + rest)
    assert whole_lines(path, parse) == [[1], [2]]
    assert path.read_text() == '[1]\n[2]\n' + rest
    assert whole_lines(path, parse, mend=True) == [[1], [2]]
    append_line(path, '[3]')
    assert path.read_text() == '[1]\n[2]\n[3]\n'


def test_a_bad_line_before_the_last_is_named(tmp_path):
    path = tmp_path / 'lines.jsonl'
    path.write_text('[1]\nno json\n[2]\n')
    with pytest.raises(RunError, match='lines.jsonl, line 2'):
        whole_lines(path, parse)
    assert whole_lines(tmp_path / 'gone', parse) == []
    with pytest.raises(RunError, match='no regular file'):
        whole_lines(tmp_path, parse)
