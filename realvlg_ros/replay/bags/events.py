"""What comes of a bag, one after the other: frames, and notices about the streams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ...frame import RgbdFrame


@dataclass(frozen=True)
class FrameEvent:
    """A frame, and the log time at which its last message was recorded, ns."""

    frame: RgbdFrame
    log_ns: int


@dataclass(frozen=True)
class UnusableFrame:
    """A frame that came and cannot be used.

    Attributes:
        stamp_ns: of its colour, ns.
        message: why, in words.
        log_ns: log time at which its last message was recorded, ns.
        tf_unavailable: whether tf is the reason.
    """

    stamp_ns: int
    message: str
    log_ns: int
    tf_unavailable: bool


@dataclass(frozen=True)
class StreamNotice:
    """Something about the streams that whoever reads the frames must know.

    Attributes:
        stamp_ns: of the image that it is about, or log time where there is none, ns.
        message: in words.
        reset: whether the stamps have jumped: what was before has nothing to do with what comes.
    """

    stamp_ns: int
    message: str
    reset: bool = False


BagEvent: TypeAlias = FrameEvent | UnusableFrame | StreamNotice


@dataclass(frozen=True)
class FrameCounts:
    """Numbers of messages and frames so far.

    Attributes:
        received: messages, by stream: color, depth, camera_info, tf.
        matched: frames that were complete.
        frames: frames that were given.
        dropped: images and frames that were not, by reason.
        jumps: how often the stamps of a stream have jumped.
    """

    received: dict[str, int]
    matched: int
    frames: int
    dropped: dict[str, int] = field(default_factory=dict)
    jumps: int = 0


class Notices:
    """Notices that wait to be given; what goes on is said once, when it begins."""

    def __init__(self) -> None:
        """Start with none."""
        self._waiting: list[StreamNotice] = []
        self._states: dict[str, str] = {}
        self.last = ''

    def note(self, kind: str, state: str, stamp_ns: int, words: str) -> None:
        """Take note of how something is now.

        Args:
            kind: of notices, of which one holds at a time.
            state: that holds now; a notice is given when it has changed, and is not empty.
            stamp_ns: of the notice, ns.
            words: that tell the state.
        """
        if state != self._states.get(kind, '') and state:
            self._waiting.append(StreamNotice(stamp_ns, words))
            self.last = words
        self._states[kind] = state

    def take(self) -> Iterator[StreamNotice]:
        """Those that wait, which then do not any more."""
        while self._waiting:
            yield self._waiting.pop(0)
