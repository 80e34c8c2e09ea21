"""Every boundary turns what is wrong with its source into an error of the package.

`python -m benchmarks.fuzz --minutes 30` goes through a million inputs of the same targets.
"""

import pytest
from fuzzing import fuzz

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from benchmarks.fuzz.target import all_targets
from benchmarks.fuzz.targets import (
    answers,
    datasets,
    documents,
    families,
    images,
    messages,
    shapes,
)
from benchmarks.fuzz.trial import Outcome, Trial
from realvlg_ros.errors import RealvlgError

TARGETS = [
    target
    for each in (answers, datasets, documents, families, images, messages, shapes)
    for target in each.TARGETS
]
# Inputs that are refused as they are.
REFUSED = ('other.bmp',)


@pytest.mark.parametrize('target', TARGETS, ids=lambda target: target.name)
def test_what_comes_in_is_used_or_ends_with_a_typed_error(target, tmp_path):
    fuzz(target, tmp_path)


@pytest.mark.parametrize('target', TARGETS, ids=lambda target: target.name)
def test_what_is_changed_can_be_used_as_it_is(target, tmp_path):
    seeds = target.seeds(tmp_path)
    for name, data in seeds.items():
        folder = tmp_path / f'of_{name}'
        folder.mkdir()
        if name in REFUSED:
            with pytest.raises(RealvlgError):
                target.use(data, folder)
        else:
            target.use(data, folder)


def test_the_table_holds_every_target_once():
    names = [target.name for target in all_targets()]
    assert len(names) == len(set(names))
    assert {target.name for target in TARGETS} <= set(names)


def test_equal_numbers_make_equal_inputs_and_faults_are_told(tmp_path):
    given = []

    def use(data, folder):
        given.append(data)
        raise OverflowError('too large')

    target = type(TARGETS[0])('mine', lambda _: {'a.json': b'{"a": [1, 2]}'}, use)
    for place in ('first', 'second'):
        outcome = Outcome()
        trial = Trial([target], tmp_path / place)
        for number in range(20):
            trial.run(number, outcome)
        assert outcome.total == len(outcome.faults['untyped']) == 20
        assert 'OverflowError: too large' in outcome.faults['untyped'][0]
    assert given[:20] == given[20:]
