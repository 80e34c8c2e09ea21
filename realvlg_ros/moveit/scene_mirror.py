"""Keeps MoveIt's planning scene in step with the targets that are followed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import RealvlgError
from ..message_limits import MAX_TRACKS
from ..msg import GraspTarget
from ..ros.conversions.pose import pose_from_msg
from ..ros.node.deadline import Clock
from ..settings import Settings, dynamic_setting
from ..transforms import rotation_angle
from .messages import moveit_msgs
from .planning_scene import removal, support_object, target_object
from .scene_ids import object_id, support_id

# Changes of a box that are published at once: of its centre or size, m, and of its rotation, rad.
# Chosen: less than the fingers keep from other things (4 mm), more than a box trembles by.
_MOVED_M = 0.003
_TURNED_RAD = 0.03


@dataclass(frozen=True)
class SceneSettings(Settings):
    """How the planning scene follows the targets."""

    mirror: bool = dynamic_setting(
        True, 'Publish each target and what it stands on as collision objects.'
    )
    period: float = dynamic_setting(
        0.2, 'Shortest time between two messages about one thing.',
        unit='s', low=0.0, high=10.0,
    )  # fmt: skip
    refresh: float = dynamic_setting(
        2.0, 'What has not changed is published again after this, for a planner that came later.',
        unit='s', low=0.1, high=600.0,
    )  # fmt: skip
    time_to_live: float = dynamic_setting(
        3.0, 'A thing is removed when no target has shown it for so long.',
        unit='s', low=0.1, high=3600.0,
    )  # fmt: skip


@dataclass
class _Track:
    """What the scene holds of one track.

    Attributes:
        heard: when a target last showed its box, s of the clock.
        sent: the last message about each of its things and when it went, s, by id.
    """

    heard: float
    sent: dict[str, tuple[Any, float]] = field(default_factory=dict)


class SceneMirror:
    """Publishes collision objects on change, not too often, and removes them when they are old.

    What belongs to an object that is attached to the robot is left alone until it is detached.
    May be called from any thread.
    """

    def __init__(
        self,
        publish: Callable[[Any], None],
        settings: SceneSettings,
        clock: Clock = time.monotonic,
    ) -> None:
        """Begin with nothing in the scene.

        Args:
            publish: takes each moveit_msgs/CollisionObject.
            settings: rates and time to live; may be replaced at any time.
            clock: steady, s.
        """
        self.settings = settings
        self._publish = publish
        self._clock = clock
        self._tracks: dict[str, _Track] = {}
        self._attached: dict[str, str] = {}
        # Why a thing cannot be shown, and when its target came, s of the clock, by its id.
        self._missing: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sum(len(track.sent) for track in self._tracks.values())

    def missing(self) -> list[str]:
        """Why targets that are followed cannot be shown, such as a size that is not known."""
        with self._lock:
            return [words for words, _ in self._missing.values()]

    def take(self, target: GraspTarget) -> None:
        """Show a target, or remove what was shown of it when it is lost."""
        if target.track_id == 0:
            return
        name = object_id(target)
        with self._lock:
            if name in self._attached:
                return
            self._missing.pop(name, None)
            if name not in self._tracks and len(self._tracks) >= MAX_TRACKS:
                return
            if target.state == GraspTarget.LOST or not self.settings.mirror:
                self._remove(name)
                return
            try:
                self._show(name, target)
            except RealvlgError as error:
                if len(self._missing) < MAX_TRACKS:
                    self._missing[name] = (str(error), self._clock())

    def take_attached(self, message: Any) -> None:
        """Take a moveit_msgs/AttachedCollisionObject: whose thing moves with the robot now."""
        operations = moveit_msgs().CollisionObject
        name, operation = message.object.id, message.object.operation
        with self._lock:
            if operation in (operations.ADD, operations.APPEND):
                self._attached[name] = message.link_name
            elif operation == operations.REMOVE:
                # Without an id it is everything that the link holds; without a link, everything.
                for held, link in list(self._attached.items()):
                    if name == held or (not name and message.link_name in ('', link)):
                        self._release(held)

    def expire(self) -> None:
        """Remove, and forget, what no target has shown for a time; to be called now and then."""
        with self._lock:
            oldest = self._clock() - self.settings.time_to_live
            for name, (_, heard) in list(self._missing.items()):
                if heard < oldest:
                    del self._missing[name]
            for name, track in list(self._tracks.items()):
                if name not in self._attached and track.heard < oldest:
                    self._remove(name)

    def clear(self) -> None:
        """Remove everything but what is attached."""
        with self._lock:
            for name in list(self._tracks):
                if name not in self._attached:
                    self._remove(name)

    def _show(self, name: str, target: GraspTarget) -> None:
        shown = {name: target_object(target)}
        if target.object_on_support:
            shown[support_id(target)] = support_object(target)
        now = self._clock()
        track = self._tracks.setdefault(name, _Track(now))
        track.heard = now
        for gone in set(track.sent) - set(shown):
            del track.sent[gone]
            self._publish(removal(gone))
        for thing, message in shown.items():
            if self._is_due(track, thing, message, now):
                track.sent[thing] = (message, now)
                self._publish(message)

    def _is_due(self, track: _Track, thing: str, message: Any, now: float) -> bool:
        if thing not in track.sent:
            return True
        before, sent = track.sent[thing]
        waited = now - sent
        return waited >= self.settings.period and (
            waited >= self.settings.refresh or _differs(before, message)
        )

    def _remove(self, name: str) -> None:
        track = self._tracks.pop(name, None)
        for thing in track.sent if track else ():
            self._publish(removal(thing))

    def _release(self, name: str) -> None:
        """Count from now on the time of a thing that was detached."""
        del self._attached[name]
        if name in self._tracks:
            self._tracks[name].heard = self._clock()


def _differs(before: Any, after: Any) -> bool:
    """Whether one of two collision objects of a box is elsewhere, turned or of another size."""
    if before.header.frame_id != after.header.frame_id:
        return True
    old, new = pose_from_msg(before.pose), pose_from_msg(after.pose)
    sizes = [np.array(each.primitives[0].dimensions) for each in (before, after)]
    return bool(
        np.abs(new[:3, 3] - old[:3, 3]).max() > _MOVED_M
        or np.abs(sizes[1] - sizes[0]).max() > _MOVED_M
        or rotation_angle(old[:3, :3].T @ new[:3, :3]) > _TURNED_RAD
    )
