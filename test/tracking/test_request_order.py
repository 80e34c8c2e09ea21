from realvlg_ros.tracking.request_order import RequestOrder

PATIENCE_NS = 10


def test_what_is_never_answered_is_not_kept():
    order = RequestOrder()
    for number in range(1000):
        order.hand_out([f'r{number}', 'always'], number, PATIENCE_NS)
    assert len(order._out_ns) <= 2 * PATIENCE_NS
    # After a jump of the clock, too.
    order.hand_out(['again'], -5000, PATIENCE_NS)
    assert set(order._out_ns) == {'again'}


def test_each_time_it_was_handed_out_there_is_one_answer():
    order = RequestOrder()
    assert not order.take('r1', 0, PATIENCE_NS) and not order.take('r2', 0, PATIENCE_NS)
    order.hand_out(['r1', 'r1'], 1, PATIENCE_NS)
    assert [order.take('r1', 2, PATIENCE_NS) for _ in range(2)] == [True, True]
    assert order.is_newer('r2', 'r1')
    # The third is a client's.
    assert not order.take('r1', 3, PATIENCE_NS) and order.is_newer('r1', 'r2')


def test_an_answer_that_comes_too_late_is_none():
    order = RequestOrder()
    order.hand_out(['r1'], 0, PATIENCE_NS)
    assert not order.take('r1', PATIENCE_NS + 1, PATIENCE_NS)
