"""One target: its pose in every frame, how it looks, and its grasps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray
from ...grasping.completion.object_box import ObjectBox
from ...grounding.grounding import Grounding
from ...image_region import Box, RegionMask
from ...support_plane import SupportPlane
from ...transforms import invert, make_transform, transform_covariance, transform_points
from ..measurement.object_motion import Measurement
from ..measurement.object_views import ObjectViews, is_clear
from ..measurement.region import carried_region
from ..measurement.rigid_fit import difference
from ..measurement.search import search_pose
from ..measurement.visibility import agreeing_colors, see_surface
from ..memory.key_frames import KeyFrame
from ..settings import TrackerSettings
from .appearance import Appearance, Likeness
from .first_plans import FirstPlans
from .grasp_candidates import GraspCandidates
from .life import TargetLife
from .plan_job import PlanResult
from .pose_filter import PoseFilter
from .scene_memory import SceneMemory
from .stability import position_std

# How long past poses are kept, s, to meet groundings of past frames. Chosen: longer than a large
# model takes.
_HISTORY_S = 10.0
# A measured position with a greater deviation than this, m, leaves a direction free. Chosen: more
# than a finger has room.
_CERTAIN_STD_M = 0.008
# A pose that differs from an earlier one by so many deviations is of an object that moved. Chosen:
# twice the usual three, for errors that frames share.
_MOVED_SIGMAS = 6.0
# What is found again must stand over the support by this share of its former height. Chosen: a
# thing that was laid on its side is grounded anew.
_LEAST_HEIGHT = 0.5
# Covariance of the first pose, by definition exact: 0.1 mm and 1 mrad. Chosen: small, not
# singular.
_START_STD = np.diag([1e-4**2] * 3 + [1e-3**2] * 3)


@dataclass(frozen=True)
class PastPose:
    """Where a target was in one frame.

    Attributes:
        stamp_ns: of the frame.
        object2world: 4x4.
        box: in the image; None where it is outside.
        seen: whether it was measured there; else the pose is a prediction.
        clear: whether it was in full sight.
    """

    stamp_ns: int
    object2world: FloatArray
    box: Box | None
    seen: bool
    clear: bool


class TargetTrack:
    """An object followed from the frame in which it was grounded."""

    def __init__(
        self,
        track_id: int,
        grounding: Grounding,
        mask: RegionMask,
        key: KeyFrame,
        settings: TrackerSettings,
    ) -> None:
        """Start on the key frame; `views` stays empty when the object has no depth there.

        The object's frame is upright in the world, at its middle.

        Args:
            track_id: unique among targets.
            grounding: of the object.
            mask: the object's pixels in the frame.
            key: the frame that was grounded.
            settings: of the tracker.
        """
        self.track_id = track_id
        self.grounding = grounding
        self.settings = settings
        self.life = TargetLife(settings, key.stamp_ns)
        self.candidates = GraspCandidates(settings)
        self.views = ObjectViews(settings)
        self.appearance: Appearance | None = None
        # Whether the mask of the newest grounding holds the object alone.
        self.mask_trusted = True
        self.mask: RegionMask | None = mask
        self.plan_message = self.notice = ''
        # What it stands on, in the world, by the last plan that saw it.
        self.support: SupportPlane | None = None
        # Around it, in its own frame, by the last plan that saw it.
        self.object_box: ObjectBox | None = None
        # From where it should be looked at, in its own frame, where the last plan says so.
        self.look_from: FloatArray | None = None
        # Stamp of the newest frame that was planned in, ns; since when no grasp is free.
        self.evidence_ns = 0
        self.blocked_ns: int | None = None
        self.checked_scene: SceneMemory | None = None
        self.planning = False
        self.first_plans: FirstPlans | None = None
        self.planned_pose = np.eye(4)
        self.surprise = 0.0
        self.contradictions = 0
        self.born_ns = self.planned_ns = self.settled_ns = self.stamp_ns = key.stamp_ns
        self.clear_view = True
        object2world = make_transform(np.eye(3), middle_of(key, mask))
        self.filter = PoseFilter(object2world, _START_STD.copy(), settings, key.stamp_ns)
        self.views.add(key, mask, object2world)
        self._view_noise = _START_STD
        self._certain = True
        self._before, self._seen_before_ns = self.filter, key.stamp_ns
        self._searched_ns = key.stamp_ns
        self._history: deque[PastPose] = deque()
        self._remember()

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings."""
        self.settings = settings
        for part in (self.life, self.candidates, self.views, self.filter, self._before):
            part.use_settings(settings)

    @property
    def object2world(self) -> FloatArray:
        """Pose of the object now."""
        return self.filter.pose

    @property
    def covariance(self) -> FloatArray:
        """Of that pose (6x6), with the share of the noise that the view itself carries.

        No later frame averages that.
        """
        return self.filter.covariance + self._view_noise

    @property
    def box(self) -> Box | None:
        """Of the object in the newest image."""
        return None if self.mask is None else self.mask.box

    @property
    def seen(self) -> bool:
        """Whether it was seen in the newest frame."""
        return self.life.seen_ns == self.stamp_ns

    @property
    def settled(self) -> bool:
        """Whether its first plans have been made: until then it is not published."""
        return self.first_plans is None

    @property
    def awaits_plan(self) -> bool:
        """Whether all grasps are blocked, and no newer frame has been planned in."""
        return self.blocked_ns is not None and self.evidence_ns < self.blocked_ns

    @property
    def moved_since_plan(self) -> bool:
        """Whether what stands around it may be different from what the last plan saw."""
        error = difference(self.object2world, self.planned_pose)
        return bool(
            np.linalg.norm(error[:3]) > self.settings.replan_distance
            or np.degrees(np.linalg.norm(error[3:])) > self.settings.replan_angle_deg
        )

    def follow(self, key: KeyFrame) -> None:
        """Take the newest frame: predict, measure, filter, and decide the state."""
        self._before, self._seen_before_ns = self.filter.copy(), self.life.seen_ns
        self.filter.predict(key.stamp_ns, self._certain or self.filter.held_back > 0)
        self.stamp_ns = key.stamp_ns
        world2camera = invert(key.camera2world)
        predicted = world2camera @ self.object2world
        measured = self.views.locate(key, predicted)
        if measured is None:
            measured = self._search(key, predicted)
        if measured is not None:
            leapt = np.linalg.norm(measured.object2camera[:3, 3] - predicted[:3, 3])
            if leapt > self.settings.replan_distance:
                self.life.interrupt()
            if self.life.interrupted and not self._is_it(key, measured):
                measured = None
        if measured is None:
            self.filter.miss()
        accepted = measured is not None and self._accept(key, measured)
        object2camera = world2camera @ self.object2world
        view = self.views.nearest(object2camera)
        self._certain = self._certain and accepted
        self.mask = carried_region(view, key.camera, object2camera)
        if accepted and measured is not None:
            # The filter lags behind what moves, and a view would keep that.
            sharp = measured.object2camera if self.filter.moving else object2camera
            self.views.refresh(key, measured, view, sharp, self.mask)
        else:
            seen = see_surface(view, key, object2camera)
            spread, waits = position_std(self.filter.covariance), self.filter.held_back > 0
            self.life.miss(key.stamp_ns, seen, self.mask, spread, waits)
        self._remember()

    def jump(self, key: KeyFrame, measured: Measurement) -> None:
        """Set the pose to a measurement, however far it is from the prediction."""
        object2world = key.camera2world @ measured.object2camera
        noise = transform_covariance(key.camera2world, measured.covariance)
        self._view_noise = transform_covariance(key.camera2world, measured.view_covariance)
        moved = np.abs(difference(object2world, self.object2world))
        self.filter = PoseFilter(object2world, noise, self.settings, key.stamp_ns)
        # What moved on the way may still do so.
        self.filter.moving = bool(np.any(moved > _MOVED_SIGMAS * np.sqrt(np.diag(noise))))
        self.stamp_ns = self.life.seen_ns = key.stamp_ns
        view = self.views.nearest(measured.object2camera)
        self.mask = carried_region(view, key.camera, measured.object2camera)
        self.clear_view = is_clear(measured)
        self.views.refresh(key, measured, view, measured.object2camera, self.mask)
        self._remember()

    def come_from(self, key: KeyFrame, measured: Measurement) -> None:
        """Take the speed from where it was measured to be in the frame before the newest."""
        noise = transform_covariance(key.camera2world, measured.covariance)
        moved = difference(self.object2world, key.camera2world @ measured.object2camera)
        if np.any(np.abs(moved) > _MOVED_SIGMAS * np.sqrt(np.diag(noise))):
            self.filter.moving = True
            self.filter.twist = moved / max((self.stamp_ns - key.stamp_ns) * 1e-9, 1e-3)

    def reject_measurement(self) -> None:
        """Take back the newest measurement: another target is where it was measured."""
        if not self.seen:
            return
        self.filter = self._before
        self.filter.predict(self.stamp_ns, seen=False)
        self.life.give_way(self.stamp_ns, min(self._seen_before_ns, self.stamp_ns - 1))
        self._history.pop()
        self._remember()

    def take_plan(self, result: PlanResult) -> None:
        """Fuse the grasps of a plan."""
        if self.candidates.plans >= self.settings.fused_plans and self.moved_since_plan:
            self.candidates.begin_again()
        frame = result.job.frame
        self.candidates.add_plan(result.grasps, result.job.averaged, frame.stamp_ns)
        self.evidence_ns = max(self.evidence_ns, frame.stamp_ns)
        if result.support is not None:
            pose = np.eye(4) if frame.camera2fixed is None else frame.camera2fixed
            self.support = result.support.plane.seen_from(invert(pose))
        self.object_box = result.box or self.object_box
        self.look_from = result.look_from
        self.plan_message = result.message
        # A new target counts as planned for where it was when its grounding came.
        if self.settled:
            self.planned_pose = result.job.object2world
        self.planning = False

    def change_world(self, old2new: FloatArray, notice: str) -> None:
        """Live in another frame from now on, and say so until stable there.

        Args:
            old2new: (4x4) from the frame before.
            notice: in words.
        """
        self.notice = notice
        self.filter.change_frame(old2new)
        self._view_noise = transform_covariance(old2new, self._view_noise)
        self.planned_pose = old2new @ self.planned_pose
        if self.support is not None:
            self.support = self.support.seen_from(invert(old2new))
        self.life.gauge.reset()
        self._history.clear()

    def pose_at(self, stamp_ns: int, tolerance_ns: int) -> PastPose | None:
        """Where it was in the frame of a stamp, if that is remembered."""
        for past in reversed(self._history):
            if abs(past.stamp_ns - stamp_ns) <= tolerance_ns:
                return past
        return None

    def pose_in(self, key: KeyFrame, mask: RegionMask, past: PastPose) -> FloatArray | None:
        """The pose (object2world) in a frame in which a grounding shows the object.

        Where it was not seen there, as when it was moved just before, it is measured from where
        the grounding shows it, and followed from there unless it has been seen again since; None
        where it cannot be measured.

        Args:
            key: the frame.
            mask: of the grounding in it.
            past: the pose that was taken for that of the frame.
        """
        if past.seen:
            return past.object2world
        there = past.object2world.copy()
        view = self.views.grounded
        there[:3, 3] += middle_of(key, mask) - transform_points(there, view.surface).mean(axis=0)
        measured = self.views.locate(key, invert(key.camera2world) @ there)
        if measured is None:
            return None
        if not self.seen:
            while self._history and self._history[-1].stamp_ns >= key.stamp_ns:
                self._history.pop()
            self.jump(key, measured)
        return key.camera2world @ measured.object2camera

    def past_place(self, key: KeyFrame) -> FloatArray | None:
        """The pose (object2camera) in a past frame; None where it was not in full sight."""
        past = min(self._history, key=lambda past: abs(past.stamp_ns - key.stamp_ns))
        object2camera = invert(key.camera2world) @ past.object2world
        if past.stamp_ns == key.stamp_ns:
            return object2camera if past.clear else None
        measured = self.views.locate(key, object2camera)
        if measured is None or not is_clear(measured):
            return None
        return measured.object2camera

    def _search(self, key: KeyFrame, predicted: FloatArray) -> Measurement | None:
        """Look around for an object that is out of sight, now and then."""
        due = key.stamp_ns - self._searched_ns >= self.settings.search_period * 1e9
        if self.filter.held_back or not due:
            return None
        self._searched_ns = key.stamp_ns
        spread = position_std(self.filter.covariance)
        return search_pose(self.views.nearest(predicted), key, predicted, spread, self.settings)

    def _is_it(self, key: KeyFrame, measured: Measurement) -> bool:
        """Whether what was found after a loss can be the object, by its colours and its height."""
        view = self.views.nearest(measured.object2camera)
        pixels = agreeing_colors(view, key, measured.object2camera)
        if self.appearance is not None and len(pixels):
            look = Appearance.of(pixels, self.appearance.extent)
            if self.appearance.compare(look) is Likeness.DIFFERS:
                return False
        if self.support is None:
            return True
        # A top that is found in the support itself is no object.
        found = key.camera2world @ measured.object2camera
        now, then = (
            float(np.median(self.support.height(transform_points(pose, view.surface))))
            for pose in (found, self.planned_pose)
        )
        return now >= _LEAST_HEIGHT * then

    def _accept(self, key: KeyFrame, measured: Measurement) -> bool:
        noise = transform_covariance(key.camera2world, measured.covariance)
        if not self.filter.update(key.camera2world @ measured.object2camera, noise):
            return False
        # Where a position is free, its spread grows as if the object were unseen.
        self._certain = position_std(noise) < _CERTAIN_STD_M
        self.surprise = self.filter.distance + 10 * (1 - measured.support)
        self.clear_view = is_clear(measured)
        self.life.see(key.stamp_ns)
        return True

    def _remember(self) -> None:
        clear = self.seen and self.clear_view
        self._history.append(
            PastPose(self.stamp_ns, self.object2world, self.box, self.seen, clear)
        )
        while self._history[0].stamp_ns < self.stamp_ns - _HISTORY_S * 1e9:
            self._history.popleft()


def middle_of(key: KeyFrame, mask: RegionMask) -> FloatArray:
    """Median of the object's points (3,) in the world, m; zero without depth."""
    rows, columns = np.nonzero(mask.data)
    rows, columns = rows + mask.y_offset, columns + mask.x_offset
    z = key.depth[rows, columns]
    if not np.any(z > 0):
        return np.zeros(3)
    pixels = np.stack([columns, rows], axis=1)[z > 0]
    points = key.camera.deproject(pixels, z[z > 0])
    middle = np.median(points, axis=0)
    return np.asarray(key.camera2world[:3, :3] @ middle + key.camera2world[:3, 3])
