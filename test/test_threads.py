"""The threads of BLAS, OpenMP and OpenCV follow one number, also in libraries loaded later."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cv2
import pytest
from threadpoolctl import threadpool_info

from realvlg_ros.errors import ParameterError
from realvlg_ros.threads import MAX_THREADS, limit_threads
from realvlg_ros.torch_device import use_torch_threads

# What a process of its own has after a number, with libraries loaded before and after it.
SCRIPT = """
import importlib, json, sys
import numpy as np
import cv2
from threadpoolctl import threadpool_info
from realvlg_ros.threads import limit_threads

def pools():
    return {pool['filepath']: pool['num_threads'] for pool in threadpool_info()}

limit_threads(int(sys.argv[1]))
loaded = pools()
for name in sys.argv[2:]:
    importlib.import_module(name)
later = {path: number for path, number in pools().items() if path not in loaded}
print(json.dumps([list(loaded.values()), list(later.values()), cv2.getNumThreads()]))
"""
VARIABLES = [f'{name}_NUM_THREADS' for name in ('OMP', 'OPENBLAS', 'MKL')]


def pools_after(threads, *later, **environment):
    """Threads of the pools that were there, of those loaded later, and of OpenCV."""
    clean = {k: v for k, v in os.environ.items() if k not in VARIABLES}
    command = [sys.executable, '-c', SCRIPT, str(threads), *later]
    done = subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize('threads', [1, 3])
def test_the_libraries_that_are_loaded_follow(threads):
    loaded, _, opencv = pools_after(threads)
    # numpy brings an OpenBLAS of its own.
    assert loaded and set(loaded) == {threads} and opencv == threads


@pytest.mark.parametrize('variable', VARIABLES[:2])
def test_a_library_loaded_later_follows_whatever_the_environment_says(variable):
    _, later, _ = pools_after(1, 'scipy.linalg', **{variable: '2'})
    assert later and set(later) == {1}


def test_every_thread_of_a_process_can_set_the_number():
    # Both live at the same time, as the threads of a node's executor do.
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        for pool, threads in ((one, 3), (other, 2), (one, 1)):
            pool.submit(limit_threads, threads).result()
            blas = [p for p in threadpool_info() if p['user_api'] == 'blas']
            assert {p['num_threads'] for p in blas} == {threads} == {cv2.getNumThreads()}


def test_zero_leaves_everything_as_it_is():
    loaded, later, opencv = pools_after(0, 'scipy.linalg', OMP_NUM_THREADS='1')
    assert set(loaded + later) == {1}
    assert opencv == pools_after(0)[2]


def test_zero_after_another_number_gives_back_what_there_was():
    def state():
        blas = [p['num_threads'] for p in threadpool_info() if p['user_api'] == 'blas']
        return blas, cv2.getNumThreads(), os.environ.get('OMP_NUM_THREADS')

    limit_threads(0)
    before = state()
    limit_threads(3)
    limit_threads(5)
    assert set(state()[0]) == {5} and state()[1:] == (5, '5')
    limit_threads(0)
    assert state() == before
    limit_threads(0)
    assert state() == before


def test_torch_on_a_cpu_takes_its_own_number_in_every_thread(torch, monkeypatch):
    before = torch.get_num_threads()
    limit_threads(1)
    monkeypatch.setattr('realvlg_ros.torch_device.available_cores', lambda: 2)
    try:
        for threads, expected in ((3, 3), (0, 2)):
            use_torch_threads(threads)
            with ThreadPoolExecutor() as pool:
                assert pool.submit(torch.get_num_threads).result() == expected
    finally:
        torch.set_num_threads(before)
    with pytest.raises(ParameterError, match='threads is -1'):
        use_torch_threads(-1)


@pytest.mark.parametrize('threads', [-1, MAX_THREADS + 1])
def test_a_number_out_of_range_is_refused(threads):
    with pytest.raises(ParameterError, match=f'threads is {threads}; expected 0 to 256'):
        limit_threads(threads)
