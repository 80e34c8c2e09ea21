"""Posted jobs run in order, of the offered ones only the newest."""

import threading

from patience import PATIENCE_S

from realvlg_ros.ros.node.worker import Worker


def blocked_worker(errors=None, limit=None):
    worker = Worker('test', (errors if errors is not None else []).append, limit)
    running, gate = threading.Event(), threading.Event()

    def block():
        running.set()
        gate.wait(PATIENCE_S)

    worker.post(block)
    assert running.wait(PATIENCE_S)
    return worker, gate


def test_posted_jobs_run_in_order_and_only_the_newest_offer_does():
    worker, gate = blocked_worker()
    ran, done = [], threading.Event()
    for number in range(4):
        worker.offer(lambda n=number: (ran.append(('offer', n)), done.set()))
    for number in range(3):
        worker.post(lambda n=number: ran.append(('post', n)))
    gate.set()
    assert done.wait(PATIENCE_S)
    assert ran == [('post', 0), ('post', 1), ('post', 2), ('offer', 3)]
    assert worker.dropped == 3
    assert worker.stop(PATIENCE_S)


def test_a_job_beyond_the_limit_is_refused_and_the_others_run():
    worker, gate = blocked_worker(limit=2)
    ran, done = [], threading.Event()
    taken = [worker.post(lambda n=number: ran.append(n)) for number in range(3)]
    assert (taken, worker.waiting) == ([True, True, False], 2)
    worker.offer(done.set)
    gate.set()
    assert done.wait(PATIENCE_S)
    assert ran == [0, 1]
    assert worker.stop(PATIENCE_S)


def test_a_job_that_raises_does_not_end_the_thread():
    errors = []
    worker, gate = blocked_worker(errors)
    done = threading.Event()
    worker.post(lambda: 1 / 0)
    worker.post(done.set)
    gate.set()
    assert done.wait(PATIENCE_S)
    assert [type(error) for error in errors] == [ZeroDivisionError]
    assert worker.stop(PATIENCE_S)


def test_stop_drops_what_waits_and_says_when_a_job_does_not_end():
    worker, gate = blocked_worker()
    ran = []
    worker.post(lambda: ran.append('late'))
    assert not worker.stop(0.01)
    gate.set()
    assert worker.stop(PATIENCE_S)
    assert ran == []
