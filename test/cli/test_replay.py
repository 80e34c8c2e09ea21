import json
import signal
import threading
from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from realvlg_ros.cli import main
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.outputs import topics

# Enough for a stable target, in small images.
FRAMES = 24
RED_MUG = ['--instruction', 'pick up the red mug']


@pytest.fixture(scope='module')
def bags(tmp_path_factory):
    """The same table as mcap and as sqlite3."""
    folder = tmp_path_factory.mktemp('bags')
    view = ['--width', '320', '--height', '240', '--fast', '--count', str(FRAMES)]
    for storage in ('mcap', 'sqlite3'):
        made = ['bag', 'worlds/tabletop.yaml', '--out', str(folder / storage)]
        assert main([*made, '--storage', storage, *view]) == 0
    return folder


@pytest.fixture(scope='module')
def red_mug(bags, tmp_path_factory):
    """The run for the red mug in the fixed frame."""
    out = tmp_path_factory.mktemp('runs') / 'run'
    given = [str(bags / 'mcap'), *RED_MUG, '--fixed-frame', 'world', '--out', str(out)]
    assert main(['replay', *given, '--no-report']) == 0
    return out


def lines(out: Path, name='answers.jsonl'):
    return [json.loads(line) for line in (out / name).read_text().splitlines()]


def of_kind(out, kind):
    return [line for line in lines(out) if line['event'] == kind]


def test_the_goal_is_answered_and_every_image_has_its_target(red_mug):
    (answer,) = of_kind(red_mug, 'answer')
    assert (answer['status'], answer['label'], answer['frame_id']) == ('OK', 'red mug', 'world')
    # The handle or the rim, above the table, whose plane is z = 0 of the world.
    assert 0.0 < answer['position_m'][2] < 0.15
    assert answer['support_plane'] == pytest.approx([0, 0, 1, 0], abs=0.01)
    targets = of_kind(red_mug, 'target')
    assert len({line['stamp_ns'] for line in targets}) == len(targets) == FRAMES - 3
    assert len(lines(red_mug, 'timings.jsonl')) == FRAMES


def test_the_run_says_what_it_was_made_of(red_mug, bags):
    run = json.loads((red_mug / 'run.json').read_text())
    assert run['format'] == 'realvlg-replay-1'
    assert run['bag']['path'] == str(bags / 'mcap')
    assert run['bag']['chosen']['color'] == '/camera/color/image_raw'
    assert run['goals'] == [{'id': 'goal-1', 'at_s': 0.0, 'instruction': RED_MUG[1]}]
    assert (run['latency'], run['gripper'], run['backend']) == (
        'fixed:0.1', 'franka_hand', 'tabletop',
    )  # fmt: skip
    assert run['parameters']['tracker']['max_targets'] == 4
    assert run['parameters']['noise']['floor'] > 0
    assert run['frames']['count'] == FRAMES and run['frames']['dropped'] == {}
    assert run['frames']['rate_hz'] == pytest.approx(30)
    assert (run['intrinsics']['width'], run['fixed_frame']) == (320, 'world')
    assert run['statuses'] == {'OK': 1} and run['warnings'] == []
    assert 0 < run['lighting']['brightness_mean'] < 1
    assert {'realvlg_ros', 'python', 'numpy', 'opencv', 'rosbags'} <= run['versions'].keys()


@pytest.mark.parametrize(('storage', 'threads'), [('mcap', '2'), ('sqlite3', '1')])
def test_answers_are_equal_whatever_the_storage_and_the_threads(
    red_mug, bags, tmp_path, storage, threads
):
    given = [str(bags / storage), *RED_MUG, '--fixed-frame', 'world', '--out', str(tmp_path)]
    assert main(['replay', *given, '--threads', threads, '--no-report']) == 0
    assert (tmp_path / 'answers.jsonl').read_bytes() == (red_mug / 'answers.jsonl').read_bytes()
    with Bag(red_mug / 'out.mcap') as one, Bag(tmp_path / 'out.mcap') as other:
        assert one.topics == other.topics


def test_the_messages_of_the_run_are_those_of_its_answers(red_mug):
    (answer,) = of_kind(red_mug, 'answer')
    with Bag(red_mug / 'out.mcap') as bag:
        counts = {topic.name: topic.count for topic in bag.topics}
        assert counts[topics.OVERLAY] == counts[topics.CAMERA_INFO] == FRAMES
        assert counts[topics.TARGET] == FRAMES - 3 > counts[topics.MARKERS] >= FRAMES / 4
        assert counts[topics.CLOUD] == counts[topics.GROUNDING] == counts[topics.TF_STATIC] == 1
        found = {
            topic: next(
                each.message
                for each in bag.messages([topic])
                if _stamp_ns(each.message) == answer['stamp_ns']
            )
            for topic in (topics.TARGET, topics.CLOUD, topics.DETECTIONS)
        }
    best = found[topics.TARGET].grasps[0].pose.pose.position
    assert [best.x, best.y, best.z] == answer['position_m']
    cloud = found[topics.CLOUD]
    assert cloud.header.frame_id == 'world' and 1000 < cloud.width <= 20_000
    (detection,) = found[topics.DETECTIONS].detections
    assert detection.results[0].hypothesis.class_id == 'red mug'


def _stamp_ns(message):
    stamp = message.header.stamp
    return stamp.sec * 1_000_000_000 + stamp.nanosec


def test_goals_of_a_file_are_asked_in_turn(bags, tmp_path, capsys):
    (tmp_path / 'goals.yaml').write_text(
        '- {at: 0.0, instruction: pick up the purple bottle}\n'
        '- {at: 0.3, instruction: pick up the yellow banana, wait_for_stable: false}\n'
    )
    given = [str(bags / 'mcap'), '--goals', str(tmp_path / 'goals.yaml')]
    out = tmp_path / 'run'
    assert main(['replay', *given, '--out', str(out), '--no-mcap', '--no-report']) == 3
    first, second = of_kind(out, 'answer')
    assert (first['status'], first['position_m']) == ('NOT_FOUND', None)
    assert (second['status'], second['label']) == ('OK', 'yellow banana')
    # Without a fixed frame grasps are in the camera's.
    assert second['frame_id'] == 'camera_color_optical_frame'
    assert not (out / 'out.mcap').exists()
    said = capsys.readouterr().out
    assert "goal-1 'pick up the purple bottle', 0.10 s: NOT_FOUND" in said


def test_parameters_of_the_nodes_are_taken(bags, tmp_path):
    (tmp_path / 'p.yaml').write_text(
        '/**: {ros__parameters: {gripper: wsg_50, planner: {max_grasps: 2}, '
        'tracker: {first_plans: 1}, default_timeout: 9.0, grasp_tf_frame: to_grasp}}'
    )
    given = [str(bags / 'mcap'), *RED_MUG, '--first', '--params', str(tmp_path / 'p.yaml')]
    out = tmp_path / 'run'
    status = main(['replay', *given, '--out', str(out), '--no-report'])
    with Bag(out / 'out.mcap') as bag:
        frames = {each.message.transforms[0].child_frame_id for each in bag.messages([topics.TF])}
    assert frames == {'to_grasp'}
    run = json.loads((out / 'run.json').read_text())
    assert run['gripper'] == 'wsg_50' and run['parameters']['limits']['timeout'] == 9.0
    assert run['parameters']['planner']['max_grasps'] == 2
    # Each parameter is told once.
    assert not {'planner', 'tracker', 'noise', 'gripper'} & run['parameters']['camera'].keys()
    assert max(line['grasps'] for line in of_kind(out, 'target')) <= 2
    assert status == (0 if run['statuses'] == {'OK': 1} else 3)


def test_a_bag_that_was_cut_off_is_told_of(bags, tmp_path, capsys):
    (whole,) = (bags / 'mcap').glob('*.mcap')
    data = whole.read_bytes()
    (tmp_path / 'cut.mcap').write_bytes(data[: len(data) // 2])
    given = [str(tmp_path / 'cut.mcap'), *RED_MUG, '--first', '--out', str(tmp_path / 'run')]
    assert main(['replay', *given, '--no-mcap', '--no-report']) == 0
    said = capsys.readouterr().err
    assert 'warning: cut.mcap: it is cut off in the middle of the record' in said
    run = json.loads((tmp_path / 'run' / 'run.json').read_text())
    assert 0 < run['frames']['count'] < FRAMES and run['warnings'][0] in said
    assert all(f'{words} ({n})' in said for words, n in run['frames']['dropped'].items())


def test_measured_latency_says_that_runs_differ(bags, tmp_path):
    given = [str(bags / 'mcap'), *RED_MUG, '--grounding-latency', 'measured', '--first']
    main(['replay', *given, '--out', str(tmp_path), '--no-mcap', '--no-report'])
    run = json.loads((tmp_path / 'run.json').read_text())
    assert run['latency'] == 'measured' and 'other runs may differ' in run['warnings'][0]


@pytest.mark.parametrize(
    ('given', 'words'),
    [
        ([], 'give --instruction'),
        ([*RED_MUG, '--at', '7'], 'goal-1 is asked at 7 s, and the bag is 0.77 s long'),
        ([*RED_MUG, '--at', '-1'], 'at is -1; expected 0 to'),
        (['--instruction', '12'], 'holds no word'),
        ([*RED_MUG, '--goals', 'goals.yaml'], 'leave --instruction and --at out'),
        (['--goals', 'nowhere.yaml'], 'goals nowhere.yaml cannot be read'),
        ([*RED_MUG, '--grounding-latency', 'soon'], 'expected zero, measured, or fixed:SECONDS'),
        ([*RED_MUG, '--gripper', 'claw'], 'expected one of franka_hand'),
        ([*RED_MUG, '--backend', 'nobody'], 'backend is'),
        ([*RED_MUG, '--params', 'nowhere.yaml'], 'nowhere.yaml cannot be read'),
        ([*RED_MUG, '--color', '/nothing'], 'has no topic /nothing'),
        ([*RED_MUG, '--static-transform', 'a b 1'], 'expected PARENT CHILD'),
    ],
)
def test_bad_input_ends_with_2_and_makes_no_run(bags, tmp_path, capsys, given, words):
    out = tmp_path / 'run'
    assert main(['replay', str(bags / 'mcap'), *given, '--out', str(out)]) == 2
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_a_run_is_not_written_into_its_bag(bags, capsys):
    bag = bags / 'mcap'
    before = sorted(bag.iterdir())
    assert main(['replay', str(bag), *RED_MUG, '--out', f'{bag}/../mcap', '--force']) == 2
    assert 'is the bag itself' in capsys.readouterr().err
    assert sorted(bag.iterdir()) == before


def test_a_bag_that_is_not_there_ends_with_2(tmp_path, capsys):
    assert main(['replay', str(tmp_path / 'no'), *RED_MUG, '--out', str(tmp_path / 'run')]) == 2
    assert 'realvlg: ' in capsys.readouterr().err


def test_a_run_is_not_replaced_unless_that_is_asked_for(red_mug, bags, capsys):
    before = (red_mug / 'answers.jsonl').read_bytes()
    assert main(['replay', str(bags / 'mcap'), *RED_MUG, '--out', str(red_mug)]) == 2
    assert '--force' in capsys.readouterr().err
    assert (red_mug / 'answers.jsonl').read_bytes() == before


def test_a_bag_without_a_usable_image_says_why(bags, tmp_path):
    given = [str(bags / 'mcap'), *RED_MUG, '--fixed-frame', 'map', '--out', str(tmp_path / 'run')]
    assert main(['replay', *given, '--no-report']) == 2
    run = json.loads((tmp_path / 'run' / 'run.json').read_text())
    assert any('map' in words for words in run['warnings'])


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_what_was_written_is_whole_after_an_interrupt(bags, tmp_path, monkeypatch, capsys, number):
    stamps, threads = [], []

    def track(pipeline, frame):
        stamps.append(frame.stamp_ns)
        if len(stamps) > 14:
            signal.raise_signal(number)
        return tracked(pipeline, frame)

    def close(bag):
        threads.extend(each.name for each in threading.enumerate())
        closed(bag)

    tracked, closed = Pipeline.track, Bag.close
    # A job in the background of a shell is begun with SIGINT ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(Pipeline, 'track', track)
    monkeypatch.setattr(Bag, 'close', close)
    given = [str(bags / 'mcap'), *RED_MUG, '--threads', '2', '--out', str(tmp_path)]
    try:
        assert main(['replay', *given]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    report = tmp_path / 'report.html'
    said = capsys.readouterr().err
    assert f'{tmp_path} was interrupted: what came until then is whole, with {report}' in said
    assert 'the run was interrupted before the end of the bag' in report.read_text()
    # Nobody reads the bag any more when it is closed.
    assert threads and not any(name.startswith('reading') for name in threads)
    run = json.loads((tmp_path / 'run.json').read_text())
    assert run['warnings'] == ['the run was interrupted before the end of the bag']
    assert run['frames']['count'] == len(lines(tmp_path, 'timings.jsonl')) == 14
    with Bag(tmp_path / 'out.mcap') as bag:
        assert {t.name: t.count for t in bag.topics}[topics.OVERLAY] == 14
