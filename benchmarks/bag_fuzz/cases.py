"""One mutated thing after the other, read to its end; what is raised must be the package's own."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bag_fuzz.mutations import mutate
from benchmarks.bag_fuzz.seeds import FIXED_FRAME, Seeds
from realvlg_ros.errors import RealvlgError
from realvlg_ros.frame_sequence import FrameSequence
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.bag_tf import BagTf
from realvlg_ros.replay.bags.decoding import make_decoder
from realvlg_ros.replay.bags.frames import BagFrames
from realvlg_ros.replay.bags.topics import choose_topics
from realvlg_ros.ros.conversions.camera import camera_from_msg
from realvlg_ros.ros.conversions.image import color_from_msg, depth_from_msg
from realvlg_ros.simulation.recording import read_camera2world

# What is told of a fault.
_TOLD = 5


@dataclass
class Outcome:
    """What came of the cases.

    Attributes:
        read: cases that could be read, by kind.
        refused: cases that ended with an error of the package, by kind.
        faults: what else was raised: kind, number of the case and traceback.
        slowest_s: the longest time that a case took, s, and which.
    """

    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: tuple[float, str] = (0.0, '')

    @property
    def total(self) -> int:
        """Number of the cases."""
        return self.read.total() + self.refused.total() + len(self.faults)


class Fuzz:
    """Cases by their numbers: equal numbers make equal cases."""

    def __init__(self, seeds: Seeds, folder: Path) -> None:
        """Prepare the cases.

        Args:
            seeds: what is mutated.
            folder: for the mutated files.
        """
        self._seeds = seeds
        self._folder = folder
        self._kinds: dict[str, Callable[[np.random.Generator], None]] = {
            'bag': self._bag,
            'message': self._message,
            'folder': self._frame_folder,
        }

    def run(self, numbers: range, outcome: Outcome) -> None:
        """Run cases and note what came of them."""
        kinds = list(self._kinds)
        for number in numbers:
            kind = kinds[number % len(kinds)]
            began = time.perf_counter()
            try:
                self._kinds[kind](np.random.default_rng(number))
            except RealvlgError:
                outcome.refused[kind] += 1
            except Exception:
                last = traceback.format_exc().strip().splitlines()[-_TOLD:]
                outcome.faults.append(f'{kind} {number}:\n' + '\n'.join(last))
            else:
                outcome.read[kind] += 1
            taken = time.perf_counter() - began, f'{kind} {number}'
            outcome.slowest_s = max(outcome.slowest_s, taken)

    def _bag(self, rng: np.random.Generator) -> None:
        names = sorted(self._seeds.bags)
        name = names[int(rng.integers(len(names)))]
        path = self._folder / name
        path.write_bytes(mutate(self._seeds.bags[name], rng))
        with Bag(path) as bag:
            for _ in bag.messages():
                pass
            for _ in BagFrames(bag, choose_topics(bag), fixed_frame=FIXED_FRAME):
                pass

    def _message(self, rng: np.random.Generator) -> None:
        at = int(rng.integers(len(self._seeds.messages)))
        channel, data = self._seeds.messages[at]
        message = make_decoder(channel, no_warning)(mutate(data, rng))
        USES[channel.type](message)

    def _frame_folder(self, rng: np.random.Generator) -> None:
        folder = self._folder / 'frame'
        folder.mkdir(exist_ok=True)
        names = sorted(self._seeds.folder)
        harmed = names[int(rng.integers(len(names)))]
        for name in names:
            data = self._seeds.folder[name]
            (folder / name).write_bytes(mutate(data, rng) if name == harmed else data)
        read_camera2world(FrameSequence(folder).folders[0])
        FrameSequence(folder)[0]


def no_warning(_: str) -> None:
    return None


def _use_image(message: Any) -> None:
    for decode in (color_from_msg, depth_from_msg):
        try:
            decode(message)
        except RealvlgError as error:
            problem = error
        else:
            return
    raise problem


def _use_camera_info(message: Any) -> None:
    for rectified in (False, True):
        camera_from_msg(message, rectified).rays  # noqa: B018


def _use_tf(message: Any) -> None:
    tf = BagTf((), no_warning)
    tf.is_final = True
    for static in (False, True):
        tf.read(message, static)
    tf.wait('pose', lambda buffer: buffer.lookup(FIXED_FRAME, 'camera_color_optical_frame', 10**9))


USES: dict[str, Callable[[Any], None]] = {
    'sensor_msgs/msg/Image': _use_image,
    'sensor_msgs/msg/CompressedImage': _use_image,
    'sensor_msgs/msg/CameraInfo': _use_camera_info,
    'tf2_msgs/msg/TFMessage': _use_tf,
}
