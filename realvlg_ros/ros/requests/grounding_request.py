"""One request to ground an instruction: answered once, cancelable at any time."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

from ...grounding.grounding import Grounding, GroundingStatus
from ...grounding.query import Query
from ...message_limits import MAX_ID_CHARACTERS
from ..node.deadline import Deadline

# Longest part of an instruction that is shown in messages and logs, characters. Chosen: two lines.
_SHOWN_CHARACTERS = 200


class GroundingRequest:
    """An instruction on its way to an answer.

    The first answer counts: after a cancel, what the backend still finds is dropped.
    """

    def __init__(
        self, query: Query, request_id: str, publish: Callable[[Grounding], None]
    ) -> None:
        """Start the time of the request.

        Args:
            query: as received.
            request_id: one is made when empty, and one that is too long is cut.
            publish: called with IN_PROGRESS, which names the frame in use, then with the answer.
        """
        self.query = query
        self.background = False
        self.request_id = request_id[:MAX_ID_CHARACTERS] or uuid.uuid4().hex
        self._publish = publish
        self._changed = threading.Condition()
        self._answer: Grounding | None = None
        self._age = Deadline(0.0)
        self.image_stamp_ns = 0

    @property
    def instruction(self) -> str:
        """What is looked for, in words."""
        return self.query.instruction

    @property
    def elapsed(self) -> float:
        """Seconds since it was received."""
        return self._age.elapsed

    @property
    def answer(self) -> Grounding | None:
        """The answer, once there is one."""
        return self._answer

    def aborted(self) -> bool:
        """Whether the work can stop: there is an answer already."""
        return self._answer is not None

    def begin(self, stamp_ns: int, frame_id: str) -> None:
        """Publish IN_PROGRESS with the frame that is grounded.

        Args:
            stamp_ns: of the frame, ns.
            frame_id: of the frame: its optical frame.
        """
        with self._changed:
            self.image_stamp_ns = stamp_ns
            self._changed.notify_all()
            if self._answer is None:
                self._publish(
                    Grounding(
                        GroundingStatus.IN_PROGRESS,
                        self.instruction[:_SHOWN_CHARACTERS],
                        stamp_ns=stamp_ns,
                        frame_id=frame_id,
                        request_id=self.request_id,
                    )
                )

    def finish(self, grounding: Grounding) -> bool:
        """Answer; False, with nothing published, when there was an answer before."""
        with self._changed:
            if self._answer is not None:
                return False
            self._answer = replace(
                grounding,
                request_id=self.request_id,
                instruction=grounding.instruction[:_SHOWN_CHARACTERS],
                stamp_ns=grounding.stamp_ns or self.image_stamp_ns,
            )
            self._publish(self._answer)
            self._changed.notify_all()
        return True

    def end(self, status: GroundingStatus, reason: str) -> bool:
        """Answer without a result: CANCELED or FAILED, and why."""
        return self.finish(Grounding(status, self.instruction, reason))

    def wait(self, timeout: float) -> Grounding | None:
        """Wait at most timeout s for the answer or for begin; returns the answer or None."""
        with self._changed:
            if self._answer is None:
                self._changed.wait(timeout)
            return self._answer
