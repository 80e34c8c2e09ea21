"""The life of a target: tentative, confirmed, occluded, lost."""

from __future__ import annotations

from ...image_region import RegionMask
from ..measurement.visibility import Visibility
from ..settings import TrackerSettings
from .stability import StabilityGauge
from .target import TargetState

# A target with more than this share of its surface hidden may be behind something. Chosen: the
# outline of an object in sight loses less.
_COVERED = 0.3
# The place of a target is empty where one sees past more than this share of its surface. Chosen:
# more than an error of the pose exposes.
_EMPTY = 0.6
_IN_ITS_PLACE = 'another target is in its place'


class TargetLife:
    """The state of a target and its reason, when it was seen, and when it spoke up."""

    def __init__(self, settings: TrackerSettings, stamp_ns: int) -> None:
        """Begin tentative in the frame of a stamp."""
        self.state = TargetState.TENTATIVE
        self.message = ''
        self.gauge = StabilityGauge(settings)
        self.visibility: Visibility | None = None
        self.seen_ns = self.asked_ns = stamp_ns
        self._settings = settings
        self._seen_frames = 1
        self._empty_since_ns: int | None = None
        # Frames in a row in which it was seen since it was found again; None if it was not away.
        self._again: int | None = None
        # Why it cannot be confirmed that it is the object that was asked for.
        self.doubt = ''
        self._reported, self._reported_ns = self.state, stamp_ns

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings."""
        self._settings = settings
        self.gauge.use_settings(settings)

    @property
    def lost(self) -> bool:
        """Whether it has been given up until it is found again."""
        return self.state == TargetState.LOST

    @property
    def interrupted(self) -> bool:
        """Whether it was away, and too few frames agree yet that it is there again."""
        return self._again is not None

    @property
    def frames_to_agree(self) -> int:
        """How many more frames must agree that it is there; 0 if it was not away."""
        return 0 if self._again is None else self._settings.refind_frames - self._again

    @property
    def place_empty(self) -> bool:
        """Whether one sees past most of where it should be."""
        return self.visibility is not None and self.visibility.vacated >= _EMPTY

    @property
    def covered(self) -> bool:
        """Whether something stands before most of where it should be."""
        seen = self.visibility
        return seen is not None and seen.hidden >= _COVERED and seen.hidden > seen.vacated

    def see(self, stamp_ns: int) -> None:
        """It was seen in a frame."""
        self.seen_ns, self.visibility = stamp_ns, None
        self._empty_since_ns = None
        self._seen_frames += 1
        if self._again is not None:
            self._again += 1
            if self._again >= self._settings.refind_frames:
                self._again = None
        confirmed = self._seen_frames >= self._settings.confirm_frames
        confirmed &= not self.interrupted and not self.doubt
        self.state = TargetState.CONFIRMED if confirmed else TargetState.TENTATIVE
        self.message = self.doubt
        if self._again is not None:
            self.message = (
                f'found again in {self._again} of {self._settings.refind_frames} frames in a row '
                'that must agree'
            )

    def interrupt(self) -> None:
        """It has been away, or is suddenly elsewhere: one match does not confirm it."""
        self._again = 0

    def miss(
        self,
        stamp_ns: int,
        visibility: Visibility,
        mask: RegionMask | None,
        spread: float,
        held_back: bool,
    ) -> None:
        """It was not seen in a frame, or not where it was expected.

        Args:
            stamp_ns: of the frame.
            visibility: of its surface where it was expected.
            mask: its region there; None where that is out of the image.
            spread: standard deviation of its position, m.
            held_back: whether a measurement waits to be confirmed.
        """
        self.visibility = visibility
        if self.lost:
            return
        unseen = (stamp_ns - self.seen_ns) * 1e-9
        if visibility.vacated < _EMPTY or held_back:
            self._empty_since_ns = None
        elif self._empty_since_ns is None:
            self._empty_since_ns = stamp_ns
        empty = 0.0 if self._empty_since_ns is None else (stamp_ns - self._empty_since_ns) * 1e-9
        if empty > self._settings.gone_after:
            self.lose(f'its place has been empty for {empty:.1f} s; a new grounding is needed')
        elif unseen > self._settings.lost_after:
            self.lose(f'not seen for {unseen:.1f} s; a new grounding is needed')
        elif spread > self._settings.lost_position_std:
            self.lose(f'position uncertain by {spread * 1000:.0f} mm; a new grounding is needed')
        elif not held_back:
            self.hide(_why_unseen(visibility, mask))

    def give_way(self, stamp_ns: int, seen_ns: int) -> None:
        """What was seen in a frame is another target.

        Args:
            stamp_ns: of the frame.
            seen_ns: of the frame in which it was seen itself, last.
        """
        self.seen_ns = seen_ns
        unseen = (stamp_ns - seen_ns) * 1e-9
        if unseen > self._settings.lost_after:
            self.lose(f'{_IN_ITS_PLACE} for {unseen:.1f} s; a new grounding is needed')
        else:
            self.hide(_IN_ITS_PLACE)

    def hide(self, message: str) -> None:
        """It is predicted only."""
        self.interrupt()
        self.state, self.message = TargetState.OCCLUDED, message

    def lose(self, message: str) -> None:
        """Give up following until it is found again."""
        self.interrupt()
        self.state, self.message = TargetState.LOST, message
        self.gauge.reset()

    def worth_reporting(self, stamp_ns: int) -> bool:
        """Whether a frame is to be reported; a lost target only speaks up at times."""
        due = stamp_ns - self._reported_ns >= self._settings.retry_period * 1e9
        report = not self.lost or self._reported != TargetState.LOST or due
        if report:
            self._reported, self._reported_ns = self.state, stamp_ns
        return report


def _why_unseen(seen: Visibility, mask: RegionMask | None) -> str:
    if mask is None:
        return 'out of the image'
    if seen.hidden >= max(seen.vacated, seen.unread, 0.2):
        return f'{seen.hidden:.0%} of its surface is hidden'
    if seen.unread >= max(seen.vacated, 0.2):
        return f'no depth on {seen.unread:.0%} of its surface'
    return 'not where it was expected'
