"""What the worker of grounding_node gives its backend; without nodes."""

import pytest
from ros_graph import wait_until

from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.grounding.query import Query
from realvlg_ros.ros.requests.grounding_worker import GroundingWorker


class Backend:
    """Remembers what it was asked, and has nothing to say."""

    name = 'backend'

    def __init__(self):
        self.asked = []

    def ground(self, frame, instruction, aborted):
        self.asked.append(instruction)
        raise ZeroDivisionError('enough')


@pytest.fixture
def backend():
    return Backend()


@pytest.fixture
def worker(backend):
    worker = GroundingWorker(backend, lambda _: None, lambda _: None, lambda _: None)
    yield worker
    worker.stop('the test is over')


def test_the_backend_is_given_words_that_were_checked(backend, worker):
    request = worker.submit(Query(' the\n red  box'))
    wait_until(lambda: request.answer, 'an answer')
    assert backend.asked == ['the red box']


def test_words_that_cannot_be_taken_are_answered_at_once(backend, worker):
    answer = worker.submit(Query('12 !?')).answer
    assert answer.status == GroundingStatus.FAILED and 'say what to pick up' in answer.message
    assert backend.asked == []
