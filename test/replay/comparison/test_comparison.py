import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from made_run import MadeRun

from realvlg_ros.errors import ParameterError, RunError
from realvlg_ros.replay.comparison.comparison import compare_runs
from realvlg_ros.replay.comparison.differing import differing_frames
from realvlg_ros.replay.comparison.figures import Verdict
from realvlg_ros.replay.comparison.limits import NAMES, parse_limits
from realvlg_ros.replay.comparison.page import render_page
from realvlg_ros.replay.comparison.text import describe
from realvlg_ros.replay.comparison.verdict import sentence
from realvlg_ros.replay.runs.run_reader import read_run
from realvlg_ros.transforms import from_quaternion, to_quaternion


@pytest.fixture
def write(tmp_path):
    def made(name, **values):
        return read_run(MadeRun(**values).write(tmp_path / name, recording=False))

    return made


def figures(comparison):
    return {figure.name: figure for figure in comparison.figures}


def test_every_figure_has_a_limit_and_the_other_way_round(write):
    assert tuple(figures(compare_runs(write('a'), write('b'), {}))) == NAMES


def test_equal_runs_are_equal(write):
    comparison = compare_runs(write('a'), write('b'), {})
    assert sentence(comparison) == ('none', 'Both runs came to the same, in every event.')
    found = figures(comparison)
    for name in ('position_mm_max', 'rotation_deg_max', 'statuses_changed', 'followed_drop'):
        assert (found[name].value, found[name].verdict) == (0.0, Verdict.SAME)
    assert found['jitter_position_ratio'].value == found['latency_ratio'].value == 1.0
    assert comparison.used == ()
    assert differing_frames(comparison.pair) == []


def test_a_shift_of_the_grasps_is_measured(write):
    a, b = write('a'), write('b', shift=(0.003, 0.0, 0.004))
    found = figures(compare_runs(a, b, {}))
    assert found['answer_position_mm_max'].value == pytest.approx(5.0)
    for name in ('position_mm_median', 'position_mm_p95', 'position_mm_max'):
        assert found[name].value == pytest.approx(5.0)
        assert found[name].verdict is Verdict.CHANGED
    assert found['rotation_deg_max'].value == pytest.approx(0.0, abs=1e-6)


def test_exchanged_fingers_are_the_same_grasp(write):
    a, b = write('a'), write('b')
    path = b.folder / 'answers.jsonl'
    lines = []
    for line in path.read_text().splitlines():
        values = json.loads(line)
        if 'quaternion_xyzw' in values:
            pose = from_quaternion([0, 0, 0], values['quaternion_xyzw'])
            turned = pose @ np.diag([-1.0, -1.0, 1.0, 1.0])
            values['quaternion_xyzw'] = to_quaternion(turned).tolist()
        lines.append(json.dumps(values))
    path.write_text('\n'.join(lines) + '\n')
    found = figures(compare_runs(a, read_run(b.folder), {}))
    assert found['rotation_deg_max'].value == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize(
    ('before', 'after', 'verdict'),
    [
        ('OK', 'NOT_FOUND', Verdict.WORSE),
        ('NOT_FOUND', 'FAILED', Verdict.WORSE),
        ('TIMED_OUT', 'OK', Verdict.BETTER),
        ('AMBIGUOUS', 'NOT_FOUND', Verdict.CHANGED),
        ('OK', '', Verdict.WORSE),
        ('OK', 'OK', Verdict.SAME),
    ],
)
def test_a_status_gets_better_or_worse(write, before, after, verdict):
    found = figures(
        compare_runs(write('a', statuses=(before,)), write('b', statuses=(after,)), {})
    )
    assert found['statuses_worse'].value == (verdict is Verdict.WORSE)
    assert found['statuses_better'].value == (verdict is Verdict.BETTER)
    assert found['statuses_changed'].value == (verdict is not Verdict.SAME)


def test_more_jitter_less_following_and_slower_stages_are_worse(write):
    a = write('a', jitter=0.0002, hidden=(9.0, 9.0))
    b = write('b', jitter=0.0006, hidden=(2.0, 3.0), step_ms=36.0, seed=1)
    comparison = compare_runs(a, b, {})
    found = figures(comparison)
    assert found['jitter_position_ratio'].value == pytest.approx(3.0, rel=0.3)
    assert found['followed_drop'].value == pytest.approx(1 / 3)
    assert (found['followed_drop'].a, found['followed_drop'].b) == (1.0, pytest.approx(2 / 3))
    assert found['latency_ratio'].value == pytest.approx(37.35 / 13.35, rel=0.01)
    for name in ('jitter_position_ratio', 'followed_drop', 'latency_ratio'):
        assert found[name].verdict is Verdict.WORSE
    tone, words = sentence(comparison)
    assert tone == 'bad'
    assert 'fewer frames are followed, by 33.3 % points' in words
    assert sentence(compare_runs(b, a, {}))[0] == 'good'


@pytest.mark.parametrize(('jumps', 'tone'), [(1, 'mixed'), (2, 'bad')])
def test_one_more_jump_alone_is_not_red(write, jumps, tone):
    a, b = write('a'), write('b')
    path = b.folder / 'answers.jsonl'
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for values in lines:
        # To another grasp, and back again.
        if values['event'] == 'target' and 3.4 < values['t_s'] < (9 if jumps == 1 else 3.7):
            values['position_m'][0] += 0.02
    path.write_text('\n'.join(map(json.dumps, lines)) + '\n')
    comparison = compare_runs(a, read_run(b.folder), {})
    assert figures(comparison)['jumps_more'].value == jumps
    found, words = sentence(comparison)
    assert found == tone
    assert words.startswith(f'B is worse: {jumps} more jump{"s" if jumps > 1 else ""} to another')


def test_parameters_that_differ_are_listed(write):
    b = write('b', parameters=(('lost_after', 1.0), ('gate', 22.5)))
    (used,) = compare_runs(write('a'), b, {}).used
    assert (used.name, used.a, used.b) == ('parameters.tracker.lost_after', 2.0, 1.0)


def test_goals_are_paired_by_words_and_time(write):
    a = write('a', instructions=('the box', 'the mug'), statuses=('OK', 'OK'))
    b = write('b', instructions=('the box', 'the cup'), statuses=('OK', 'OK'))
    comparison = compare_runs(a, b, {})
    assert [(bool(g.a), bool(g.b)) for g in comparison.pair.goals] == [
        (True, True),
        (True, False),
        (False, True),
    ]
    assert figures(comparison)['goals_unpaired'].value == 2


def test_poses_in_other_frames_are_not_compared(write):
    b = write('b')
    path = b.folder / 'answers.jsonl'
    path.write_text(path.read_text().replace('base_link', 'world'))
    comparison = compare_runs(write('a'), read_run(b.folder), {'position_mm_max': 1000.0})
    assert figures(comparison)['position_mm_max'].value is None
    assert not comparison.within_limits
    assert comparison.remarks[-1].startswith(
        'The poses of A are in base_link, those of B in world'
    )


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'seconds': 5.0}, 'they last 4.000 s and 5.000 s'),
        ({'rate_hz': 20.0}, '/color has 40 messages and 80 messages'),
    ],
)
def test_another_bag_is_refused_unless_forced(write, change, words):
    a, b = write('a'), write('b', **change)
    with pytest.raises(RunError, match='not on the same bag') as caught:
        compare_runs(a, b, {})
    assert words in str(caught.value)
    assert any(words in remark for remark in compare_runs(a, b, {}, force=True).remarks)


def test_the_storage_and_the_path_may_differ(write):
    b = write('b')
    facts = json.loads((b.folder / 'run.json').read_text())
    facts['bag'] |= {'path': 'elsewhere', 'storage': 'sqlite3'}
    (b.folder / 'run.json').write_text(json.dumps(facts))
    assert compare_runs(write('a'), read_run(b.folder), {}).remarks


def test_frames_that_only_one_run_follows_are_shown_once_a_stretch(write):
    a, b = write('a', hidden=(9.0, 9.0)), write('b', hidden=(2.0, 3.0))
    (frame,) = differing_frames(compare_runs(a, b, {}).pair)
    assert frame.t == 2.0
    assert 'only A has a followed grasp, for 10 frames' in frame.title
    assert frame.words == ('CONFIRMED', 'OCCLUDED: out of sight')


def test_the_frames_farthest_apart_are_shown(write):
    frames = differing_frames(
        compare_runs(*(write(n, seed=k, seconds=14.0) for k, n in enumerate('ab')), {}).pair
    )
    distances = [frame.size for frame in frames]
    assert len(distances) == 4 and min(distances) > 0.0005


@pytest.mark.parametrize(
    ('given', 'limits'),
    [
        ([], {}),
        (
            ['statuses_worse=0', ' position_mm_p95 =2.5'],
            {'statuses_worse': 0.0, 'position_mm_p95': 2.5},
        ),
    ],
)
def test_limits_are_read(given, limits):
    assert parse_limits(given) == limits


@pytest.mark.parametrize(
    ('given', 'words'),
    [
        (['statuses_worse'], 'not NAME=VALUE'),
        (['status_worse=1'], 'did you mean statuses_worse?'),
        (['nothing=1'], f'known: {", ".join(NAMES)}'),
        (['latency_ratio=fast'], "'fast', not a number"),
        (['latency_ratio=nan'], 'not a number'),
        (['latency_ratio=1', 'latency_ratio=2'], 'given twice'),
    ],
)
def test_wrong_limits_are_refused(given, words):
    with pytest.raises(ParameterError) as caught:
        parse_limits(given)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ('limits', 'within'),
    [({'position_mm_max': 5.1}, True), ({'position_mm_max': 4.9}, False)],
)
def test_a_limit_is_the_largest_value_that_is_allowed(write, limits, within):
    comparison = compare_runs(write('a'), write('b', shift=(0.003, 0.0, 0.004)), limits)
    assert comparison.within_limits is within
    assert ('BROKEN' in describe(comparison)) is not within


def test_a_figure_that_is_not_known_breaks_its_limit(write):
    a, b = (write(name, statuses=('NOT_FOUND',)) for name in 'ab')
    comparison = compare_runs(a, b, {'position_mm_max': math.inf})
    assert not comparison.within_limits


def test_words_from_outside_cannot_steer_the_terminal_or_the_page(write):
    evil = '\x1b[2J<script>x</script>'
    runs = [write(name, instructions=(evil,), message=evil) for name in 'ab']
    comparison = compare_runs(*runs, {})
    assert '\x1b' not in describe(comparison)
    assert '<script>x' not in render_page(comparison)


def test_the_page_of_the_manual_tells_every_figure():
    text = (Path(__file__).parents[3] / 'docs' / 'replay.md').read_text()
    table = text.partition('| figure |')[2]
    named = [name for row in table.splitlines() for name in re.findall(r'`(\w+)`', row[:130])]
    assert tuple(name for name in named if name in NAMES) == NAMES


def test_the_goals_and_the_figures_of_a_page_name_the_same_shares(write):
    a, b = write('a', hidden=(9.0, 9.0)), write('b', hidden=(9.0, 9.0))
    # B begins to follow later.
    path = b.folder / 'answers.jsonl'
    lines = path.read_text().splitlines(keepends=True)
    targets = [line for line in lines if json.loads(line)['event'] == 'target']
    path.write_text(''.join(line for line in lines if line not in targets[: len(targets) // 4]))
    comparison = compare_runs(a, read_run(b.folder), {})
    (goal,) = comparison.pair.goals
    dropped = figures(comparison)['followed_drop']
    assert goal.followed == (dropped.a, dropped.b) == (1.0, pytest.approx(0.75, abs=0.02))
    goals = render_page(comparison).split('id="figures"')[0]
    assert f'{100 * dropped.b:.1f} %' in goals


def test_what_got_faster_in_all_is_told_of_all_stages(write):
    a, b = write('a', step_ms=36.0), write('b')
    assert 'It took more time' in sentence(compare_runs(b, a, {}))[1]
    words = sentence(compare_runs(a, b, {}))[1]
    assert 'It took less time on the machine as it was: wall time of all stages is 0.' in words


def test_jitter_that_differs_by_chance_is_the_same(write):
    a, b = write('a', jitter=0.001), write('b', jitter=0.00104)
    found = figures(compare_runs(a, b, {}))
    assert found['jitter_position_ratio'].value == pytest.approx(1.04, abs=0.02)
    assert found['jitter_position_ratio'].verdict is Verdict.SAME
