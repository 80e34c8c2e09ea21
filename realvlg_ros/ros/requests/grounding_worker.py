"""Grounds requests one at a time in a thread of its own; a newer request replaces the older."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import replace

from ...errors import GroundingCanceled, InstructionError, RealvlgError, TransformError
from ...frame import RgbdFrame
from ...grounding.grounding import Grounder, Grounding, GroundingStatus, check_instruction
from ...grounding.query import Query, completed, ground
from ...message_limits import check_request_id
from ..node.worker import Worker
from .grounding_request import GroundingRequest

# How long a backend may take to stop after an abort, s; one that takes longer goes on in its
# daemon thread. Chosen: it checks the abort flag between steps.
_STOP_TIMEOUT_S = 5.0

TakeFrame = Callable[[GroundingRequest], RgbdFrame]


def _as_it_is(grounding: Grounding, frame: RgbdFrame, request: GroundingRequest) -> Grounding:
    return grounding


class GroundingWorker:
    """The requests of a node and the backend that answers them.

    An answer always comes, also when something fails: its status then is FAILED and its message
    that of the error.
    """

    def __init__(
        self,
        grounder: Grounder,
        take_frame: TakeFrame,
        publish: Callable[[Grounding], None],
        log_error: Callable[[str], None],
        settle: Callable[[Grounding, RgbdFrame, GroundingRequest], Grounding] = _as_it_is,
    ) -> None:
        """Start the thread.

        Args:
            grounder: the backend, loaded.
            take_frame: begins a request and gives the frame to ground it in; may wait while the
                request is not aborted.
            publish: called with every Grounding, IN_PROGRESS ones included.
            log_error: called with the traceback of an unexpected exception.
            settle: what becomes of the answer to a request in a frame before it is published; not
                of one in the background.
        """
        self._grounder = grounder
        self._take_frame = take_frame
        self._publish = publish
        self._log_error = log_error
        self._settle = settle
        self._lock = threading.Lock()
        self._current: GroundingRequest | None = None
        self._stopped = ''
        self._worker = Worker('grounding', lambda error: log_error(repr(error)))
        self.answered = 0
        self.failed = 0
        self.last_ms = 0.0

    @property
    def busy(self) -> bool:
        """Whether a request waits for its answer."""
        current = self._current
        return current is not None and not current.aborted()

    def submit(
        self, query: Query, request_id: str = '', background: bool = False
    ) -> GroundingRequest:
        """Take a request; it replaces the one before, and a bad one fails at once.

        Args:
            query: what to find.
            request_id: one is made when empty.
            background: refuse the request, with nothing published, while another one is being
                answered, instead of replacing that.
        """
        request = GroundingRequest(query, request_id, self._publish)
        try:
            check_request_id(request_id)
            query = replace(query, instruction=check_instruction(query.instruction))
            request.query, request.background = query, background
        except InstructionError as error:
            request.end(GroundingStatus.FAILED, str(error))
            return request
        with self._lock:
            if background and self.busy:
                return self.decline(query, 'another request is at work', request_id)
            if self._stopped:
                request.end(GroundingStatus.FAILED, self._stopped)
                return request
            self._end_current(
                GroundingStatus.CANCELED, f'replaced by a newer request: {request.instruction!r}'
            )
            self._current = request
        self._worker.offer(lambda: self._ground(request))
        return request

    def refuse(self, query: Query, reason: str, request_id: str = '') -> GroundingRequest:
        """Answer a request with FAILED at once; the one before it goes on.

        Args:
            query: as received.
            reason: in words.
            request_id: one is made when empty.
        """
        request = GroundingRequest(query, request_id, self._publish)
        request.end(GroundingStatus.FAILED, reason)
        return request

    def decline(self, query: Query, reason: str, request_id: str = '') -> GroundingRequest:
        """End a request in the background at once, with nothing published.

        Args:
            query: as received.
            reason: in words.
            request_id: one is made when empty.
        """
        request = GroundingRequest(query, request_id, _publish_nothing)
        request.end(GroundingStatus.CANCELED, reason)
        return request

    def stop(self, reason: str) -> bool:
        """Fail the current request and end the thread; False if it did not end in time."""
        with self._lock:
            self._stopped = reason
            self._end_current(GroundingStatus.FAILED, reason)
        return self._worker.stop(_STOP_TIMEOUT_S)

    def _end_current(self, status: GroundingStatus, reason: str) -> None:
        if self._current is not None:
            self._current.end(status, reason)

    def _ground(self, request: GroundingRequest) -> None:
        if request.aborted():
            return
        try:
            frame = self._take_frame(request)
            started = request.elapsed
            grounding = ground(self._grounder, frame, request.query, request.aborted)
            if request.aborted():
                return
            if not request.background:
                grounding = self._settle(grounding, frame, request)
            self.last_ms = (request.elapsed - started) * 1e3
        except GroundingCanceled as error:
            request.end(GroundingStatus.CANCELED, str(error))
        except TransformError as error:
            self.failed += 1
            request.end(GroundingStatus.TF_UNAVAILABLE, str(error))
        except RealvlgError as error:
            self.failed += 1
            request.end(GroundingStatus.FAILED, str(error))
        except Exception as error:
            self.failed += 1
            self._log_error(traceback.format_exc())
            request.end(
                GroundingStatus.FAILED, f'{self._grounder.name} failed: {error!r}; see the log'
            )
        else:
            self._answer(request, grounding, frame)

    def _answer(self, request: GroundingRequest, grounding: Grounding, frame: RgbdFrame) -> None:
        self.answered += 1
        request.finish(completed(grounding, frame, self._grounder.name))


def _publish_nothing(_: Grounding) -> None:
    return None
