"""A graph of real nodes with the toy model as its backend, and a client of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
import yaml
from rclpy.executors import SingleThreadedExecutor
from realvlg_ros.msg import GraspTarget, Grounding
from std_msgs.msg import String

from benchmarks.toy.bars import BarOnTable
from benchmarks.toy.scenes import MAX_PIXELS
from realvlg_ros.errors import RealvlgError
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.ros.node.processes import NodeProcesses
from realvlg_ros.ros.node.qos import latched, stream
from realvlg_ros.ros.node.run_node import spin

_HERE = Path(__file__).parent
_RATE_HZ = 30.0
_TOPICS = {
    'color': '/camera/color/image_raw',
    'depth': '/camera/depth/image_raw',
    'camera_info': '/camera/color/camera_info',
}
_START_S, _ANSWER_S = 180.0, 60.0


def toy_options() -> dict[str, Any]:
    """The options with which grounding_node loads the toy as its backend realvlg."""
    return {
        'box_checkpoint': str(_HERE / 'weights'), 'grasp_checkpoint': str(_HERE / 'weights'),
        'prompts': str(_HERE / 'prompts_original.yaml'), 'max_pixels': MAX_PIXELS,
        'device': 'cpu', 'threads': 1, 'dtype': 'float32', 'segmenter': 'depth',
    }  # fmt: skip


def start_nodes(processes: NodeProcesses, folder: Path, truth: BarOnTable) -> None:
    """Start a camera that sees the bar, the toy as backend, and the grasps of its rectangles."""
    write_frame(folder / 'frames' / 'bar', truth.frame)
    options = folder / 'toy.yaml'
    options.write_text(yaml.safe_dump(toy_options()))
    camera = {'rate': _RATE_HZ, 'folder': str(folder / 'frames')}
    processes.start('frame_player', camera, _TOPICS)
    processes.start(
        'grounding_node',
        {'autostart': True, 'backend': 'realvlg', 'backend_options': str(options)},
        _TOPICS,
    )
    processes.start('grasp_node', {'autostart': True, 'planner.grasp_source': 'model'}, _TOPICS)


class TopicClient:
    """Asks over topics and records what is published."""

    def __init__(self, processes: NodeProcesses) -> None:
        """Join the graph; rclpy must be initialised."""
        self.targets: list[Any] = []
        self.arrivals: list[float] = []
        self.groundings: list[Any] = []
        self._processes = processes
        self._node = rclpy.create_node('model_grasp')
        make = self._node.create_subscription
        make(GraspTarget, 'target', self._on_target, stream('reliable', 100))
        make(Grounding, 'grounding', self._on_grounding, latched(50))
        self._publisher = self._node.create_publisher(String, 'instruction', 1)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=spin, args=[self._executor], daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the graph."""
        self._executor.shutdown(timeout_sec=1.0)
        self._thread.join(5.0)
        self._node.destroy_node()

    def wait(self, condition: Callable[[], Any], timeout: float, what: str) -> Any:
        """Wait until a condition gives something true and return that.

        Raises:
            RealvlgError: it does not within timeout s, or a process has ended.
        """
        deadline = time.monotonic() + timeout
        while not (value := condition()):
            self._processes.check()
            if time.monotonic() > deadline:
                raise RealvlgError(f'{what} did not happen within {timeout:.0f} s')
            time.sleep(0.005)
        return value

    def ask(self, words: str) -> Any:
        """Publish an instruction and wait for its answer."""
        self.wait(self._publisher.get_subscription_count, _START_S, 'start of grounding_node')
        count = len(self.groundings)
        self._publisher.publish(String(data=words))

        def answer() -> Any:
            # grasp_node asks too, about the target that it follows.
            return next((g for g in self.groundings[count:] if g.instruction == words), None)

        return self.wait(answer, _ANSWER_S, f'the answer to {words!r}')

    def grasped(self) -> Any:
        """The next target with grasps."""
        count = len(self.targets)

        def newest() -> Any:
            return next((t for t in self.targets[count:] if t.grasps), None)

        return self.wait(newest, _ANSWER_S, 'a target with grasps')

    def longest_gap(self, since: float) -> float:
        """Longest time between two targets that came after a time of time.monotonic(), s."""
        return float(np.diff([t for t in self.arrivals if t > since]).max())

    def _on_target(self, message: Any) -> None:
        self.targets.append(message)
        self.arrivals.append(time.monotonic())

    def _on_grounding(self, message: Any) -> None:
        if message.status != message.IN_PROGRESS:
            self.groundings.append(message)


def keep_busy(
    client: TopicClient, truth: BarOnTable, seconds: float
) -> tuple[list[Any], list[float]]:
    """Ask for what is not there, again and again; the answers, and s that each took."""
    words = f'the {truth.scene.absent_colors[0]} bar'
    answers: list[Any] = []
    times: list[float] = []
    end = time.monotonic() + seconds
    while (start := time.monotonic()) < end:
        answers.append(client.ask(words))
        times.append(time.monotonic() - start)
    return answers, times
