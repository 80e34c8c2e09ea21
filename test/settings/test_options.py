"""Settings from options by name, former names included."""

import pytest
from sample_settings import Noise, Sensor

from realvlg_ros.errors import ParameterError
from realvlg_ros.grounding.registry import make_grounder
from realvlg_ros.settings import current_names, from_options, settings_of

DECLARED = settings_of(Sensor)


def test_options_of_blocks_are_nested_or_dotted():
    assert from_options(Sensor, {'noise': {'floor': 0.02}, 'count': 3}).noise == Noise(0.02)
    assert from_options(Sensor, {'noise.floor': 0.02}).noise == Noise(0.02)
    assert from_options(Sensor, {}) == Sensor()


def test_a_former_name_is_understood_with_a_warning(caplog):
    made = from_options(Sensor, {'rate_hz': 12.0, 'old': {'count': 3}})
    assert (made.rate, made.count) == (12.0, 3)
    assert [record.getMessage() for record in caplog.records] == [
        'rate_hz is called rate now; the former name is understood for this release only',
        'old.count is called count now; the former name is understood for this release only',
    ]


def test_a_setting_under_two_names_is_refused():
    with pytest.raises(
        ParameterError, match='rate and rate_hz are one setting.*leave rate_hz out'
    ):
        from_options(Sensor, {'rate': 10.0, 'rate_hz': 12.0})


def test_equal_values_under_two_names_are_one():
    values, notices = current_names(DECLARED, {'rate': 12.0, 'rate_hz': 12.0})
    assert values == {'rate': 12.0} and len(notices) == 1


def test_a_shipped_default_yields_to_a_former_name():
    values, notices = current_names(DECLARED, {'rate': 30.0, 'rate_hz': 12.0, 'other': 1})
    assert values == {'rate': 12.0, 'other': 1} and len(notices) == 1


@pytest.mark.parametrize(
    ('backend', 'options', 'words'),
    [
        ('server', {'urll': 'x'}, "'server': there is no option 'urll'; did you mean 'url'?"),
        ('tabletop', {'urll': 'x'}, "'tabletop': there is no option 'urll'"),
        ('server', {'timeout_s': 0.0}, "'server': timeout is 0; expected 0.1 to 3600 s"),
        ('server', {'timeout_s': 1.0, 'timeout': 2.0}, 'leave timeout_s out'),
        ('tabletop', {'segmentation': {'min_size_m': -1.0}}, 'min_size is -1; expected 0 to 10 m'),
        ('tabletop', {'segmentation': {'min_size': 0.9}}, 'min_size 0.9 m must be less than max_'),
        ('tabletop', {'segmentation': 3}, "there is no option 'segmentation'"),
    ],
)
def test_options_of_a_backend_are_refused_with_the_reason(backend, options, words):
    with pytest.raises(ParameterError) as error:
        make_grounder(backend, options)
    assert words in str(error.value)


def test_options_of_a_backend_reach_it():
    options = {'min_support_share': 0.2, 'segmentation': {'max_size_m': 0.3}}
    grounder = make_grounder('tabletop', options)
    assert grounder.settings.min_support_share == 0.2
    assert grounder.settings.segmentation.max_size == 0.3
