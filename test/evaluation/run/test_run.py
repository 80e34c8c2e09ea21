import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import made_datasets as made
import pytest
from patience import PATIENCE_S

from realvlg_ros.errors import EvaluationError, GroundingError, LabelError, RunError
from realvlg_ros.evaluation.run.engines import InProcess, LocalWorkers
from realvlg_ros.evaluation.run.options import Backend, EvaluationOptions
from realvlg_ros.evaluation.run.ray_workers import RayWorkers
from realvlg_ros.evaluation.run.run import RESULTS_FILE, evaluate
from realvlg_ros.evaluation.scoring.outcome import Outcome

BACKEND = 'color_grounder:made_backend'


def options(root, task='box', conditions='', split='', images=0, grasps='auto', **backend):
    return EvaluationOptions(
        str(root), Backend(BACKEND, backend), task, conditions, split, images, grasps
    )


def counted(run):
    found = {}
    for score in run.plain:
        found[score.outcome] = found.get(score.outcome, 0) + 1
    return found


# By layout and task: outcomes with a grounder that sees colours.
EXPECTED = {
    ('frame folders', 'box'): {
        Outcome.RIGHT: 4, Outcome.RIGHTLY_ABSENT: 2, Outcome.RIGHTLY_ASKED: 2,
    },
    ('RealVLG metadata', 'box'): {Outcome.RIGHT: 6},
    ('RealVLG metadata', 'mask'): {Outcome.RIGHT: 6},
    ('RealVLG metadata', 'grasp'): {Outcome.RIGHT: 6},
    ('RealVLG metadata', 'contact'): {Outcome.RIGHT: 6},
    ('Cornell', 'grasp'): {Outcome.RIGHT: 1},
    ('Jacquard', 'grasp'): {Outcome.RIGHT: 1},
    ('Jacquard', 'mask'): {Outcome.RIGHT: 1},
    ('OCID-VLG', 'box'): {Outcome.RIGHT: 2},
    ('OCID-VLG', 'mask'): {Outcome.RIGHT: 2},
    # Its made grasps of the blue block are those of the red one.
    ('OCID-VLG', 'grasp'): {Outcome.RIGHT: 1, Outcome.WRONG_PLACE: 1},
    ('GraspNet', 'grasp'): {Outcome.RIGHT: 1},
    ('GraspNet', 'box'): {Outcome.RIGHT: 1},
}  # fmt: skip


@pytest.mark.parametrize(('layout', 'task'), EXPECTED)
def test_each_layout_is_asked(tmp_path, layout, task):
    root = made.MAKERS[layout](tmp_path / 'data')
    run = evaluate(options(root, task), tmp_path / 'run')
    assert counted(run) == EXPECTED[layout, task]


def test_a_swapped_backend_is_on_the_wrong_object(tmp_path):
    root = made.make_realvlg(tmp_path / 'data')
    for task in ('box', 'mask', 'grasp', 'contact'):
        run = evaluate(options(root, task, swapped=True), tmp_path / task)
        assert set(counted(run)) <= {Outcome.WRONG_OBJECT, Outcome.WRONG_PLACE}
        assert counted(run)[Outcome.WRONG_OBJECT] >= 3


class Killed(Exception):
    pass


def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path):
    root = made.make_realvlg(tmp_path / 'data', (100, 101, 130, 160))
    wanted = options(root, conditions='darker,occlusion,noise')
    evaluate(wanted, tmp_path / 'whole')
    whole = (tmp_path / 'whole' / RESULTS_FILE).read_bytes()

    def told(done, images, questions):
        assert images == 4
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        evaluate(wanted, tmp_path / 'part', told=told)
    path = tmp_path / 'part' / RESULTS_FILE
    assert path.read_bytes() == b''.join(whole.splitlines(keepends=True)[:2])
    # As a machine that was switched off leaves it.
    path.write_bytes(path.read_bytes() + whole.splitlines()[2][:77])
    run = evaluate(wanted, tmp_path / 'part')
    assert path.read_bytes() == whole
    assert len(run.scores) == 8 * (1 + 9)


def test_processes_give_the_same_bytes(tmp_path):
    root = made.make_frames(tmp_path / 'data', 3)
    wanted = options(root, 'mask', 'darker')
    for name, engine in (('one', InProcess()), ('two', LocalWorkers(2))):
        evaluate(wanted, tmp_path / name, engine)
    one, two = ((tmp_path / name / RESULTS_FILE).read_bytes() for name in ('one', 'two'))
    assert one == two


def test_a_local_ray_cluster_gives_the_same_bytes(tmp_path):
    pytest.importorskip('ray.data', reason='ray[data] is not installed')
    root = made.make_frames(tmp_path / 'data', 3)
    for name, engine in (('one', InProcess()), ('ray', RayWorkers('local', 2))):
        evaluate(options(root), tmp_path / name, engine)
    one, other = ((tmp_path / name / RESULTS_FILE).read_bytes() for name in ('one', 'ray'))
    assert one == other


def test_what_fails_on_a_ray_cluster_is_one_line(tmp_path):
    pytest.importorskip('ray.data', reason='ray[data] is not installed')
    root = made.make_realvlg(tmp_path / 'data', (100,))
    with pytest.raises(EvaluationError, match='a worker of the Ray cluster: .*no weights'):
        evaluate(options(root, fails='load'), tmp_path / 'load', RayWorkers('local'))
    with pytest.raises(RunError, match=r'the Ray cluster auto failed: .*; what is done is kept'):
        evaluate(options(root), tmp_path / 'gone', RayWorkers('auto'))


def test_without_ray_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'ray', None)
    root = made.make_cornell(tmp_path / 'data')
    with pytest.raises(Exception, match=r'Ray cluster: ray .*install ray\[data\]'):
        evaluate(options(root, 'grasp'), tmp_path / 'run', RayWorkers('local'))


def test_what_the_data_set_lacks_is_counted_and_named(tmp_path):
    root = made.make_frames(tmp_path / 'data', 1)
    run = evaluate(options(root, 'mask'), tmp_path / 'mask')
    (result,) = run.results
    # The block on the right has a box alone.
    assert (len(result.scores), result.without_truth) == (3, 1)
    run = evaluate(options(root, split='seen'), tmp_path / 'seen')
    assert [score.sentence for score in run.plain] == ['the red block']
    assert run.results[0].other_split == 3
    with pytest.raises(LabelError, match='1 samples have no truth for the task box'):
        evaluate(options(made.make_cornell(tmp_path / 'c')), tmp_path / 'box')


def test_a_picture_that_is_damaged_loses_no_other(tmp_path):
    root = made.make_realvlg(tmp_path / 'data', (100, 130))
    (root / 'scenes/scene_0100/kinect/rgb/0000.png').write_bytes(b'no picture')
    run = evaluate(options(root), tmp_path / 'run')
    assert counted(run) == {Outcome.RIGHT: 2}
    assert all('0000.png' in problem.words() for problem in run.problems)


def test_what_a_model_says_and_cannot_be_read_is_an_outcome(tmp_path):
    root = made.make_realvlg(tmp_path / 'data', (100,))
    run = evaluate(options(root, fails='red'), tmp_path / 'run')
    assert counted(run) == {Outcome.UNREADABLE: 1, Outcome.RIGHT: 1}


def test_a_backend_that_cannot_do_anything_stops_the_run(tmp_path):
    root = made.make_realvlg(tmp_path / 'data', tuple(range(12)))
    with pytest.raises(EvaluationError, match='refused all of the first 20 .*out of order'):
        evaluate(options(root, fails='always'), tmp_path / 'run')
    # Nothing of it is kept: after mending the same command asks again.
    assert (tmp_path / 'run' / RESULTS_FILE).read_text() == ''
    with pytest.raises(GroundingError, match='no weights'):
        evaluate(options(root, fails='load'), tmp_path / 'load')


def test_another_run_or_another_order_in_the_folder_is_refused(tmp_path):
    root = made.make_realvlg(tmp_path / 'data')
    evaluate(options(root), tmp_path / 'run')
    with pytest.raises(RunError, match='holds a run with another task'):
        evaluate(options(root, 'mask'), tmp_path / 'run')
    with pytest.raises(RunError, match='holds a run with another backend'):
        evaluate(options(root, swapped=True), tmp_path / 'run')
    made.make_realvlg(root, (99,))
    with pytest.raises(RunError, match='another images_sha256'):
        evaluate(options(root), tmp_path / 'run')
    path = tmp_path / 'run' / RESULTS_FILE
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(''.join(lines[::-1]))
    (root / 'metadata/kinect/scene_0099/0000.json').unlink()
    with pytest.raises(RunError, match='does not hold the first images'):
        evaluate(options(root), tmp_path / 'run')


def test_the_planner_grasps_where_the_model_does_not(tmp_path):
    root = made.make_frames(tmp_path / 'data', 1)
    planned = evaluate(options(root, 'grasp', grasps='planner'), tmp_path / 'planner')
    (score,) = [one for one in planned.plain if one.sentence == 'the red block']
    assert score.outcome in (Outcome.RIGHT, Outcome.WRONG_PLACE, Outcome.EMPTY)
    model = evaluate(options(root, 'grasp', grasps='model'), tmp_path / 'model')
    assert counted(model)[Outcome.RIGHT] == 1


def test_what_is_published_is_the_first_image_of_each_scene_and_objects_with_grasps(tmp_path):
    root = made.make_realvlg(tmp_path / 'data', (100, 130), images=2)
    file = root / 'metadata/kinect/scene_0100/0000.json'
    items = json.loads(file.read_text())
    items[1]['grasps'] = []
    file.write_text(json.dumps(items))
    wanted = replace(options(root), published=True)
    run = evaluate(wanted, tmp_path / 'run')
    assert [result.group.split('/')[-2:] for result in run.results] == [
        ['scene_0100', '0000.json'], ['scene_0130', '0000.json'],
    ]  # fmt: skip
    assert [len(result.scores) for result in run.results] == [1, 2]


def test_results_hold_no_times_and_are_json(tmp_path):
    root = made.make_jacquard(tmp_path / 'data')
    evaluate(options(root, 'mask'), tmp_path / 'run')
    (line,) = (tmp_path / 'run' / RESULTS_FILE).read_text().splitlines()
    (score,) = json.loads(line)['scores']
    assert score['answer']['mask']['runs']
    assert not any('time' in key or 'ms' in key for key in score)


@pytest.mark.parametrize('workers', ['1', '2'])
def test_a_killed_process_leaves_what_the_same_command_goes_on_with(tmp_path, workers):
    root = made.make_realvlg(tmp_path / 'data', tuple(range(12)))
    (tmp_path / 'slow.yaml').write_text('delay_s: 0.2\n')
    support = Path(made.__file__).parent
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join((str(support), *sys.path))}
    # As an installer may make it: what it starts must not run it again.
    script = tmp_path / 'realvlg'
    script.write_text('import sys\nfrom realvlg_ros.cli import main\nsys.exit(main())\n')
    command = [
        sys.executable, str(script), 'evaluate', str(root), '--backend', BACKEND,
        '--backend-options', str(tmp_path / 'slow.yaml'), '--workers', workers, '--out',
    ]  # fmt: skip
    killed, whole = tmp_path / 'killed', tmp_path / 'whole'
    process = subprocess.Popen(
        [*command, str(killed)], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    path = killed / RESULTS_FILE
    end = time.monotonic() + PATIENCE_S
    while not path.exists() or path.read_bytes().count(b'\n') < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert path.read_bytes().count(b'\n') < 12
    for folder in (killed, whole):
        subprocess.run([*command, str(folder)], env=environment, check=True, capture_output=True)
    names = (RESULTS_FILE, 'figures.json', 'table.txt', 'report.html')
    assert all((killed / n).read_bytes() == (whole / n).read_bytes() for n in names)
