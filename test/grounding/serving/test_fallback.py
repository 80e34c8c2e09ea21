"""A server that fails in each way: the right status in time, and who answered is said."""

import re
import time
from contextlib import ExitStack

import pytest
import table_scene
from dialect_servers import serving
from patience import PATIENCE_S

from realvlg_ros.errors import AnswerError, GroundingCanceled, GroundingError
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.server import make_grounder
from realvlg_ros.grounding.tabletop import TabletopGrounder

SENTENCE = 'pick up the red box'
# Around the red box of the scene.
BOX = '<think></think>\n<answer>(50,90),(115,170)</answer>'
# A machine that is ten times slower has this long beyond a deadline.
SLACK_S = 8.0
# Each fault of a server, with the reason that its failure names.
FAULTS = {
    'refuses': '500',
    'rubbish': 'sent no chat completion',
    'stalls': 'no answer within',
    'foreign': 'answer to .realvlg-0+. for realvlg-',
    'untied': 'an answer without its id',
    'no box': 'no valid box in 2 replies',
    'dies': 'cannot be reached',
}


def loaded(server, **options):
    grounder = make_grounder(
        **{'url': server.url, 'timeout': PATIENCE_S, 'pause': 1000.0, **options}
    )
    grounder.load()
    return grounder


@pytest.fixture
def frame():
    return table_scene.frame()


@pytest.mark.parametrize('fallback', ['', 'tabletop'])
@pytest.mark.parametrize('fault', FAULTS)
def test_a_failing_server_is_named_and_the_fallback_says_that_it_answers(fault, fallback, frame):
    timeout = 0.5 if fault == 'stalls' else PATIENCE_S
    with ExitStack() as stack:
        # A server with a guide cannot say what its model likes.
        kind = 'ollama' if fault == 'no box' else 'vllm'
        server = stack.enter_context(serving(kind, BOX))
        grounder = loaded(server, timeout=PATIENCE_S, fallback=fallback)
        good = grounder.ground(frame, SENTENCE, never_aborted)
        assert (good.status, good.backend) == (GroundingStatus.OK, 'server')
        grounder.first._client._timeout_s = timeout
        server.fault = fault
        if fault == 'no box':
            server.reply = 'I see nothing.'
        if fault == 'dies':
            stack.close()
        begun = time.monotonic()
        if not fallback:
            with pytest.raises(GroundingError, match=FAULTS[fault]):
                grounder.ground(frame, SENTENCE, never_aborted)
            if fault == 'stalls':
                assert time.monotonic() - begun < timeout + SLACK_S
            return
        found = grounder.ground(frame, SENTENCE, never_aborted)
    assert (found.status, found.backend) == (GroundingStatus.OK, 'tabletop')
    assert re.match(rf'tabletop answers, not server \(.*{FAULTS[fault]}', found.message)
    alone = TabletopGrounder().ground(frame, SENTENCE, never_aborted)
    assert found.box == alone.box
    assert found.message.endswith(alone.message)


@pytest.mark.parametrize('fallback', ['', 'tabletop'])
def test_a_server_that_failed_three_times_is_left_alone_and_then_looked_at(fallback, frame):
    with serving('vllm', BOX) as server:
        grounder = loaded(server, fallback=fallback)
        now = [0.0]
        grounder._breaker._clock = lambda: now[0]
        server.fault = 'refuses'

        def ask():
            try:
                return grounder.ground(frame, SENTENCE, never_aborted).message
            except GroundingError as error:
                return str(error)

        for _ in range(3):
            assert '500' in ask()
        asked = len(server.bodies)
        assert 'server is left alone for 1000 s more, after: ' in ask()
        now[0] += 1000
        assert 'is not well: /health says 503' in ask()
        assert len(server.bodies) == asked
        now[0] += 2000
        server.fault = ''
        assert grounder.ground(frame, SENTENCE, never_aborted).backend == 'server'
        assert not grounder._breaker.open


def test_sentences_that_a_model_cannot_answer_do_not_open_the_breaker(frame):
    with serving('ollama', BOX) as server:
        grounder = loaded(server, fallback='tabletop', retries=0)
        server.reply = 'I see nothing.'
        for _ in range(5):
            assert 'no valid box' in grounder.ground(frame, SENTENCE, never_aborted).message
        assert len(server.bodies) == 5
        with pytest.raises(AnswerError):
            grounder.first.ground(frame, SENTENCE, never_aborted)


def test_a_server_that_is_absent_at_the_start_is_taken_when_it_comes(frame):
    with serving('vllm', BOX) as server:
        server.fault = 'refuses'
        with pytest.raises(GroundingError, match='503|500'):
            loaded(server)
        grounder = loaded(server, fallback='tabletop')
        assert 'tabletop answers until server does: ' in grounder.notes[0]
        found = grounder.ground(frame, SENTENCE, never_aborted)
        assert (found.status, found.backend) == (GroundingStatus.OK, 'tabletop')
        grounder._breaker._clock = lambda: float('inf')
        server.fault = ''
        assert grounder.ground(frame, SENTENCE, never_aborted).backend == 'server'
        assert grounder.notes == ()


def test_a_busy_server_is_asked_again_within_the_time(frame):
    with serving('vllm', BOX) as server:
        grounder = loaded(server)
        server.busy = 2
        assert grounder.ground(frame, SENTENCE, never_aborted).status is GroundingStatus.OK
        assert len(server.bodies) == 3
        server.busy = 10**6
        impatient = loaded_later(grounder, server)
        with pytest.raises(GroundingError, match='503'):
            impatient.ground(frame, SENTENCE, never_aborted)


def loaded_later(grounder, server):
    """A grounder with what the loaded one has learned, and little patience."""
    made = make_grounder(url=server.url, timeout=PATIENCE_S, longest_wait=1.0)
    made.first._models = grounder.first._models
    made.first._abilities = grounder.first._abilities
    made._loaded = True
    return made


def test_a_cancel_is_no_failure_and_asks_no_fallback(frame):
    with serving('vllm', BOX) as server:
        grounder = loaded(server, fallback='tabletop')
        server.fault = 'stalls'
        for _ in range(4):
            with pytest.raises(GroundingCanceled):
                grounder.ground(frame, SENTENCE, lambda: len(server.bodies) > 0)
        assert not grounder._breaker.open
