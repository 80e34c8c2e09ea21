"""The user's sentence over topics: a model's rectangle becomes the grasp of a bar's true pose."""

import math
import os

import pytest
from realvlg_ros.msg import Grounding
from ros_graph import wait_until

from benchmarks.model_grasp import error_of
from benchmarks.toy.bars import HEIGHT_M, bars_on_tables
from benchmarks.toy.graph import TopicClient, keep_busy, start_nodes
from realvlg_ros.ros.node.processes import NodeProcesses

# benchmarks/model_grasp.py tells how often the small model's rectangle is as good as here.
SEED, INDEX = 30_000, 2
THINKING_S = 3.0


@pytest.fixture(scope='module')
def truth():
    return bars_on_tables(SEED, INDEX + 1)[INDEX]


@pytest.fixture(scope='module')
def client(ros_context, tmp_path_factory, truth):
    pytest.importorskip('torch', reason='torch is not installed')
    pytest.importorskip('transformers', reason='transformers is not installed')
    folder = tmp_path_factory.mktemp('model_grasp')
    with NodeProcesses(folder / 'logs', {**os.environ, 'OMP_NUM_THREADS': '1'}) as processes:
        start_nodes(processes, folder, truth)
        client = TopicClient(processes)
        yield client
        client.close()


def test_the_models_rectangle_becomes_the_bars_true_grasp(client, truth):
    grounding = client.ask(truth.words)
    assert grounding.backend == 'realvlg'
    (rectangle,) = grounding.rectangles
    offset = rectangle.center_x_px - truth.bar.x, rectangle.center_y_px - truth.bar.y
    assert math.hypot(*offset) < truth.bar.length / 4
    target = client.grasped()
    best = target.grasps[0]
    assert best.source == 'model'
    error = error_of(best, truth)
    assert error.across < 0.003
    assert error.along < truth.bar.length / 4 * truth.width / truth.bar.thickness
    assert -HEIGHT_M < error.height < 0.0
    assert math.degrees(error.angle) < 8.0
    assert abs(error.width) < 0.003


def test_targets_keep_coming_while_the_model_thinks(client, truth):
    client.ask(truth.words)
    client.grasped()
    wait_until(lambda: not any(map(planned, client.targets[-20:])), 'an end of the first plans')
    before = len(client.targets)
    answers, _ = keep_busy(client, truth, THINKING_S)
    # A tracker that waits until nobody asks any more would come to none.
    assert len(client.targets) - before > THINKING_S
    assert {answer.status for answer in answers} == {Grounding.NOT_FOUND}


def planned(target):
    return any(timing.stage == 'plan' for timing in target.timings)
