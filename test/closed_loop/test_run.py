"""Episodes end to end, with objects that need no decomposition."""

import dataclasses
import math

import pytest

from realvlg_ros.closed_loop import tally
from realvlg_ros.closed_loop.episode import Loop, View
from realvlg_ros.closed_loop.record import Cause, Episode
from realvlg_ros.closed_loop.run import (
    EPISODES_FILE,
    EvaluateOptions,
    evaluate,
    outcome_hash,
    read_episodes,
)
from realvlg_ros.closed_loop.scenes import make_scene
from realvlg_ros.errors import GroundingError, RealvlgError, RunError, WorldError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.physics.solid import Solid
from realvlg_ros.simulation.sim_object import SimObject

HAND = Gripper.from_yaml(gripper_file('franka_hand'))
SHAPES = {
    'carton': {'size_x': 0.05, 'size_y': 0.09, 'size_z': 0.06},
    'die': {'size_x': 0.04, 'size_y': 0.04, 'size_z': 0.04},
}


@pytest.fixture(scope='module')
def stock():
    return [
        Solid.of(
            SimObject.from_shape('box', (190, 30, 34), name=name, label='box', dimensions=size)
        )
        for name, size in SHAPES.items()
    ]


def lines(folder):
    return (folder / EPISODES_FILE).read_text().splitlines()


def test_boxes_are_picked_and_two_runs_are_equal(stock, tmp_path):
    options = EvaluateOptions(episodes=3, seed=20)
    first = evaluate(options, stock, HAND, tmp_path)
    assert tally.success(first).value == 1.0, tally.describe(first)
    assert outcome_hash(first) == outcome_hash(evaluate(options, stock, HAND, None))


def test_a_run_that_was_interrupted_goes_on(stock, tmp_path):
    options = EvaluateOptions(episodes=2, seed=20)
    whole = evaluate(options, stock, HAND, tmp_path)
    path = tmp_path / EPISODES_FILE
    text = path.read_text()
    path.write_text(text[: text.index('\n') + 40])
    run = []
    again = evaluate(options, stock, HAND, tmp_path, run.append)
    assert [trial.episode.seed for trial in run] == [21]
    assert outcome_hash(again) == outcome_hash(whole)
    assert read_episodes(tmp_path) == again


def test_another_run_in_the_folder_is_refused(stock, tmp_path):
    evaluate(EvaluateOptions(episodes=1, seed=20), stock, HAND, tmp_path)
    with pytest.raises(RunError, match='another grounding'):
        evaluate(EvaluateOptions(1, 20, grounding='box'), stock, HAND, tmp_path)
    with pytest.raises(RunError, match='another stock'):
        evaluate(EvaluateOptions(1, 20), stock[:1], HAND, tmp_path)


@pytest.mark.parametrize('grounding', ['box', 'sentence'])
@pytest.mark.parametrize('kind', ['clutter', 'bin'])
def test_every_set_and_grounding_comes_to_an_end(stock, kind, grounding):
    scene = make_scene(kind, stock, 3, 4)
    assert len(scene.things) >= 3
    trial = Loop(HAND, grounding).run(scene, kind, 3)
    assert trial.episode.cause is not Cause.WRONG_OBJECT, trial.episode
    back = Episode.from_line(trial.episode.line())
    assert back.outcome() == pytest.approx(trial.episode.outcome(), nan_ok=True)


class Grounder:
    """Means what it is told to, or cannot do its work."""

    name = 'told'

    def __init__(self, mask):
        self.mask = mask

    def ground(self, frame, instruction, aborted):
        if self.mask is None:
            raise GroundingError('the model ran out of memory')
        region = RegionMask.from_full(self.mask)
        return Grounding(GroundingStatus.OK, instruction, mask=region, box=region.box)


def test_another_object_that_was_meant_is_wrong_also_without_a_grasp(stock, monkeypatch):
    scene = make_scene('clutter', stock, 3, 4)
    other = next(s.name for s in scene.things if s.name != scene.target)
    loop = Loop(HAND, 'truth')
    mask = View(scene, 3).rendered(0).mask(other)
    monkeypatch.setattr(loop, '_grounder', lambda *_: Grounder(mask))
    assert loop.run(scene, 'clutter', 3).episode.cause is Cause.WRONG_OBJECT


def test_a_grounder_that_fails_has_not_refused_anything(stock, monkeypatch):
    loop = Loop(HAND, 'truth')
    monkeypatch.setattr(loop, '_grounder', lambda *_: Grounder(None))
    episode = loop.run(make_scene('single', stock, 3, 1), 'single', 3).episode
    assert episode.cause is Cause.ERROR
    assert 'out of memory' in episode.detail


@pytest.mark.parametrize(
    ('values', 'words'),
    [
        ({'episodes': 0}, 'episodes 0'),
        ({'seed': -1}, 'seed -1'),
        ({'kind': 'heap'}, "set 'heap' is not one of single, clutter, bin"),
        ({'grounding': 'luck'}, "grounding 'luck'"),
        ({'count': 40}, '2 to 12'),
    ],
)
def test_options_that_make_no_sense_are_refused(values, words):
    with pytest.raises(WorldError, match=words):
        EvaluateOptions(**values)


def episode(seed, cause, quality=math.nan, judged='', thing='mug'):
    return Episode(
        'single', seed, 'truth', f'{thing}_1', 'pick up the object', 1, False, cause, '', 'OK',
        quality, judged, cause is Cause.SUCCESS,
    )  # fmt: skip


EPISODES = [
    episode(0, Cause.SUCCESS, 0.9, 'valid'),
    episode(1, Cause.SUCCESS, 0.9, 'valid', 'can'),
    episode(2, Cause.SLIP, 0.5, 'valid'),
    episode(3, Cause.MISSED, 0.5, 'closes on air'),
    episode(4, Cause.RIGHTLY_REFUSED),
    episode(5, Cause.REFUSED),
]


def test_a_right_refusal_is_no_trial():
    share = tally.success(EPISODES)
    assert (share.successes, share.trials) == (2, 5)
    assert math.isnan(tally.success(EPISODES[4:5]).value)


def test_objects_are_listed_worst_first():
    assert list(tally.by_object(EPISODES)) == ['mug', 'can']


def test_the_judge_is_compared_with_the_hand():
    counted = tally.agreement(EPISODES)
    assert counted == {(True, True): 2, (True, False): 1, (False, False): 1}


def test_calibration():
    # Two at 0.9 that hold, two at 0.5 that do not.
    assert tally.calibration_error(EPISODES) == pytest.approx(0.5 * 0.1 + 0.5 * 0.5)
    assert math.isnan(tally.calibration_error([]))


@pytest.mark.parametrize('line', ['{}', '[]', '{"kind": 1', 'null', '{"cause": "luck"}'])
def test_a_line_of_something_else_is_refused(line):
    with pytest.raises(RealvlgError, match='not a line of an episode'):
        Episode.from_line(line)


def test_times_do_not_count_in_the_hash():
    slow = [dataclasses.replace(e, seconds={'total': 9.0}) for e in EPISODES]
    assert outcome_hash(slow) == outcome_hash(EPISODES)
    assert outcome_hash(EPISODES[:5]) != outcome_hash(EPISODES)
