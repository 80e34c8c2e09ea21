import os
import signal

import pytest

from realvlg_ros.cli.goal import _Interrupt


@pytest.fixture
def sigint():
    """The handler of a process that was started in a terminal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Trap:
    """What raises here is lost: Python ignores it."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_is_not_lost_where_an_exception_would_be(sigint):
    with _Interrupt() as interrupt:
        interrupt.check()
        trap = Trap()
        del trap
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        interrupt.check()
        # The next one does not wait.
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_ignores_ctrl_c_goes_on_to_do_so(sigint):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with _Interrupt() as interrupt:
        os.kill(os.getpid(), signal.SIGINT)
        interrupt.check()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
