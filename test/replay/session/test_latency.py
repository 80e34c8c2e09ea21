import pytest

from realvlg_ros.errors import ReplayError
from realvlg_ros.replay.session.latency import GroundingLatency


@pytest.mark.parametrize(
    ('text', 'latency_ns', 'shown'),
    [
        ('zero', 0, 'zero'),
        ('fixed:0', 0, 'zero'),
        ('fixed:0.5', 500_000_000, 'fixed:0.5'),
        ('measured', 70_000_000, 'measured'),
    ],
)
def test_the_latency_of_a_grounding_that_took_70_ms(text, latency_ns, shown):
    latency = GroundingLatency.parse(text)
    assert latency.of(0.07) == latency_ns
    assert str(latency) == shown


@pytest.mark.parametrize(
    'text', ['', 'fixed', 'fixed:', 'fixed:-1', 'fixed:nan', '0.5', 'fixed:1e9']
)
def test_another_text_is_refused(text):
    with pytest.raises(ReplayError, match='expected zero, measured, or fixed:SECONDS'):
        GroundingLatency.parse(text)
