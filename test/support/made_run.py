"""A run folder of a small made-up replay: a red box on a table, asked for, hidden once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from realvlg_ros.replay.bags.known_types import message_class
from realvlg_ros.replay.bags.writer import BagWriter

START_NS = 1_000_000_000_000
FRAME = 'base_link'


@dataclass(frozen=True)
class MadeRun:
    """What happens in it.

    Attributes:
        instructions: asked every two seconds, from 0.5 s on.
        statuses: of their answers; '' for a goal without an answer.
        seconds, rate_hz: of the recording.
        jitter: standard deviation of the position of the grasp, m.
        shift: of the position of the grasp, m.
        hidden: when the object is out of sight, s.
        message: reason of the answers.
        step_ms: wall time of tracking a frame.
        seed: of the noise.
        parameters: of the run.
    """

    instructions: tuple[str, ...] = ('pick up the red box',)
    statuses: tuple[str, ...] = ('OK',)
    seconds: float = 4.0
    rate_hz: float = 10.0
    jitter: float = 0.0003
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    hidden: tuple[float, float] = (2.5, 3.0)
    message: str = 'grasps were planned'
    step_ms: float = 12.0
    seed: int = 0
    parameters: tuple[tuple[str, float], ...] = (('lost_after', 2.0), ('gate', 22.5))

    def times(self) -> list[tuple[int, float]]:
        """Stamp, ns, and time, s, of each frame."""
        count = round(self.seconds * self.rate_hz)
        return [(START_NS + round(k * 1e9 / self.rate_hz), k / self.rate_hz) for k in range(count)]

    def write(self, folder: Path, recording: bool = True) -> Path:
        """Write the folder, with pictures and clouds or without; returns it."""
        folder.mkdir(parents=True)
        (folder / 'run.json').write_text(json.dumps(self._facts()))
        events = self._events()
        _write_lines(folder / 'answers.jsonl', events)
        _write_lines(folder / 'timings.jsonl', self._timings())
        if recording:
            self._record(folder / 'out.mcap', events)
        return folder

    def asked(self) -> list[tuple[str, str, str, float]]:
        """Id, instruction, status and time, s, of each goal."""
        pairs = zip(self.instructions, self.statuses, strict=True)
        return [(f'g{k}', *pair, 0.5 + 2.0 * k) for k, pair in enumerate(pairs)]

    def _facts(self) -> dict[str, Any]:
        times = self.times()
        count = len(times)
        return {
            'format': 'realvlg-replay-1',
            'bag': {
                'path': 'recordings/table.mcap', 'storage': 'mcap', 'duration_s': self.seconds,
                'start_ns': START_NS,
                'topics': [
                    {'name': '/color', 'type': 'sensor_msgs/msg/Image', 'count': count},
                    {'name': '/depth', 'type': 'sensor_msgs/msg/Image', 'count': count},
                ],
                'chosen': {'color': '/color', 'depth': '/depth'},
            },
            'goals': [
                {'id': key, 'at_s': t, 'instruction': words} for key, words, _, t in self.asked()
            ],
            'latency': 'fixed:0.5', 'gripper': 'franka_hand', 'backend': 'tabletop',
            'parameters': {'tracker': dict(self.parameters), 'planner': {'max_opening': 0.08}},
            'versions': {'realvlg_ros': '0.1.0', 'numpy': np.__version__},
            'intrinsics': {'width': 320, 'height': 240, 'fx': 300.0, 'fy': 300.0},
            'fixed_frame': FRAME,
            'frames': {
                'count': count, 'dropped': {'no depth within 16 ms': 2},
                'first_ns': times[0][0], 'last_ns': times[-1][0], 'rate_hz': self.rate_hz,
            },
            'lighting': {'brightness_mean': 112.5, 'contrast': 31.0},
            'warnings': [],
        }  # fmt: skip

    def _events(self) -> list[dict[str, Any]]:
        rng = np.random.default_rng(self.seed)
        events: list[dict[str, Any]] = []
        for stamp, t in self.times():
            base = {'stamp_ns': stamp, 't_s': t}
            for number, (key, words, status, at) in enumerate(self.asked(), 1):
                if abs(t - at) < 0.5 / self.rate_hz:
                    events.append(
                        {'event': 'goal', **base, 'goal': key, 'instruction': words, 'at_s': at}
                    )
                due = abs(t - at - 0.5) < 0.5 / self.rate_hz and status
                if due:
                    events += self._answers(base, key, status)
                if status == 'OK' and t >= at + 0.5 - 1e-9:
                    events.append(self._target(base, key, number, rng))
            if abs(t - self.seconds / 2) < 0.5 / self.rate_hz:
                events.append({'event': 'notice', **base, 'message': 'no depth within 16 ms'})
        return events

    def _answers(self, base: dict[str, Any], key: str, status: str) -> list[dict[str, Any]]:
        found = status in ('OK', 'NO_GRASP')
        grounding = {
            'event': 'grounding', **base, 'goal': key, 'status': 'OK' if found else status,
            'message': 'one object fits', 'label': 'red box', 'again': False,
            'grounded_stamp_ns': base['stamp_ns'] - 500_000_000,
        }  # fmt: skip
        answer = {
            'event': 'answer',
            **base,
            'goal': key,
            'status': status,
            'message': self.message,
        }
        if status == 'AMBIGUOUS':
            candidates = [
                {'label': 'red box', 'description': f'the {w} one', 'box_xyxy': [9, 9, 90, k]}
                for k, w in ((70, 'a'), (80, 'b'))
            ]
            grounding |= {'question': 'Which red box?', 'candidates': candidates}
        if status == 'OK':
            answer |= self._pose(np.zeros(3)) | {'support_plane': [0.0, 0.0, 1.0, 0.0]}
        return [grounding, answer]

    def _target(
        self, base: dict[str, Any], key: str, track: int, rng: np.random.Generator
    ) -> dict[str, Any]:
        hidden = self.hidden[0] <= base['t_s'] < self.hidden[1]
        state = 'OCCLUDED' if hidden else 'CONFIRMED'
        target = {
            'event': 'target', **base, 'goal': key, 'state': state, 'stable': not hidden,
            'message': 'out of sight' if hidden else '', 'label': 'red box', 'track_id': track,
        }  # fmt: skip
        return target | self._pose(rng.normal(0.0, self.jitter, 3))

    def _pose(self, noise: np.ndarray) -> dict[str, Any]:
        position = np.array([0.4, 0.02, 0.03]) + self.shift + noise
        turn = Rotation.from_euler('xyz', [np.pi, 0.0, 0.3 + 5 * noise[0]])
        return {
            'frame_id': FRAME, 'position_m': position.tolist(),
            'quaternion_xyzw': turn.as_quat().tolist(), 'width_m': 0.045, 'quality': 0.82,
            'covariance': np.diag([1e-6] * 3 + [4e-4] * 3).tolist(), 'grasps': 3,
            'checked_stamp_ns': START_NS, 'box_xyxy': [100.0, 80.0, 160.0, 140.0],
        }  # fmt: skip

    def _timings(self) -> list[dict[str, Any]]:
        return [
            {'stamp_ns': s, 't_s': t, 'ms': {'decode': 2.0, 'track': self.step_ms + 3 * (t % 1)}}
            for s, t in self.times()
        ]

    def _record(self, path: Path, events: Sequence[dict[str, Any]]) -> None:
        answers = {e['stamp_ns']: e for e in events if e['event'] == 'answer'}
        with BagWriter(path) as bag:
            for stamp, t in self.times():
                picture = _message('sensor_msgs/msg/CompressedImage', _header(stamp, 'camera'))
                bag.write('/realvlg/overlay/compressed', picture('jpeg', self._draw(t)), stamp)
                if stamp in answers:
                    bag.write('/realvlg/cloud', cloud(stamp), stamp)
                if answers.get(stamp, {}).get('status') == 'OK':
                    bag.write('/realvlg/markers', markers(stamp), stamp)

    def _draw(self, t: float) -> np.ndarray:
        image = np.full((240, 320, 3), 128, np.uint8)
        hidden = self.hidden[0] <= t < self.hidden[1]
        color = (40, 40, 40) if hidden else (20, 20, 200)
        cv2.rectangle(image, (130, 90), (190, 150), color, -1)
        cv2.putText(image, f'{t:.2f} s', (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 2)
        return cv2.imencode('.jpg', image)[1].ravel()


def cloud(stamp: int) -> Any:
    """A table with a red box, from above, as PointCloud2."""
    x, y = (
        g.ravel() for g in np.meshgrid(np.arange(0.2, 0.6, 0.005), np.arange(-0.2, 0.2, 0.005))
    )
    on_box = (np.abs(x - 0.4) < 0.03) & (np.abs(y - 0.02) < 0.03)
    values = np.zeros(len(x), [('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('rgb', '<u4')])
    values['x'], values['y'], values['z'] = x, y, np.where(on_box, 0.05, 0.0)
    values['rgb'] = np.where(on_box, 0xC81414, 0x808080)
    field = message_class('sensor_msgs/msg/PointField')
    fields = [field(name, 4 * k, 7, 1) for k, name in enumerate(('x', 'y', 'z', 'rgb'))]
    make = _message('sensor_msgs/msg/PointCloud2', _header(stamp, FRAME))
    data = np.frombuffer(values.tobytes(), np.uint8)
    return make(1, len(x), fields, False, 16, 16 * len(x), data, True)


def markers(stamp: int) -> Any:
    """The gripper of one grasp: two fingers and a palm."""
    point, quaternion = _class('geometry_msgs/msg/Point'), _class('geometry_msgs/msg/Quaternion')
    vector, color = _class('geometry_msgs/msg/Vector3'), _class('std_msgs/msg/ColorRGBA')
    pose, duration = _class('geometry_msgs/msg/Pose'), _class('builtin_interfaces/msg/Duration')
    uv = np.zeros(0, np.uint8)
    image = _message('sensor_msgs/msg/CompressedImage', _header(stamp, FRAME))('', uv)
    mesh = _class('visualization_msgs/msg/MeshFile')('', uv)
    made = []
    boxes = (
        ((0.4, -0.01, 0.06), (0.02, 0.01, 0.05)),
        ((0.4, 0.05, 0.06), (0.02, 0.01, 0.05)),
        ((0.4, 0.02, 0.12), (0.06, 0.2, 0.07)),
    )
    for number, (place, size) in enumerate(boxes):
        at = pose(point(*place), quaternion(0.0, 0.0, 0.0, 1.0))
        make = _message('visualization_msgs/msg/Marker', _header(stamp, FRAME))
        made.append(
            make(
                'grasps', number, 1, 0, at, vector(*size), color(0.0, 1.0, 0.0, 1.0),
                duration(0, 0), False, [], [], '', image, [], '', '', mesh, False,
            )
        )  # fmt: skip
    return _class('visualization_msgs/msg/MarkerArray')(made)


def _class(name: str) -> Any:
    return message_class(name)


def _message(name: str, header: Any) -> Any:
    return lambda *values: message_class(name)(header, *values)


def _header(stamp: int, frame: str) -> Any:
    time = message_class('builtin_interfaces/msg/Time')(stamp // 10**9, stamp % 10**9)
    return message_class('std_msgs/msg/Header')(time, frame)


def _write_lines(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    path.write_text(''.join(json.dumps(line) + '\n' for line in lines))
