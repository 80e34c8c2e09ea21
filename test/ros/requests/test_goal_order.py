"""What a new goal does to those before it."""

import threading

import pytest
from patience import PATIENCE_S

from realvlg_ros.ros.requests.goal_order import GoalOrder


class Request:
    def __init__(self):
        self.replaced_by = ''

    def replace(self, instruction):
        self.replaced_by = instruction


@pytest.mark.parametrize(
    ('policy', 'taken', 'replaced', 'current'),
    [('preempt', 7, 6, 6), ('queue', 5, 0, 0), ('reject', 1, 0, 0)],
)
def test_goals_that_come_one_after_the_other(policy, taken, replaced, current):
    order, requests, refusals = GoalOrder(), [], []
    for number in range(7):
        if words := order.refusal(policy):
            refusals.append(words)
            continue
        requests.append(Request())
        order.add(requests[-1], str(number), policy)
    assert len(requests) == taken and len(refusals) == 7 - taken
    assert sum(bool(r.replaced_by) for r in requests) == replaced
    assert order.current is requests[current]
    assert order.ahead_of(requests[-1]) == len(order.live()) - 1
    for request in requests:
        order.remove(request)
    assert order.current is None and not order.refusal(policy)


def test_a_request_that_is_ended_may_ask_for_its_turn_under_its_own_lock():
    """As one does that starts to wait while a newer goal is taken."""
    order, lock = GoalOrder(), threading.Lock()
    holds, goes_on = threading.Event(), threading.Event()

    class Waiting(Request):
        def replace(self, instruction):
            goes_on.set()
            with lock:
                super().replace(instruction)

    older = Waiting()
    order.add(older, 'older', 'preempt')

    def wait_for_turn():
        with lock:
            holds.set()
            goes_on.wait(PATIENCE_S)
            order.ahead_of(older)

    threads = [
        threading.Thread(target=wait_for_turn, daemon=True),
        threading.Thread(target=order.add, args=[Request(), 'newer', 'preempt'], daemon=True),
    ]
    threads[0].start()
    assert holds.wait(PATIENCE_S)
    threads[1].start()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert older.replaced_by == 'newer'
