"""Groundings of a replay: one at a time, delivered after their latency."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...errors import GroundingCanceled, RealvlgError, TransformError
from ...frame import RgbdFrame
from ...grounding.grounding import Grounding, GroundingStatus
from ...pipeline import Pipeline
from ...tracking.reground import RegroundRequest
from ...tracking.reground_turns import RegroundTurns
from .latency import GroundingLatency


@dataclass(frozen=True)
class Delivery:
    """A grounding on its way.

    Attributes:
        grounding: the answer.
        due_ns: when it comes, in the time of the bag, ns.
        again: whether the tracker asked for it, not a goal.
    """

    grounding: Grounding
    due_ns: int
    again: bool


class Groundings:
    """Grounds images at once and keeps each answer until it is due.

    Those that the tracker asks for come one at a time, give way to goals and, as in
    grounding_node, begin on an image that comes after they were asked for.
    """

    def __init__(self, pipeline: Pipeline, latency: GroundingLatency) -> None:
        """Ground with a pipeline, and deliver after a latency."""
        self._pipeline = pipeline
        self._latency = latency
        self._turns = RegroundTurns()
        self._asked: RegroundRequest | None = None
        self._pending: Delivery | None = None

    @property
    def wanted(self) -> bool:
        """Whether the tracker's request waits for an image."""
        return self._asked is not None and self._pending is None

    def is_for(self, request_id: str) -> bool:
        """Whether a goal waits for what is under way."""
        pending = self._pending
        return (
            pending is not None
            and not pending.again
            and pending.grounding.request_id == request_id
        )

    def ask_again(self, requests: Sequence[RegroundRequest]) -> None:
        """Take one of the tracker's requests, unless something is being grounded."""
        if requests and self._pending is None and self._asked is None:
            self._asked = self._turns.take(requests)

    def begin(self, frame: RgbdFrame, request_id: str, words: str, now_ns: int) -> None:
        """Ground an image for a goal; what is under way was canceled before.

        Args:
            frame: that the tracker has seen.
            request_id: of the goal.
            words: its instruction.
            now_ns: in the time of the bag.
        """
        self._begin(frame, request_id, words, now_ns, again=False)

    def begin_again(self, frame: RgbdFrame, now_ns: int) -> None:
        """Ground an image for the tracker, which has asked.

        Args:
            frame: that the tracker has seen.
            now_ns: in the time of the bag.
        """
        request, self._asked = self._asked, None
        if request is not None:
            self._begin(frame, request.request_id, request.instruction, now_ns, again=True)

    def cancel(self, reason: str) -> Delivery | None:
        """End what is under way; returns it with the status CANCELED."""
        pending, self._pending, self._asked = self._pending, None, None
        if pending is None:
            return None
        old = pending.grounding
        canceled = Grounding(
            GroundingStatus.CANCELED, old.instruction, reason, old.stamp_ns, old.frame_id,
            request_id=old.request_id,
        )  # fmt: skip
        return replace(pending, grounding=canceled)

    def take_due(self, now_ns: int) -> Delivery | None:
        """The grounding that comes now, if one does."""
        pending = self._pending
        if pending is None or now_ns < pending.due_ns:
            return None
        self._pending = None
        return pending

    def _begin(
        self, frame: RgbdFrame, request_id: str, words: str, now_ns: int, again: bool
    ) -> None:
        started = time.perf_counter()
        try:
            grounding = self._pipeline.start(frame, words, request_id)
        except Exception as error:
            grounding = Grounding(
                _status_of(error), words, _words_of(error), frame.stamp_ns,
                frame.camera.frame_id, request_id=request_id,
            )  # fmt: skip
        latency_ns = self._latency.of(time.perf_counter() - started)
        self._pending = Delivery(grounding, now_ns + latency_ns, again)


def _status_of(error: Exception) -> GroundingStatus:
    """How a grounding has ended that raised."""
    if isinstance(error, GroundingCanceled):
        return GroundingStatus.CANCELED
    if isinstance(error, TransformError):
        return GroundingStatus.TF_UNAVAILABLE
    return GroundingStatus.FAILED


def _words_of(error: Exception) -> str:
    """Why, for people; an error that is not ours is a bug of the backend."""
    return str(error) if isinstance(error, RealvlgError) else f'the backend failed: {error!r}'
