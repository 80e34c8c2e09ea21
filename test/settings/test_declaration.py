"""A value is checked against what is declared of its setting, and the refusal says all of it."""

from dataclasses import dataclass

import numpy as np
import pytest
from sample_settings import Noise, Sensor

from realvlg_ros.errors import ParameterError
from realvlg_ros.settings import Settings, setting, settings_of

NAN, INF = float('nan'), float('inf')


@pytest.mark.parametrize(
    ('name', 'value', 'words'),
    [
        ('rate', 0.05, 'rate is 0.05; expected 0.1 to 240 Hz; the default is 30'),
        ('rate', NAN, 'rate is nan; expected 0.1 to 240 Hz; the default is 30'),
        ('rate', -INF, 'rate is -inf; expected 0.1 to 240 Hz'),
        ('rate', 'fast', "rate is 'fast'; expected a number, 0.1 to 240 Hz; the default is 30"),
        ('rate', True, 'rate is True; expected a number'),
        ('rate', None, 'rate is None; expected a number'),
        ('count', 101, 'count is 101; expected 1 to 100 images; the default is 5'),
        ('count', 5.0, 'count is 5; expected a whole number, 1 to 100 images'),
        ('count', True, 'count is True; expected a whole number'),
        ('share', 1.5, 'share is 1.5; expected 0 to 1; the default is 0.5'),
        ('clock', 'maybe', "clock is 'maybe'; expected true or false; the default is False"),
        ('clock', 1, 'clock is 1; expected true or false'),
        ('name', 5, "name is 5; expected a text; the default is ''"),
        ('form', 'big', "form is 'big'; expected one of '', raw, small; the default is 'raw'"),
        ('corner', [1.0], 'corner is [1]; expected 2 numbers, each -2 to 2 m'),
        (
            'corner',
            (0.0, NAN),
            'corner is [0, nan]; expected each -2 to 2 m; the default is [0, 1]',
        ),
        ('corner', (INF, 0.0), 'corner is [inf, 0]; expected each -2 to 2 m'),
        ('corner', (True, 0.0), 'corner is [True, 0]; expected 2 numbers'),
        ('corner', '12', "corner is '12'; expected 2 numbers"),
        ('corner', 3.0, 'corner is 3; expected 2 numbers'),
        ('pose', (0.1,), 'pose is [0.1]; expected 2 or 3 numbers'),
    ],
)
def test_a_bad_value_is_refused_with_all_that_is_known(name, value, words):
    with pytest.raises(ParameterError) as error:
        Sensor(**{name: value})
    assert str(error.value).startswith(words)


@pytest.mark.parametrize(
    ('name', 'value', 'kept'),
    [
        ('rate', 2, 2.0),
        ('rate', np.float32(0.5), 0.5),
        ('rate', 240, 240.0),
        ('count', np.int64(7), 7),
        ('corner', [1, -2.0], (1.0, -2.0)),
        ('corner', np.array([0.5, 0.25]), (0.5, 0.25)),
        ('pose', (0.1, 0.2), (0.1, 0.2)),
        ('form', '', ''),
    ],
)
def test_a_good_value_is_kept_in_the_type_of_its_setting(name, value, kept):
    got = getattr(Sensor(**{name: value}), name)
    assert got == kept and type(got) is type(kept)


def test_a_block_checks_itself():
    with pytest.raises(ParameterError, match='floor is -1; expected 0 to 0.1 m'):
        Sensor(noise=Noise(-1.0))


def test_settings_are_listed_by_their_full_names():
    listed = {item.name: item for item in settings_of(Sensor, 'sensor.')}
    assert len(listed) == 9 and listed['sensor.noise.floor'].default == 0.001
    assert listed['sensor.rate'].former == ('sensor.rate_hz',)
    assert listed['sensor.count'].former == ('old.count',)
    assert listed['sensor.corner'].sizes == (2,)


@pytest.mark.parametrize('declaration', [{}, {'unit': 'm', 'low': 0.0}, {'low': 0.0, 'high': 1.0}])
def test_a_number_without_unit_or_range_cannot_be_declared(declaration):
    with pytest.raises(TypeError, match='unit and a finite range: Length'):
        setting(0.5, 'Length.', **declaration)


def test_an_undeclared_field_is_noticed():
    @dataclass(frozen=True)
    class Careless(Settings):
        gain: float = 2.0

    with pytest.raises(TypeError, match='gain is neither'):
        settings_of(Careless)
