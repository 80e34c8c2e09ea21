from dataclasses import fields

import pytest

from realvlg_ros.errors import ParameterError
from realvlg_ros.tracking.settings import RANGES, TrackerSettings


def test_every_number_has_a_range_and_words():
    numbers = [f.name for f in fields(TrackerSettings) if f.type != 'bool']
    assert set(numbers) == set(RANGES)
    for name in numbers:
        assert f'        {name}: ' in (TrackerSettings.__doc__ or '')


@pytest.mark.parametrize('name', sorted(RANGES))
def test_values_outside_are_refused_with_the_range(name):
    low, high = RANGES[name]
    with pytest.raises(ParameterError, match=f'{name} = .* is outside its range {low:g} to'):
        TrackerSettings(**{name: high * 2 + 1})


def test_not_a_number_is_refused():
    with pytest.raises(ParameterError, match='gate = nan'):
        TrackerSettings(gate=float('nan'))
