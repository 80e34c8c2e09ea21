"""Which targets need a new grounding, asked at a bounded rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..grounding.grounding import Grounding
from .request_order import RequestOrder
from .settings import TrackerSettings
from .target.target import TargetState
from .target.track import TargetTrack


@dataclass(frozen=True)
class RegroundRequest:
    """A request for a new grounding of a target's instruction.

    Attributes:
        track_id: of the target; 0 when it is gone.
        request_id: that it answers; the new grounding should carry the same.
        instruction: the sentence.
        reason: 'lost', 'drift check' or 'break of the stream'.
    """

    track_id: int
    request_id: str
    instruction: str
    reason: str


def due_regrounds(tracks: Iterable[TargetTrack], stamp_ns: int) -> list[RegroundRequest]:
    """The requests that are due now; asking starts each one's period anew."""
    requests = []
    for track in tracks:
        lost = track.life.lost
        period = track.settings.retry_period if lost else track.settings.check_period
        if period <= 0 or stamp_ns - track.life.asked_ns < period * 1e9:
            continue
        if not lost and track.life.state != TargetState.CONFIRMED:
            continue
        track.life.asked_ns = stamp_ns
        grounding = track.grounding
        requests.append(
            RegroundRequest(
                track.track_id, grounding.request_id, grounding.instruction,
                'lost' if lost else 'drift check',
            )
        )  # fmt: skip
    return requests


class PendingRegrounds:
    """Requests that are asked again: their order, and for a while those that a break ended."""

    def __init__(self, settings: TrackerSettings) -> None:
        """Start with none."""
        self.use_settings(settings)
        # None until the first frame after the break.
        self._broken_ns: int | None = None
        # When each was asked last, ns.
        self._asked: dict[str, int] = {}
        self._groundings: dict[str, Grounding] = {}
        self._in_flight: set[str] = set()
        self._order = RequestOrder()

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings."""
        self._retry_ns = int(settings.retry_period * 1e9)
        self._forget_ns = int(settings.forget_after * 1e9)
        self._answer_ns = int(settings.request_timeout * 1e9)

    def hand_out(self, tracks: Iterable[TargetTrack], stamp_ns: int) -> list[RegroundRequest]:
        """The requests that are due now, for targets that are here and those that are gone.

        Args:
            tracks: all targets.
            stamp_ns: of the newest frame.
        """
        requests = due_regrounds(tracks, stamp_ns) + self.due(stamp_ns)
        ids = [request.request_id for request in requests]
        self._order.hand_out(ids, stamp_ns, self._answer_ns)
        return requests

    def add(self, groundings: Sequence[Grounding], in_flight: Iterable[str]) -> None:
        """Take what was asked for before a break of the stream.

        Args:
            groundings: of the targets that ended with it.
            in_flight: requests whose answers are still to come, about frames before the break.
        """
        for grounding in groundings:
            if grounding.request_id:
                self._groundings[grounding.request_id] = grounding
        self._in_flight.update(in_flight)
        self._asked, self._broken_ns = {}, None

    def answer_came(self, grounding: Grounding) -> None:
        """An answer speaks of a frame that is gone: if it went with the break, ask again."""
        if grounding.request_id in self._in_flight:
            self._in_flight.discard(grounding.request_id)
            self._groundings[grounding.request_id] = grounding

    def take(self, grounding: Grounding) -> bool:
        """A grounding has come, whatever it says; returns whether it was asked for again."""
        return self._order.take(grounding.request_id, grounding.stamp_ns, self._answer_ns)

    def superseded(self, grounding: Grounding, track: TargetTrack | None) -> bool:
        """Whether the object of a request that was asked again is followed for a newer one.

        Args:
            grounding: that has come.
            track: which follows its object, if one does.
        """
        if track is None:
            return False
        newer = self._order.is_newer(track.grounding.request_id, grounding.request_id)
        if newer:
            self.drop(grounding.request_id)
        return newer

    def drop(self, request_id: str) -> None:
        """A request has been answered."""
        self._groundings.pop(request_id, None)

    def clear(self) -> None:
        """Ask no more."""
        self._groundings.clear()
        self._in_flight.clear()
        self._order.clear()

    def due(self, stamp_ns: int) -> list[RegroundRequest]:
        """The requests that are due now; asking starts each one's period anew."""
        if self._broken_ns is None:
            self._broken_ns = stamp_ns
        if stamp_ns - self._broken_ns > self._forget_ns:
            self._groundings.clear()
            self._in_flight.clear()
        requests = []
        for request_id, grounding in self._groundings.items():
            asked_ns = self._asked.get(request_id)
            if asked_ns is None or stamp_ns - asked_ns >= self._retry_ns:
                self._asked[request_id] = stamp_ns
                requests.append(
                    RegroundRequest(0, request_id, grounding.instruction, 'break of the stream')
                )
        return requests
