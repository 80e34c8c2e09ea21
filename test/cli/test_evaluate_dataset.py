import json
import re

import made_datasets as made
import pytest

from realvlg_ros.cli import main

BACKEND = 'color_grounder:made_backend'


def command(data, out, *more):
    return ['evaluate', str(data), '--backend', BACKEND, '--out', str(out), *more]


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    """A run with curves and with a backend that takes one colour for the other."""
    parent = tmp_path_factory.mktemp('evaluate')
    data = made.make_realvlg(parent / 'data')
    (parent / 'swapped.yaml').write_text('swapped: true\n')
    more = ('--conditions', 'darker', '--against', BACKEND)
    more += ('--against-options', str(parent / 'swapped.yaml'))
    assert main(command(data, parent / 'run', *more)) == 0
    return parent / 'run'


def test_the_table_has_both_rules_the_splits_and_the_article(run):
    table = (run / 'table.txt').read_text()
    for words in (
        '6 questions about 3 images of RealVLG metadata',
        'official rule', 'strict rule', 'split novel', 'sentence: look', 'mAP',
        'darker (share of the light)', '-25 % to -15 %', 'RealVLG-R1 3B GRPO',
        'beside the article',
    ):  # fmt: skip
        assert words in table
    # Six right of the one, none of the other: 2 / 2**6.
    assert 'McNemar: the first is better (p = 0.0312)' in table


def test_the_json_has_the_figures(run):
    figures = json.loads((run / 'figures.json').read_text())
    assert figures['whole']['strict']['accuracy']['value'] == 1
    assert set(figures['splits']) == {'seen', 'similar', 'novel'}
    assert figures['robustness'][0]['article'] == [-0.25, -0.15]
    assert figures['against']['test']['first_only'] == 6


def test_the_page_holds_all_it_shows(run):
    page = (run / 'report.html').read_text()
    assert page.count('data:image/jpeg;base64,') == 6
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert '<script src' not in page
    for words in ('alone is right', 'wrong object', 'Robustness', 'Beside the article'):
        assert words in page


def test_the_same_command_goes_on_and_writes_the_same(run, capsys):
    names = ('results.jsonl', 'against/results.jsonl', 'table.txt', 'figures.json', 'report.html')
    before = {name: (run / name).read_bytes() for name in names}
    lines = before['results.jsonl'].splitlines(keepends=True)
    (run / 'results.jsonl').write_bytes(lines[0] + lines[1][:50])
    more = ('--conditions', 'darker', '--against', BACKEND)
    more += ('--against-options', str(run.parent / 'swapped.yaml'))
    assert main(command(run.parent / 'data', run, *more)) == 0
    assert {name: (run / name).read_bytes() for name in names} == before
    assert str(run / 'report.html') in capsys.readouterr().out


def test_a_sentence_cannot_write_into_the_page(tmp_path):
    data = made.make_realvlg(tmp_path / 'data', (100,))
    (file,) = (data / 'metadata').rglob('*.json')
    items = json.loads(file.read_text())
    items[0]['description'] = 'the <script>alert(1)</script> mug'
    file.write_text(json.dumps(items))
    assert main(command(data, tmp_path / 'run')) == 0
    page = (tmp_path / 'run' / 'report.html').read_text()
    assert '<script>alert' not in page
    assert '&lt;script&gt;alert(1)' in page


# What is given wrongly, and what is said of it.
WRONG = {
    'task': (['--task', 'boxes'], "task 'boxes' is not one of box, mask, grasp, contact"),
    'condition': (['--conditions', 'fog'], "condition 'fog' is not one of all, darker"),
    'grasps': (['--grasps', 'mine'], "grasps 'mine' is not one of auto, model, planner"),
    'images': (['--images', '-1'], 'images is -1'),
    'workers': (['--workers', '0'], 'workers is 0; expected 1 to'),
    'gpus': (['--ray', 'local', '--gpus', '-1'], 'gpus is -1.0'),
    'backend': (['--against', 'none'], "backend is 'none'"),
    'options': (['--against-options', 'x.yaml'], 'without --against'),
    'split': (['--split', 'nowhere'], '2 samples are not of the split nowhere'),
}


@pytest.mark.parametrize('case', WRONG)
def test_bad_input_is_named(tmp_path, capsys, case):
    more, words = WRONG[case]
    data = made.make_realvlg(tmp_path / 'data', (100,))
    assert main(command(data, tmp_path / 'run', *more)) == 2
    assert words in capsys.readouterr().err


def test_a_data_set_of_another_task_is_named(tmp_path, capsys):
    data = made.make_cornell(tmp_path / 'data')
    assert main(command(data, tmp_path / 'first', '--task', 'grasp', '--published')) == 2
    assert 'no image is the first of a scene' in capsys.readouterr().err
    assert main(command(data, tmp_path / 'run', '--task', 'mask')) == 2
    assert '1 samples have no truth for the task mask' in capsys.readouterr().err
