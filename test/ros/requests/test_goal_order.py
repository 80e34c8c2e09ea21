"""What a new goal does to those before it."""

import pytest

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
