"""The part of `jitter` on real frames: a fixed camera over still tubes, real depth noise."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.report import Report
from realvlg_ros.arrays import FloatArray
from realvlg_ros.errors import FrameError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.grasping.completion.object_box import ObjectBox
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import Box
from realvlg_ros.rectangle import GraspRectangle
from realvlg_ros.support_plane import SupportPlane
from realvlg_ros.tracking.lock_step import LockStep
from realvlg_ros.tracking.measurement.region import region_of
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.plan_job import Planner
from realvlg_ros.tracking.tracker import TargetTracker
from realvlg_ros.transforms import make_transform

_ROOT = Path(__file__).parents[2]
_PERIOD_NS = 33_333_333


def add_real_sequence(report: Report) -> None:
    """Jitter of a raw point and of the tracker over the sequence, if the frames are here.

    The tubes are wider than any gripper: the middle of the masked depth stands for a grasp, raw in
    every frame, and tracked from the first. The first two of eight frames are for the tracker to
    settle. There is no truth to measure errors against.
    """
    frames = Path(os.environ.get('REALVLG_FRAMES', _ROOT.parent / 'shared/data/rgbd'))
    folders = sorted(p for p in (frames / 'static_tubes_sequence').glob('*') if p.is_dir())
    if not folders:
        print(f'no frames in {frames}: the real sequence is left out (set REALVLG_FRAMES)')
        return
    planner = _MiddlePlanner()
    stream = LockStep(TargetTracker(TrackerSettings(fused_plans=1)), planner)
    corners = json.loads((folders[0] / 'objects_seen.json').read_text())['objects'][0]
    box = Box(*corners['box_xyxy_approx'])
    raw: list[FloatArray | None] = []
    ours: list[FloatArray | None] = []
    for index, folder in enumerate(folders):
        frame = read_frame(folder, stamp_ns=index * _PERIOD_NS)
        grounding = Grounding(
            GroundingStatus.OK, corners['phrase'], stamp_ns=frame.stamp_ns, box=box,
            request_id='tubes', label=corners['name'],
        )  # fmt: skip
        try:
            region = region_of(grounding, frame.depth)
        except FrameError as error:
            print(f'{folder}: {error}')
            return
        plan = planner.plan(frame, replace(grounding, mask=region))
        raw.append(plan.grasps[0].tcp2frame)
        targets = stream.update(frame)
        if index == 0:
            targets = [stream.set_grounding(grounding)]
        ours.append(targets[0].grasps[0].tcp2frame if targets and targets[0].grasps else None)
    report.add('real_tubes.raw.jitter_mm', _jitter_mm(raw[2:]))
    report.add('real_tubes.ours.jitter_mm', _jitter_mm(ours[2:]))


@dataclass(frozen=True)
class _MiddlePlan:
    grasps: tuple[Grasp, ...]
    message: str = ''
    plane: SupportPlane | None = None
    box: ObjectBox | None = None
    look_from: FloatArray | None = None


class _MiddlePlanner(Planner):
    """Takes the middle of the masked depth for a grasp from above."""

    def plan(
        self,
        frame: RgbdFrame,
        grounding: Grounding,
        up: FloatArray | None = None,
        *,
        known: Sequence[Grasp] = (),
    ) -> _MiddlePlan:
        """Place the TCP at the mean point of the mask."""
        assert grounding.mask is not None
        mask = grounding.mask.to_full(*frame.depth.shape) & frame.valid
        middle = frame.points[mask].mean(axis=0).astype(np.float64)
        rectangle = GraspRectangle(*grounding.mask.box.center, 0.0, 40.0, 15.0)
        grasp = Grasp(
            make_transform(np.eye(3), middle), np.diag([0.002**2] * 3 + [0.03**2] * 3), 0.05,
            0.06, 0.1, np.array([0.0, 0, -1]), 0.1, 0.5, GraspSource.GEOMETRY, rectangle,
            rectangle.to_contacts(), np.array([middle, middle]), (9, 9), 0.01,
        )  # fmt: skip
        return _MiddlePlan((grasp,))


def _jitter_mm(poses: list[FloatArray | None]) -> float:
    steps = [
        np.linalg.norm(b[:3, 3] - a[:3, 3])
        for a, b in zip(poses[:-1], poses[1:], strict=True)
        if a is not None and b is not None
    ]
    return float(np.sqrt(np.mean(np.square(steps)))) * 1000 if steps else float('nan')
