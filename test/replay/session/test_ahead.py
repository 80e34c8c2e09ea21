import threading

import pytest

from realvlg_ros.replay.session.ahead import Deferred, read_ahead


def test_items_come_in_order_and_are_made_in_another_thread():
    makers = []

    def items():
        for number in range(50):
            makers.append(threading.current_thread())
            yield number

    assert list(read_ahead(items())) == list(range(50))
    assert threading.current_thread() not in makers and len(set(makers)) == 1


def test_what_the_source_raises_comes_after_the_items_before_it():
    def items():
        yield from (1, 2)
        raise ValueError('broken')

    got = []
    with pytest.raises(ValueError, match='broken'):
        for item in read_ahead(items()):
            got.append(item)
    assert got == [1, 2]


def test_only_some_items_are_read_ahead():
    made = []
    stream = read_ahead(made.append(number) or number for number in range(1000))
    assert next(stream) == 0
    stream.close()
    assert len(made) <= 10


@pytest.mark.parametrize('in_thread', [True, False])
def test_what_is_deferred_comes_once(in_thread):
    deferred = Deferred(in_thread)
    assert deferred.take() is None
    for number in range(5):
        deferred.start(lambda number=number: (number, threading.current_thread()))
        made, thread = deferred.take()
        assert made == number
        assert (thread is threading.current_thread()) is not in_thread
        assert deferred.take() is None
    deferred.close()


@pytest.mark.parametrize('in_thread', [True, False])
def test_what_it_raises_is_raised_here(in_thread):
    deferred = Deferred(in_thread)
    with pytest.raises(ZeroDivisionError):
        deferred.start(lambda: 1 / 0)
        deferred.take()
    assert deferred.take() is None
    deferred.close()
