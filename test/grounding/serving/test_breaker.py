"""When a server is left alone, and how a busy one is asked again; on clocks of the test."""

import pytest

from realvlg_ros.errors import BusyError, GroundingCanceled, GroundingError
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.serving.breaker import Breaker
from realvlg_ros.grounding.serving.patience import Patience
from realvlg_ros.grounding.serving.question_id import QuestionIds


def test_a_server_is_left_alone_after_failures_in_a_row_and_longer_each_time():
    now = [0.0]
    breaker = Breaker(3, 5.0, lambda: now[0])
    for _ in range(2):
        breaker.fail('no')
        assert breaker.wait_s() == 0
    breaker.succeed()
    for _ in range(3):
        breaker.fail('no answer')
    assert (breaker.open, breaker.wait_s(), breaker.reason) == (True, 5.0, 'no answer')
    pauses = []
    for _ in range(6):
        now[0] += breaker.wait_s()
        assert breaker.wait_s() == 0
        breaker.fail('again')
        pauses.append(breaker.wait_s())
    assert pauses == [10, 20, 40, 80, 80, 80]
    breaker.succeed()
    breaker.fail('once')
    assert (breaker.open, breaker.wait_s()) == (False, 0)
    breaker.open_now('at the start')
    assert breaker.wait_s() == 5.0


class Clock:
    """A clock that its own sleeping moves."""

    def __init__(self):
        self.now_s = 100.0

    def sleep(self, seconds):
        self.now_s += seconds


def patience(clock, until_s, seed='a', aborted=never_aborted):
    return Patience(until_s, aborted, seed, lambda: clock.now_s, clock.sleep)


def test_a_busy_server_is_asked_again_after_growing_pauses_within_the_time():
    clock, asked = Clock(), []

    def question(left_s):
        asked.append(clock.now_s)
        if len(asked) < 5:
            raise BusyError('busy', 0.0)
        return left_s

    assert patience(clock, 160.0).ask(question) == pytest.approx(160 - clock.now_s)
    pauses = [b - a for a, b in zip(asked, asked[1:], strict=False)]
    for pause, longest in zip(pauses, (0.2, 0.4, 0.8, 1.6), strict=True):
        assert longest / 2 - 1e-6 <= pause <= longest + 1e-6


def test_the_pause_that_a_server_asks_for_is_kept_or_the_question_fails():
    clock, asked = Clock(), []

    def busy(left_s):
        asked.append(clock.now_s)
        raise BusyError('busy', 7.0)

    with pytest.raises(BusyError):
        patience(clock, 116.0).ask(busy)
    assert asked == pytest.approx([100, 107, 114])
    with pytest.raises(GroundingError, match='longest_wait'):
        patience(clock, 100.0).ask(busy)
    with pytest.raises(GroundingCanceled):
        patience(clock, 900.0, aborted=lambda: True).ask(busy)


def test_two_robots_do_not_ask_again_at_the_same_moments():
    moments = []
    for seed in ('arm_1', 'arm_2'):
        clock, asked = Clock(), []

        def busy(left_s, clock=clock, asked=asked):
            asked.append(clock.now_s)
            raise BusyError('busy')

        with pytest.raises(BusyError):
            patience(clock, 110.0, seed).ask(busy)
        moments.append(asked[1:])
    assert not set(moments[0]) & set(moments[1])


@pytest.mark.parametrize(
    ('tied', 'places', 'said'),
    [
        (False, (None, 'chatcmpl-1'), ''),
        (False, (None, 'chatcmpl-{sent}'), ''),
        (True, ('{sent}', 'x'), ''),
        (True, (None, 'chatcmpl-1'), 'an answer without its id'),
        (True, ('other', 7), 'an answer without its id'),
        (False, ('realvlg-' + 'f' * 32, None), 'the answer to'),
        (True, ('{sent}', 'chatcmpl-realvlg-' + 'f' * 32), 'the answer to'),
        (True, (None, 'chatcmpl-realvlg-' + 'f' * 32), 'the answer to'),
    ],
)
def test_an_answer_to_another_question_is_told_where_it_can_be(tied, places, said):
    ids = QuestionIds()
    ids.tied = tied
    sent = ids.new()
    came = [p.replace('{sent}', sent) if isinstance(p, str) else p for p in places]
    if not said:
        ids.check(sent, came, 'http://s')
        assert ids.tied == (tied or any(sent in str(p) for p in came))
        return
    with pytest.raises(GroundingError, match=f'^http://s sent {said}'):
        ids.check(sent, came, 'http://s')
