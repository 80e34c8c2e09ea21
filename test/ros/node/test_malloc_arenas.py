"""Threads that allocate at once, in a process of their own: an arena reserves 64 MiB."""

import os
import platform
import subprocess
import sys

import pytest

ARENA_KB = 64 * 1024
RUN = """
import os, sys, threading
from realvlg_ros.ros.node.malloc_arenas import use_one_arena
def virtual_kb():
    return next(int(row.split()[1]) for row in open('/proc/self/status') if 'VmSize' in row)
if sys.argv[1] == 'one':
    assert use_one_arena() == ('MALLOC_ARENA_MAX' not in os.environ)
threading.stack_size(256 * 1024)
ready, done = threading.Barrier(5), threading.Barrier(5)
def allocate():
    block = bytearray(100_000)
    ready.wait()
    done.wait()
threads = [threading.Thread(target=allocate) for _ in range(4)]
before = virtual_kb()
for thread in threads:
    thread.start()
ready.wait()
print(virtual_kb() - before)
done.wait()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='malloc is not that of glibc')
def test_threads_share_one_arena_unless_the_user_says_otherwise():
    def grown_kb(mode, **variables):
        environment = {k: v for k, v in os.environ.items() if k != 'MALLOC_ARENA_MAX'}
        done = subprocess.run(
            [sys.executable, '-c', RUN, mode],
            env={**environment, **variables},
            check=True,
            capture_output=True,
        )
        return int(done.stdout)

    assert grown_kb('one') < ARENA_KB
    assert grown_kb('many') > 3 * ARENA_KB
    assert grown_kb('one', MALLOC_ARENA_MAX='8') > 3 * ARENA_KB
