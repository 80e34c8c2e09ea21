import numpy as np
import pytest

from realvlg_ros.replay.runs.events import Event, EventKind
from realvlg_ros.replay.runs.tracks import spans_of

PERIOD = 0.1


def target(k, state, message='', stable=False):
    return Event(EventKind.TARGET, k, k * PERIOD, status=state, message=message, stable=stable)


def test_a_span_lasts_as_long_as_its_state_and_counts_its_reasons():
    states = ['TENTATIVE'] * 3 + ['CONFIRMED'] * 5
    events = [target(k, state, 'a' if k % 2 else 'b', k > 5) for k, state in enumerate(states)]
    first, second = spans_of(events, PERIOD)
    assert (first.state, first.frames, first.stable) == ('TENTATIVE', 3, 0)
    assert (first.start, first.end) == pytest.approx((0.0, 0.3))
    assert first.reasons == (('b', 2), ('a', 1))
    assert (second.end, second.stable) == (pytest.approx(0.8), 2)


def test_frames_that_lack_cut_a_span_in_two():
    spans = spans_of([target(k, 'CONFIRMED') for k in (0, 1, 2, 12, 13)], PERIOD)
    assert [span.frames for span in spans] == [3, 2]
    assert np.allclose([(span.start, span.end) for span in spans], [(0.0, 0.3), (1.2, 1.4)])
