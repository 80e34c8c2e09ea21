"""Matched frames that wait until the transforms at their stamps have been read."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator

from ...errors import CameraError, FrameError, MessageError, RealvlgError, TransformError
from ...ros.camera.frame_matcher import MatchedFrame
from ...ros.camera.frame_reader import FrameReader
from .bag_tf import BagTf, NotYet
from .events import FrameEvent, Notices, UnusableFrame

# Why a frame cannot be used, by its error.
_REASONS: tuple[tuple[type[RealvlgError], str], ...] = (
    (TransformError, 'no transform'),
    (MessageError, 'image cannot be decoded'),
    (CameraError, 'camera_info cannot be used'),
    (FrameError, 'colour and depth cannot be used'),
)


class FrameQueue:
    """Makes frames of matches in their order; one that cannot be used is dropped and counted."""

    def __init__(
        self, reader: FrameReader, tf: BagTf | None, look_ahead_ns: int, limit_bytes: int
    ) -> None:
        """Start empty.

        Args:
            reader: makes the frames.
            tf: that it looks transforms up in.
            look_ahead_ns: how long a frame waits for them, of log time, ns.
            limit_bytes: bound of the memory of the frames that wait.
        """
        self._reader = reader
        self._tf = tf
        self._look_ahead_ns = look_ahead_ns
        self._limit_bytes = limit_bytes
        self._waiting: deque[tuple[MatchedFrame, int]] = deque()
        # Changes of tf at the last look for the transforms of the first frame that waits.
        self._looked: int | None = None
        self.made = 0
        self.dropped: Counter[str] = Counter()

    def put(self, match: MatchedFrame, now_ns: int) -> None:
        """Add a frame that was complete at a log time, ns."""
        self._waiting.append((match, now_ns))

    def take(
        self, now_ns: int, final: bool, notices: Notices
    ) -> Iterator[FrameEvent | UnusableFrame]:
        """The frames that can be made now, and those that cannot be used.

        Args:
            now_ns: log time, ns.
            final: whether no more transforms come for those that wait.
            notices: takes why a frame cannot be used.
        """
        while self._waiting:
            match, since_ns = self._waiting[0]
            is_late = final or now_ns - since_ns > self._look_ahead_ns or self._is_full()
            if not (is_late or self._may_have_come(match)):
                return
            if self._tf is not None:
                self._tf.is_final = is_late
            event: FrameEvent | UnusableFrame
            try:
                event = FrameEvent(self._reader.to_frame(match), since_ns)
            except NotYet:
                return
            except RealvlgError as error:
                reason, words = _reason(error), f'frame cannot be used: {error}{_remedy(error)}'
                self.dropped[reason] += 1
                notices.note('frame', reason, match.stamp_ns, words)
                missing = isinstance(error, TransformError)
                event = UnusableFrame(match.stamp_ns, words, since_ns, missing)
            else:
                self.made += 1
                notices.note('frame', '', match.stamp_ns, '')
            self._waiting.popleft()
            self._looked = None
            yield event

    def _is_full(self) -> bool:
        images = [image for match, _ in self._waiting for image in (match.color, match.depth)]
        return sum(len(image.data) for image in images) > self._limit_bytes

    def _may_have_come(self, match: MatchedFrame) -> bool:
        """Whether tf has changed since the last look for a frame, and has come to its stamp."""
        tf = self._tf
        if tf is None or self._looked is None:
            self._looked = -1 if tf is None else tf.changes
            return True
        if tf.changes == self._looked or 0 <= tf.newest_ns < match.stamp_ns:
            return False
        self._looked = tf.changes
        return True


def _reason(error: RealvlgError) -> str:
    return next((words for cls, words in _REASONS if isinstance(error, cls)), str(error))


def _remedy(error: RealvlgError) -> str:
    """What can be done for a bag, beside what can be done for a robot that runs."""
    if not isinstance(error, TransformError):
        return ''
    return (
        '. A bag without it (recorded from the middle on, or without /tf_static) is given it by '
        "--static-transform 'PARENT CHILD X Y Z ROLL PITCH YAW'"
    )
