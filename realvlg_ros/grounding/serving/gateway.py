"""A gateway between several robots and one server, which lets each have its turn."""

from __future__ import annotations

import json
import re
import select
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ...errors import BusyError, GroundingCanceled, GroundingError
from ...limits import MAX_GATEWAY_CONNECTIONS, MAX_QUESTION_BYTES, MAX_REPLY_BYTES
from .endpoint import Call, Endpoint, RawReply
from .fair_queue import FairQueue
from .question_id import HEADER

ROBOT = 'X-Realvlg-Robot'
# Longest pause between the bytes of a question, s. Chosen: a jpeg comes within a second.
_SILENCE_S = 10.0
# What is passed on: questions, and pages that tell a server's models, kind and health; nothing
# that changes a server.
_QUESTIONS = '/v1/chat/completions'
_PAGES = ('/v1/models', '/health', '/version', '/props', '/api/version')
_NAME = re.compile(r'[ -~]{1,64}')
# What is passed on with a question, and back with its answer.
_FORWARD, _BACK = ('Authorization', HEADER), ('Content-Type', 'Retry-After')


@dataclass
class GatewayState:
    """What the connections of a gateway share.

    Attributes:
        upstream: the server.
        queue: whose turn it is.
        timeout_s: longest wait for the server once a question's turn has come, s.
        answered, failed, refused: questions so far: with any reply of the server, without one,
            and turned away.
    """

    upstream: Endpoint
    queue: FairQueue
    timeout_s: float
    answered: int = 0
    failed: int = 0
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        """Count a question that ended."""
        with self.lock:
            setattr(self, what, getattr(self, what) + 1)

    def figures(self) -> dict[str, Any]:
        """The counts, as the page /gateway shows them."""
        return {
            'upstream': self.upstream.url,
            'running': sum(self.queue.running.values()),
            'waiting': self.queue.waiting,
            'answered': self.answered,
            'failed': self.failed,
            'refused': self.refused,
            'served': dict(self.queue.served),
        }


class Gateway(ThreadingHTTPServer):
    """Listens for robots."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], state: GatewayState) -> None:
        """Take the address; `serve_forever` begins.

        Args:
            address: name and port to listen at; port 0 takes a free one.
            state: shared by the connections.

        Raises:
            OSError: the address cannot be had.
        """
        self.state = state
        self._free = threading.Semaphore(MAX_GATEWAY_CONNECTIONS)
        super().__init__(address, _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection a thread; one too many is hung up on."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a robot that hangs up is no fault of the gateway."""


class _Connection(BaseHTTPRequestHandler):
    timeout = _SILENCE_S
    server: Gateway

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        """The figures of the gateway, or a page of the server, which needs no turn."""
        if self.path == '/gateway':
            self._send(200, json.dumps(self.server.state.figures()).encode())
        elif self.path in _PAGES:
            self._answer(self._pass_on, None)
        else:
            self._fail(404, f'{self.path[:80]} is not passed on; questions go to {_QUESTIONS}')

    def do_POST(self) -> None:  # noqa: N802
        """A question, in its turn."""
        if self.path != _QUESTIONS:
            self._fail(404, f'{self.path[:80]} is not passed on; questions go to {_QUESTIONS}')
            return
        text = self.headers.get('Content-Length', '')
        length = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
        if not 0 <= length <= MAX_QUESTION_BYTES:
            self._fail(413, f'a question has 0 to {MAX_QUESTION_BYTES} bytes, and says how many')
            return
        self._answer(self._in_turn, self.rfile.read(length))

    def _answer(self, how: Any, body: bytes | None) -> None:
        """Send what the server says, or why it says nothing."""
        state = self.server.state
        try:
            reply = how(body)
        except GroundingCanceled:
            return
        except BusyError as error:
            state.count('refused')
            self._fail(429, str(error), {'Retry-After': f'{error.retry_after_s:.0f}'})
        except GroundingError as error:
            state.count('failed')
            self._fail(502, str(error))
        else:
            if body is not None:
                state.count('answered')
            back = {name: reply.headers.get(name.lower(), '') for name in _BACK}
            self._send(reply.status, reply.data, {k: v for k, v in back.items() if v})

    def _in_turn(self, body: bytes) -> RawReply:
        said = self.headers.get(ROBOT, '')
        robot = said if _NAME.fullmatch(said) else self.client_address[0]
        with self.server.state.queue.turn(robot, self._gone):
            return self._pass_on(body)

    def _pass_on(self, body: bytes | None) -> RawReply:
        state = self.server.state
        headers = {name: self.headers[name] for name in _FORWARD if name in self.headers}
        call = Call(
            self.command, self.path, self._gone, state.timeout_s, body, headers, at_root=True
        )
        reply = state.upstream.exchange(call)
        if len(reply.data) > MAX_REPLY_BYTES:
            raise GroundingError(f'{state.upstream.url} sent more than {MAX_REPLY_BYTES} bytes')
        return reply

    def _gone(self) -> bool:
        """Whether the robot has hung up: it sends nothing else while it waits."""
        ready = select.poll()
        ready.register(self.connection, select.POLLIN | select.POLLHUP)
        if not ready.poll(0):
            return False
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _fail(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps({'error': {'message': reason}}).encode(), headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        asked = self.headers.get(HEADER, '')
        named = {HEADER: asked} if _NAME.fullmatch(asked) else {}
        for name, value in {
            'Content-Type': 'application/json',
            **named,
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the page /gateway counts."""
