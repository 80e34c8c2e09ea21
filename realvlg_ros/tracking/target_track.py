"""One target's life: its pose, its views, its grasps and its state."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from ..grounding.grounding import Grounding
from ..image_region import Box, RegionMask
from ..transforms import FloatArray, invert, make_transform, transform_covariance
from .appearance import Appearance
from .grasp_candidates import GraspCandidates
from .key_frames import KeyFrame
from .object_motion import Measurement, measure_pose
from .object_view import ObjectView, make_view
from .plan_job import PlanResult
from .pose_filter import PoseFilter
from .region import carried_region, fresh_region
from .rigid_fit import difference
from .search import search_pose
from .settings import TrackerSettings
from .stability import StabilityGauge, position_std
from .target import TargetState
from .visibility import Visibility, see_surface

# How long past poses are kept, to meet groundings of past frames.
_HISTORY_S = 10.0
# With less than this hidden and more than that agreeing, a view or plan of it can be trusted.
_CLEAR_HIDDEN, _CLEAR_SUPPORT = 0.04, 0.75
# Agreeing less than this, a view is replaced after this share of the turn that others allow.
_FADING_SUPPORT, _FADING_SHARE = 0.88, 0.4
# A target with more than this share of its surface hidden may be behind something.
_COVERED = 0.3
# A measured position worse than this leaves a direction free.
_CERTAIN_STD_M = 0.008
# A pose that differs from an earlier one by so many deviations is of an object that moved.
_MOVED_SIGMAS = 6.0
_START_STD = np.diag([1e-4**2] * 3 + [1e-3**2] * 3)


@dataclass(frozen=True)
class PastPose:
    """Where a target was in one frame."""

    stamp_ns: int
    object2world: FloatArray
    box: Box | None
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
        """Start on the key frame; `views` stays empty when the object has no depth there."""
        self.track_id = track_id
        self.grounding = grounding
        self.settings = settings
        self.state = TargetState.TENTATIVE
        self.message = ''
        self.candidates = GraspCandidates(settings)
        self.gauge = StabilityGauge(settings)
        self.appearance: Appearance | None = None
        self.history: deque[PastPose] = deque()
        self.visibility: Visibility | None = None
        self.plan_message = ''
        self.surprise = 0.0
        self.clear_view = True
        self.fading = False
        self.certain = True
        self.born_ns = self.planned_ns = key.stamp_ns
        self.planning = False
        self.contradictions = 0
        self.planned_pose = np.eye(4)
        self.asked_ns = key.stamp_ns
        self.reported_ns = key.stamp_ns
        self._reported = self.state
        self.restart(key, mask)

    def restart(self, key: KeyFrame, mask: RegionMask) -> None:
        """Begin anew on a frame, with a new object frame: upright in the world, at its middle."""
        centre = middle_of(key, mask)
        object2world = make_transform(np.eye(3), centre)
        self.filter = PoseFilter(object2world, _START_STD.copy(), self.settings, key.stamp_ns)
        self.view_noise = _START_STD
        self.views: list[ObjectView] = []
        self.mask: RegionMask | None = mask
        self.seen_ns = key.stamp_ns
        self._searched_ns = key.stamp_ns
        self.stamp_ns = key.stamp_ns
        self.seen_frames = 1
        self.add_view(key, mask, object2world)
        self._before = self.filter
        self._remember()

    @property
    def object2world(self) -> FloatArray:
        """Pose of the object now."""
        return self.filter.pose

    @property
    def covariance(self) -> FloatArray:
        """Of that pose (6x6), with the share of the noise that the view itself carries.

        No later frame averages that.
        """
        return self.filter.covariance + self.view_noise

    @property
    def grounded_view(self) -> ObjectView:
        """The view in the image that the grounding's rectangles refer to."""
        return self.views[0]

    @property
    def box(self) -> Box | None:
        """Of the object in the newest image."""
        return None if self.mask is None else self.mask.box

    @property
    def seen(self) -> bool:
        """Whether it was seen in the newest frame."""
        return self.seen_ns == self.stamp_ns

    @property
    def covered(self) -> bool:
        """Whether something stands before most of where it should be."""
        seen = self.visibility
        return seen is not None and seen.hidden >= _COVERED and seen.hidden > seen.vacated

    def add_view(self, key: KeyFrame, mask: RegionMask, object2world: FloatArray) -> bool:
        """Remember how the object looks in a frame; False when it has no depth there."""
        object2camera = invert(key.camera2world) @ object2world
        view = make_view(key, mask, object2camera, self.settings)
        if view is None:
            return False
        # The first view is the reference of the grasps: it stays, the oldest other goes.
        if len(self.views) >= self.settings.max_views:
            del self.views[min(1, len(self.views) - 1)]
        self.views.append(view)
        return True

    def locate(self, key: KeyFrame, predicted: FloatArray) -> Measurement | None:
        """Measure the pose in a frame near a predicted one (object2camera)."""
        view = self.nearest_view(predicted)
        measured = measure_pose(view, key, predicted, self.settings)
        if measured is None and view is not self.views[0]:
            # A later view may have been made of a wrong mask; the first was grounded.
            measured = measure_pose(self.views[0], key, predicted, self.settings)
        return measured

    def follow(self, key: KeyFrame) -> None:
        """Take the newest frame: predict, measure, filter, and decide the state."""
        self._before = self.filter.copy()
        self.filter.predict(key.stamp_ns, self.certain or self.filter.held_back > 0)
        self.stamp_ns = key.stamp_ns
        world2camera = invert(key.camera2world)
        predicted = world2camera @ self.object2world
        measured = self.locate(key, predicted)
        if measured is None:
            measured = self._search(key, predicted)
        if measured is None:
            self.filter.miss()
        accepted = measured is not None and self._accept(key, measured)
        object2camera = world2camera @ self.object2world
        view = self.nearest_view(object2camera)
        self.visibility = None
        self.certain = self.certain and accepted
        if not accepted:
            self.visibility = see_surface(
                view, key.depth, key.camera, object2camera, self.settings
            )  # fmt: skip
        self.mask = carried_region(view, key.camera, object2camera)
        self._decide(accepted)
        if accepted and measured is not None:
            # The filter lags behind what moves, and a view would keep that.
            sharp = measured.object2camera if self.filter.moving else object2camera
            self._refresh_views(key, view, sharp)
        self._remember()

    def jump(self, key: KeyFrame, measured: Measurement) -> None:
        """Set the pose to a measurement, however far it is from the prediction."""
        object2world = key.camera2world @ measured.object2camera
        noise = transform_covariance(key.camera2world, measured.covariance)
        self.view_noise = transform_covariance(key.camera2world, measured.view_covariance)
        moved = np.abs(difference(object2world, self.object2world))
        self.filter = PoseFilter(object2world, noise, self.settings, key.stamp_ns)
        # What moved on the way may still do so.
        self.filter.moving = bool(np.any(moved > _MOVED_SIGMAS * np.sqrt(np.diag(noise))))
        self.stamp_ns = self.seen_ns = key.stamp_ns
        view = self.nearest_view(measured.object2camera)
        self.mask = carried_region(view, key.camera, measured.object2camera)
        self.clear_view, self.fading = _is_clear(measured), measured.support < _FADING_SUPPORT
        self._refresh_views(key, view, measured.object2camera)
        self._remember()

    @property
    def moved_since_plan(self) -> bool:
        """Whether what stands around it may be different from what the last plan saw."""
        error = difference(self.object2world, self.planned_pose)
        return bool(
            np.linalg.norm(error[:3]) > self.settings.replan_distance_m
            or np.degrees(np.linalg.norm(error[3:])) > self.settings.replan_angle_deg
        )

    def past_place(self, key: KeyFrame) -> FloatArray | None:
        """The pose (object2camera) in a past frame; None where it was not in full sight."""
        past = min(self.history, key=lambda past: abs(past.stamp_ns - key.stamp_ns))
        object2camera = invert(key.camera2world) @ past.object2world
        if past.stamp_ns == key.stamp_ns:
            return object2camera if past.clear else None
        measured = self.locate(key, object2camera)
        if measured is None or not _is_clear(measured):
            return None
        return measured.object2camera

    def take_plan(self, result: PlanResult) -> None:
        """Fuse the grasps of a plan."""
        if self.candidates.plans >= self.settings.fused_plans and self.moved_since_plan:
            self.candidates.begin_again()
        self.candidates.add_plan(result.grasps, result.job.averaged)
        self.plan_message = result.message
        self.planned_pose = result.job.object2world
        self.planning = False

    def yield_place(self) -> None:
        """Take back the newest measurement: another target is where it was measured."""
        if not self.seen:
            return
        previous = self.history[-2].stamp_ns if len(self.history) > 1 else 0
        self.filter = self._before
        self.filter.predict(self.stamp_ns, seen=False)
        self.seen_ns = min(self.seen_ns - 1, previous)
        self.state, self.message = TargetState.OCCLUDED, 'another target is in its place'

    def worth_reporting(self) -> bool:
        """Whether the newest frame is to be reported; a lost target only speaks up at times."""
        due = self.stamp_ns - self.reported_ns >= self.settings.retry_period_s * 1e9
        report = self.state != TargetState.LOST or self._reported != TargetState.LOST or due
        if report:
            self._reported, self.reported_ns = self.state, self.stamp_ns
        return report

    def lose(self, message: str) -> None:
        """Give up following until it is found again."""
        self.state, self.message = TargetState.LOST, message
        self.gauge.reset()

    def change_world(self, old2new: FloatArray) -> None:
        """Live in another frame from now on."""
        self.filter.change_frame(old2new)
        self.view_noise = transform_covariance(old2new, self.view_noise)
        self.planned_pose = old2new @ self.planned_pose
        self.gauge.reset()
        self.history.clear()

    def pose_at(self, stamp_ns: int, tolerance_ns: int) -> PastPose | None:
        """Where it was in the frame of a stamp, if that is remembered."""
        for past in reversed(self.history):
            if abs(past.stamp_ns - stamp_ns) <= tolerance_ns:
                return past
        return None

    def nearest_view(self, object2camera: FloatArray) -> ObjectView:
        """The view that looks most like the object at a pose; the oldest of equals."""
        if len(self.views) == 1:
            return self.views[0]
        scales = [abs(np.log(view.scale_to(object2camera))) for view in self.views]
        angles = [view.angle_to(object2camera) for view in self.views]
        return self.views[int(np.argmin(np.add(np.round(scales, 1), np.round(angles, 1))))]

    def _search(self, key: KeyFrame, predicted: FloatArray) -> Measurement | None:
        """Look around for an object that is out of sight, now and then."""
        due = key.stamp_ns - self._searched_ns >= self.settings.search_period_s * 1e9
        if self.filter.held_back or not due:
            return None
        self._searched_ns = key.stamp_ns
        spread = position_std(self.filter.covariance)
        return search_pose(self.nearest_view(predicted), key, predicted, spread, self.settings)

    def _accept(self, key: KeyFrame, measured: Measurement) -> bool:
        noise = transform_covariance(key.camera2world, measured.covariance)
        if not self.filter.update(key.camera2world @ measured.object2camera, noise):
            return False
        self.noise = noise
        # Where a position is free, its spread grows as if the object were unseen.
        self.certain = position_std(noise) < _CERTAIN_STD_M
        self.surprise = self.filter.distance + 10 * (1 - measured.support)
        self.clear_view, self.fading = _is_clear(measured), measured.support < _FADING_SUPPORT
        self.seen_ns = key.stamp_ns
        self.seen_frames += 1
        return True

    def _decide(self, accepted: bool) -> None:
        settings = self.settings
        if accepted:
            confirmed = self.seen_frames >= settings.confirm_frames
            self.state = TargetState.CONFIRMED if confirmed else TargetState.TENTATIVE
            self.message = ''
            return
        unseen = (self.stamp_ns - self.seen_ns) * 1e-9
        if self.state == TargetState.LOST:
            return
        spread = position_std(self.filter.covariance)
        if unseen > settings.lost_after_s:
            self.lose(f'not seen for {unseen:.1f} s; a new grounding is needed')
        elif spread > settings.lost_position_std_m:
            self.lose(f'position uncertain by {spread * 1000:.0f} mm; a new grounding is needed')
        elif self.filter.held_back == 0:
            self.state, self.message = TargetState.OCCLUDED, self._why_unseen()

    def _why_unseen(self) -> str:
        seen = self.visibility
        if seen is None or self.mask is None:
            return 'out of the image'
        if seen.hidden >= max(seen.vacated, seen.unread, 0.2):
            return f'{seen.hidden:.0%} of its surface is hidden'
        if seen.unread >= max(seen.vacated, 0.2):
            return f'no depth on {seen.unread:.0%} of its surface'
        return 'not where it was expected'

    def _refresh_views(self, key: KeyFrame, view: ObjectView, object2camera: FloatArray) -> None:
        """Add a view when the object is seen from a new side or at a new size."""
        angle = np.degrees(view.angle_to(object2camera))
        scale = max(view.scale_to(object2camera), 1 / view.scale_to(object2camera))
        turned = angle > self.settings.view_angle_deg or scale > self.settings.view_scale
        # Outline and shading of a round object change sooner than its texture.
        turned |= angle > _FADING_SHARE * self.settings.view_angle_deg and self.fading
        if turned and self.clear_view and self.mask is not None:
            mask = fresh_region(view, key.depth, key.camera, object2camera, self.mask)
            self.add_view(key, mask, key.camera2world @ object2camera)

    def _remember(self) -> None:
        clear = self.seen and self.clear_view
        self.history.append(PastPose(self.stamp_ns, self.object2world, self.box, clear))
        while self.history[0].stamp_ns < self.stamp_ns - _HISTORY_S * 1e9:
            self.history.popleft()


def _is_clear(measured: Measurement) -> bool:
    return measured.hidden <= _CLEAR_HIDDEN and measured.support >= _CLEAR_SUPPORT


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
