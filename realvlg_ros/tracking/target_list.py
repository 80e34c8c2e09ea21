"""The targets that are followed: which one a grounding speaks of, and which ones go."""

from __future__ import annotations

from collections.abc import Iterator

from ..arrays import FloatArray
from ..grounding.grounding import Grounding
from ..image_region import RegionMask
from .association import left_there, track_again, track_at
from .memory.key_frames import KeyFrame
from .questions import Questions
from .settings import TrackerSettings
from .target.appearance import Likeness, look_at
from .target.target import TargetState
from .target.track import TargetTrack, middle_of

# Overlap of colours from which a new mask is of the followed object alone. Chosen: a neighbour of
# another colour that is as large takes half.
_SAME_COLORS = 0.7
_DOUBT = 'found again, but its colour does not tell it from others: if it is the one, ask anew'


class TargetList:
    """All targets that are followed, the oldest first."""

    def __init__(self, settings: TrackerSettings) -> None:
        """Start without targets."""
        self._settings = settings
        self._tolerance_ns = int(settings.stamp_tolerance * 1e9)
        self._tracks: list[TargetTrack] = []
        self._next_id = 1
        self.questions = Questions()

    def __iter__(self) -> Iterator[TargetTrack]:
        return iter(list(self._tracks))

    def __len__(self) -> int:
        return len(self._tracks)

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings."""
        self._settings = settings
        for track in self._tracks:
            track.use_settings(settings)

    def find(self, track_id: int, born_ns: int) -> TargetTrack | None:
        """The target of an id that was first seen in the frame of a stamp, if it is still here."""
        who = (track_id, born_ns)
        return next((t for t in self._tracks if (t.track_id, t.born_ns) == who), None)

    def at(self, key: KeyFrame, mask: RegionMask) -> TargetTrack | None:
        """The target that was in a region of a frame.

        Args:
            key: the frame.
            mask: the region.
        """
        middle = middle_of(key, mask)
        return track_at(self._tracks, mask, middle, key.stamp_ns, self._tolerance_ns)

    def assign(
        self, grounding: Grounding, key: KeyFrame, mask: RegionMask
    ) -> tuple[TargetTrack, FloatArray] | None:
        """The target that a grounding speaks of, a new one if need be, and its pose.

        The pose (4x4) is the object's in the world in the grounded frame. None where the object
        has no depth there.

        Args:
            grounding: of an object.
            key: the frame that was grounded.
            mask: the object's pixels in it.
        """
        same = self.at(key, mask)
        past = None if same is None else same.pose_at(key.stamp_ns, self._tolerance_ns)
        place = None if same is None or past is None else same.pose_in(key, mask, past)
        if same is not None and place is not None:
            same.grounding, same.contradictions = grounding, 0
            look = look_at(key, mask)
            # A mask that holds a neighbour, too, is no view of the object.
            same.mask_trusted = (
                same.appearance is None or same.appearance.overlap(look) >= _SAME_COLORS
            )
            if same.mask_trusted:
                same.views.add(key, mask, place)
            if same.appearance is not None:
                self.questions.remember(grounding, same.appearance)
            return same, place
        fresh = TargetTrack(self._next_id, grounding, mask, key, self._settings)
        if not fresh.views:
            return None
        fresh.appearance = look_at(key, mask)
        if self.questions.compare(grounding, fresh.appearance) is Likeness.UNKNOWN:
            # Without a colour, what looks like it and stands where it was lost is taken for it.
            plain = self.questions.is_alike_without_color(grounding, fresh.appearance)
            there = left_there(self._tracks, grounding.request_id, middle_of(key, mask))
            fresh.life.doubt = '' if plain and there else _DOUBT
        self.questions.remember(grounding, fresh.appearance)
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
        self._tracks = [*self._tracks, fresh][-self._settings.max_targets :]
        return fresh, fresh.object2world

    def is_another(self, grounding: Grounding, key: KeyFrame, mask: RegionMask) -> bool:
        """Whether a grounding has found another object than its request found first.

        Args:
            grounding: of an object.
            key: the frame that was grounded.
            mask: the object's pixels in it.
        """
        look = look_at(key, mask)
        if self.questions.compare(grounding, look) is not Likeness.DIFFERS:
            return False
        return self.at(key, mask) is None

    def followed_for(self, request_id: str) -> TargetTrack | None:
        """The target of a request that is not lost, if there is one."""
        mine = (t for t in self._tracks if t.grounding.request_id == request_id != '')
        return next((t for t in mine if not t.life.lost), None)

    def contradicted(
        self, grounding: Grounding, key: KeyFrame, mask: RegionMask
    ) -> TargetTrack | None:
        """The followed target that a check for drift contradicts, unless it did so repeatedly.

        Args:
            grounding: of an object.
            key: the frame that was grounded.
            mask: the object's pixels in it.
        """
        if self.at(key, mask) is not None:
            return None
        for track in self._tracks:
            request_id = track.grounding.request_id
            confirmed = track.life.state == TargetState.CONFIRMED
            if confirmed and request_id == grounding.request_id != '':
                track.contradictions += 1
                if track.contradictions < self._settings.contradictions:
                    period_ns = int(self._settings.check_period * 1e9)
                    track.life.asked_ns = track.stamp_ns - period_ns
                    return track
        return None

    def forget(self, stamp_ns: int) -> None:
        """Drop targets that have been lost for too long."""
        limit = stamp_ns - int(self._settings.forget_after * 1e9)
        self._tracks = [t for t in self._tracks if t.life.seen_ns >= limit]

    def remove(self, track_id: int = 0) -> int:
        """Drop a target, or all (0); returns how many there were."""
        before = len(self._tracks)
        self._tracks = [t for t in self._tracks if track_id and t.track_id != track_id]
        return before - len(self._tracks)
