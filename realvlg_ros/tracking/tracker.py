"""Targets that are true now: grounded in the past, followed to the newest frame."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Protocol

import numpy as np

from ..errors import FrameError
from ..frame import RgbdFrame
from ..grasping.grasp import Grasp
from ..grounding.grounding import Grounding, GroundingStatus
from ..image_region import RegionMask
from ..transforms import FloatArray, invert
from .appearance import describe
from .association import contested, track_again, track_at
from .catch_up import catch_up
from .key_frames import KeyFrame, KeyFrameMemory
from .region import region_of
from .reground import GroundingWish, due_wishes
from .replanning import plan_is_due, planning_input
from .settings import TrackerSettings
from .stream_break import stream_break
from .target import GraspTarget, TargetState
from .target_report import report
from .target_track import TargetTrack, middle_of

_MS = 1000.0


class Plan(Protocol):
    """What a planner answers; grasps in the camera's optical frame, best first."""

    @property
    def grasps(self) -> tuple[Grasp, ...]:
        """Best first."""
        ...

    @property
    def message(self) -> str:
        """Why there are none."""
        ...


class Planner(Protocol):
    """A GraspPlanner, or what can stand in for it."""

    def plan(self, frame: RgbdFrame, grounding: Grounding, up: FloatArray | None = None) -> Plan:
        """Plan grasps of the grounded object."""
        ...


class TargetTracker:
    """Follows grounded objects from frame to frame; not thread safe.

    Frames must not be written to after they were given: their depth is kept, not copied.
    """

    def __init__(self, planner: Planner, settings: TrackerSettings | None = None) -> None:
        """Follow nothing yet; the planner is called after groundings and to refine grasps."""
        self.settings = settings or TrackerSettings()
        self._planner = planner
        self._tolerance_ns = int(self.settings.stamp_tolerance_s * 1e9)
        self._memory = KeyFrameMemory(
            int(self.settings.memory_mb * 1e6),
            self._tolerance_ns,
            int(self.settings.request_timeout_s * 1e9),
        )
        self._tracks: list[TargetTrack] = []
        self._next_id = 1
        self._notices: list[str] = []

    @property
    def memory_bytes(self) -> int:
        """Memory taken by key frames."""
        return self._memory.size_bytes

    def take_notices(self) -> list[str]:
        """What happened to the stream since the last call: resets and their reasons."""
        notices, self._notices = self._notices, []
        return notices

    def take_wishes(self) -> list[GroundingWish]:
        """Groundings that lost targets, and those to be checked for drift, ask for now."""
        newest = self._memory.newest
        return [] if newest is None else due_wishes(self._tracks, newest.stamp_ns)

    def update(self, frame: RgbdFrame) -> list[GraspTarget]:
        """Follow every target into the newest frame.

        Returns the targets, also those that were lost by it. A clock that jumped back, a camera
        of another size or frame, or a pause of the stream ends the targets with the reason.
        """
        started = time.perf_counter()
        ended = self._check_stream(frame)
        key = KeyFrame.from_frame(frame)
        self._change_world(key)
        self._memory.add(key)
        for track in self._tracks:
            track.follow(key)
        for track in contested(self._tracks):
            track.yield_place()
        self._forget(key.stamp_ns)
        track_ms = (time.perf_counter() - started) * _MS
        planned_ms = self._plan_again(frame)
        timings = {'track': track_ms, **planned_ms}
        targets = [
            report(track, key, timings) for track in self._tracks if track.worth_reporting()
        ]
        return ended + targets

    def begin(self, request_id: str, stamp_ns: int) -> bool:
        """Keep the frame of a stamp for a grounding that has begun on it.

        Returns False when that frame is gone already.
        """
        return self._memory.protect(request_id, stamp_ns)

    def set_grounding(self, grounding: Grounding) -> GraspTarget:
        """Plan on the frame that was grounded, and carry the target to the newest one."""
        started = time.perf_counter()
        if grounding.status == GroundingStatus.IN_PROGRESS:
            self.begin(grounding.request_id, grounding.stamp_ns)
            return self._refuse(grounding, 'the grounding is still in progress')
        try:
            if grounding.status != GroundingStatus.OK:
                return self._refuse(grounding, grounding.message or grounding.status.name)
            key = self._memory.find(grounding.stamp_ns)
            if key is None:
                return self._refuse(grounding, self._why_gone(grounding))
            try:
                mask = _checked_region(grounding, key)
            except FrameError as error:
                return self._refuse(grounding, str(error))
            # Planner and tracker must speak of the same pixels, also when only a box was given.
            return self._take(replace(grounding, mask=mask), key, mask, started)
        finally:
            self._memory.release(grounding.request_id)

    def reset(self, track_id: int = 0) -> int:
        """Stop following a target, or all (0); returns how many were followed."""
        before = len(self._tracks)
        self._tracks = [t for t in self._tracks if track_id and t.track_id != track_id]
        return before - len(self._tracks)

    def _take(
        self, grounding: Grounding, key: KeyFrame, mask: RegionMask, started: float
    ) -> GraspTarget:
        """Find or make the target of a grounding, plan, and carry it to now."""
        planning = time.perf_counter()
        frame = key.to_frame()
        plan = self._planner.plan(frame, grounding, self._up(frame))
        planned = time.perf_counter()
        track, object2world = self._assign(grounding, key, mask)
        if track is None:
            return self._refuse(grounding, 'no depth on the object: neither tracked nor grasped')
        track.plan_message = plan.message
        world2object = invert(object2world)
        track.candidates.add_plan(
            tuple(g.transformed(world2object @ key.camera2world) for g in plan.grasps)
        )
        newest = self._memory.newest
        assert newest is not None
        if track.stamp_ns < newest.stamp_ns:
            self._carry(track, newest)
        track.planned_ns, track.planned_pose = newest.stamp_ns, track.object2world
        now = time.perf_counter()
        timings = {
            'plan': (planned - planning) * _MS,
            'catch_up': (now - planned) * _MS,
            'set_grounding': (now - started) * _MS,
        }
        return report(track, newest, timings)

    def _carry(self, track: TargetTrack, newest: KeyFrame) -> None:
        """Bring a target to the newest frame; behind something else it may be where it was."""
        grounded_ns = track.stamp_ns
        if catch_up(track, self._memory.since(grounded_ns)):
            return
        track.follow(newest)
        if not track.seen and not track.covered:
            delay = (newest.stamp_ns - grounded_ns) * 1e-9
            track.lose(f'could not be followed over the {delay:.2f} s that its grounding took')

    def _assign(
        self, grounding: Grounding, key: KeyFrame, mask: RegionMask
    ) -> tuple[TargetTrack | None, FloatArray]:
        """The target that a grounding speaks of, and its pose in the grounded frame."""
        middle = middle_of(key, mask)
        same = track_at(self._tracks, mask, middle, key.stamp_ns, self._tolerance_ns)
        if same is not None:
            past = same.pose_at(key.stamp_ns, self._tolerance_ns)
            assert past is not None
            same.grounding = grounding
            same.add_view(key, mask, past.object2world)
            return same, past.object2world
        fresh = TargetTrack(self._next_id, grounding, mask, key, self.settings)
        if not fresh.views:
            return None, np.eye(4)
        fresh.appearance = describe(key.color, mask, fresh.views[0].surface)
        again = track_again(self._tracks, grounding, fresh.appearance)
        if again is not None:
            fresh.track_id = again.track_id
            self._tracks.remove(again)
        else:
            self._next_id += 1
        self._tracks = [
            t for t in self._tracks
            if not grounding.request_id or t.grounding.request_id != grounding.request_id
        ]  # fmt: skip
        self._tracks = [*self._tracks, fresh][-self.settings.max_targets :]
        return fresh, fresh.object2world

    def _plan_again(self, frame: RgbdFrame) -> dict[str, float]:
        """Refine the grasps of one target, if one is due."""
        due = [track for track in self._tracks if plan_is_due(track)]
        if not due:
            return {}
        track = min(due, key=lambda t: t.planned_ns)
        started = time.perf_counter()
        grounding = planning_input(track, frame)
        key = self._memory.newest
        assert key is not None
        plan = self._planner.plan(frame, grounding, self._up(frame))
        camera2object = invert(track.object2world) @ key.camera2world
        track.take_plan(tuple(g.transformed(camera2object) for g in plan.grasps), plan.message)
        return {'plan': (time.perf_counter() - started) * _MS}

    def _up(self, frame: RgbdFrame) -> FloatArray | None:
        """The upward direction (3,) in the camera frame, if the fixed frame gives it."""
        return frame.up if self.settings.level_fixed_frame else None

    def _check_stream(self, frame: RgbdFrame) -> list[GraspTarget]:
        """End all targets when the stream has broken; they are returned with the reason."""
        last = self._memory.newest
        if last is None:
            return []
        reason = stream_break(last, frame, self.settings.max_gap_s)
        if not reason:
            return []
        self._notices.append(reason)
        ended = []
        for track in self._tracks:
            track.lose(reason)
            ended.append(replace(report(track, last, {}), stamp_ns=frame.stamp_ns))
        self.reset()
        self._memory.clear()
        return ended

    def _change_world(self, key: KeyFrame) -> None:
        """Move the targets between camera and fixed frame when tf comes or goes."""
        last = self._memory.newest
        if last is None or last.world == key.world:
            return
        # The camera is taken as still from the last frame to this one; features find the rest.
        old2new = key.camera2world @ invert(last.camera2world)
        for track in self._tracks:
            track.change_world(old2new)
        self._notices.append(f'targets now live in {key.world!r}, before in {last.world!r}')

    def _forget(self, stamp_ns: int) -> None:
        """Drop targets that have been lost for too long."""
        limit = stamp_ns - int(self.settings.forget_after_s * 1e9)
        self._tracks = [t for t in self._tracks if t.seen_ns >= limit]

    def _why_gone(self, grounding: Grounding) -> str:
        oldest, newest = self._memory.oldest_stamp_ns, self._memory.newest
        if oldest is None or newest is None:
            return f'frame {grounding.stamp_ns} ns is not in memory: no frame has come yet'
        return (
            f'frame {grounding.stamp_ns} ns is gone: whole frames from {oldest} to '
            f'{newest.stamp_ns} ns are kept; announce the request when it starts, or raise '
            f'memory_mb (now {self.settings.memory_mb:g})'
        )

    def _refuse(self, grounding: Grounding, reason: str) -> GraspTarget:
        newest = self._memory.newest
        return GraspTarget(
            TargetState.LOST,
            grounding.stamp_ns if newest is None else newest.stamp_ns,
            grounding.frame_id if newest is None else newest.world,
            camera_frame_id=grounding.frame_id,
            request_id=grounding.request_id,
            label=grounding.label,
            message=reason,
            grounded_stamp_ns=grounding.stamp_ns,
        )


def _checked_region(grounding: Grounding, key: KeyFrame) -> RegionMask:
    """The mask of a grounding that fits its frame.

    Raises:
        FrameError: it is for another camera or size, or has neither mask nor box.
    """
    camera = key.camera
    size = (grounding.image_width, grounding.image_height)
    if size != (0, 0) and size != (camera.width, camera.height):
        raise FrameError(
            f'the grounding is for a {size[0]}x{size[1]} image and the frame is '
            f'{camera.width}x{camera.height}; ground the same stream that is tracked'
        )
    if grounding.frame_id and grounding.frame_id != camera.frame_id:
        raise FrameError(
            f'the grounding is for camera {grounding.frame_id!r} and the frame is from '
            f'{camera.frame_id!r}; ground the same stream that is tracked'
        )
    return region_of(grounding, key.depth)
