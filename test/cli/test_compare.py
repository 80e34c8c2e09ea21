import pytest
from made_run import MadeRun

from realvlg_ros.cli import main


@pytest.fixture(scope='module')
def folders(tmp_path_factory):
    parent = tmp_path_factory.mktemp('made')
    made = {
        'a': MadeRun(),
        'b': MadeRun(statuses=('NOT_FOUND',), step_ms=30.0),
        'other': MadeRun(seconds=3.0),
    }
    return {name: str(run.write(parent / name)) for name, run in made.items()}


@pytest.mark.parametrize(
    ('b', 'limits', 'status'),
    [
        ('b', [], 0),
        ('a', ['statuses_worse=0', 'latency_ratio=1.2'], 0),
        ('b', ['statuses_worse=0'], 1),
        ('b', ['statuses_worse=1', 'latency_ratio=1.2'], 1),
        ('b', ['statuses_worse=1'], 0),
        ('b', ['speed=1'], 2),
        ('other', [], 2),
    ],
)
def test_the_exit_status_tells_whether_limits_hold(folders, capsys, b, limits, status):
    options = [word for limit in limits for word in ('--limit', limit)]
    assert main(['compare', folders['a'], folders[b], *options]) == status
    said = capsys.readouterr()
    assert ('BROKEN' in said.out) == (status == 1)
    assert said.err.startswith('realvlg: ') == (status == 2)


def test_the_table_and_the_page(folders, tmp_path, capsys):
    page = tmp_path / 'new' / 'compared.html'
    assert main(['compare', folders['a'], folders['b'], '--out', str(page)]) == 0
    out = capsys.readouterr().out
    assert '1. "pick up the red box"' in out and 'NOT_FOUND after 0.50 s' in out
    assert str(page) in out
    text = page.read_text()
    assert 'B is worse: 1 goal ended worse' in text
    # The answers of both, side by side.
    assert text.count('data:image/jpeg;base64,') >= 2


def test_what_is_no_run_is_refused(folders, tmp_path, capsys):
    assert main(['compare', folders['a'], str(tmp_path)]) == 2
    assert 'is no run folder' in capsys.readouterr().err
    assert main(['compare', folders['a'], folders['a'], '--out', str(tmp_path)]) == 2
    assert 'cannot be written' in capsys.readouterr().err


def test_other_bags_are_compared_when_forced(folders, capsys):
    assert main(['compare', folders['a'], folders['other'], '--force']) == 0
    assert 'The bags differ: they last 4.000 s and 3.000 s' in capsys.readouterr().out
