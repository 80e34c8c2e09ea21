import io

import pytest

from realvlg_ros.replay.session.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def run(stream, *updates):
    clock = Clock()
    progress = Progress(10.0, stream, clock)
    for now, time_s, frames in updates:
        clock.now = now
        progress.update(time_s, frames)
    progress.close()
    return stream.getvalue()


def test_a_file_gets_a_line_from_time_to_time():
    shown = run(io.StringIO(), (1, 2, 60), (5, 5, 150), (6, 6, 180), (10, 8, 240))
    assert shown == (
        ' 50%  5.0 of 10.0 s, 30 images/s, 1.0 x real time, 0:05 left\n'
        ' 80%  8.0 of 10.0 s, 24 images/s, 0.8 x real time, 0:02 left\n'
    )


def test_a_terminal_gets_a_bar_that_goes_away():
    shown = run(Terminal(), (0.1, 1, 30), (2, 5, 150))
    assert shown.startswith(
        '\r 50% [############------------] 5.0 of 10.0 s, 75 images/s, 2.5 x real time, 0:02 left'
    )
    assert shown.rpartition('\r')[2] == '' and shown.count('\r') == 3


@pytest.mark.parametrize('time_s', [0.0, 12.0])
def test_the_start_and_what_is_beyond_the_end_are_shown(time_s):
    shown = run(io.StringIO(), (6, time_s, 1))
    assert shown.startswith('  0%' if time_s == 0 else '100%')
