"""HTTP of the standard library with one deadline for a whole exchange, which a caller can stop.

Time-outs of sockets begin anew with each byte that comes. Here every wait for the network, that
for the connection and for TLS too, ends at the deadline or when the caller gives up. No thread is
made, but where a name has to be looked up: a resolver cannot be stopped.
"""

from __future__ import annotations

import errno
import http.client
import io
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...errors import GroundingCanceled

# Interval at which the caller is asked whether to go on, s. Chosen: a cancel without noticeable
# delay.
_POLL_S = 0.02
# Bytes that are given to a socket at once. Chosen: what its buffer holds.
_SENT = 2**16


@dataclass
class Deadline:
    """When an exchange ends.

    Attributes:
        at_s: the time on `clock`, s.
        aborted: whether the caller gives up.
        clock: steady, s.
    """

    at_s: float
    aborted: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    _asked_s: float = field(default=float('-inf'), repr=False)

    def left_s(self) -> float:
        """Time that is left to wait now, at most until the caller is to be asked again, s.

        Raises:
            TimeoutError: the time is over.
            GroundingCanceled: the caller gave up.
        """
        now_s = self.clock()
        if now_s - self._asked_s >= _POLL_S:
            self._asked_s = now_s
            if self.aborted():
                raise GroundingCanceled('the grounding was canceled while the server worked')
        if now_s >= self.at_s:
            raise TimeoutError
        return min(_POLL_S, self.at_s - now_s)


class DeadlineConnection(http.client.HTTPConnection):
    """A connection whose every step ends at a deadline."""

    def __init__(
        self, host: str, port: int, deadline: Deadline, tls: ssl.SSLContext | None = None
    ) -> None:
        """Take the address; nothing is sent yet.

        Args:
            host: name or address.
            port: of the server.
            deadline: of all that is done with the connection.
            tls: of an https connection.
        """
        super().__init__(host, port)
        self._deadline, self._tls = deadline, tls
        self._made: _Socket | None = None

    def connect(self) -> None:
        """Connect to the first address of the host that answers.

        Raises:
            OSError: none does.
        """
        failure: OSError | None = None
        addresses = _look_up(self.host, self.port, self._deadline)
        for left, (family, kind, protocol, _, address) in zip(
            range(len(addresses), 0, -1), addresses, strict=True
        ):
            try:
                made = socket.socket(family, kind, protocol)
                self._made = _connect(made, address, self._deadline, left)
                break
            except OSError as error:
                failure = error
                self._deadline.left_s()
        else:
            raise failure or OSError(f'{self.host} has no address')
        if self._tls is not None:
            self._made.secure(self._tls, self.host)
        self.sock = self._made

    def hang_up(self) -> None:
        """Close the connection, whatever is still to come."""
        self.close()
        if self._made is not None:
            self._made.hang_up()


class _Socket:
    """What http.client asks of a socket."""

    def __init__(self, plain: socket.socket, deadline: Deadline) -> None:
        self._socket: Any = plain
        self._deadline = deadline

    def secure(self, tls: ssl.SSLContext, host: str) -> None:
        self._socket = tls.wrap_socket(
            self._socket, server_hostname=host, do_handshake_on_connect=False
        )
        self._retry(self._socket.do_handshake)

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while len(view):
            sent = self._retry(partial(self._socket.send, view[:_SENT]), writes=True)
            view = view[sent:]

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Stream(self))

    def receive_into(self, buffer: Any) -> int:
        return int(self._retry(lambda: self._socket.recv_into(buffer)))

    def close(self) -> None:
        """Nothing: http.client closes before the reply is read, where the server will close."""

    def hang_up(self) -> None:
        self._socket.close()

    def _retry(self, action: Callable[[], Any], writes: bool = False) -> Any:
        """Repeat an action until the socket is ready for it."""
        while True:
            self._deadline.left_s()
            try:
                return action()
            except ssl.SSLWantWriteError:
                _wait(self._socket, self._deadline, writes=True)
            except (ssl.SSLWantReadError, BlockingIOError) as error:
                reads = isinstance(error, ssl.SSLWantReadError) or not writes
                _wait(self._socket, self._deadline, writes=not reads)


class _Stream(io.RawIOBase):
    """The bytes that come from a socket."""

    def __init__(self, source: _Socket) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._source.receive_into(buffer)


def _wait(waiting: socket.socket, deadline: Deadline, writes: bool) -> None:
    ready = select.poll()
    ready.register(waiting, select.POLLOUT if writes else select.POLLIN)
    while not ready.poll(1e3 * deadline.left_s()):
        pass


def _connect(made: socket.socket, address: Any, deadline: Deadline, left: int) -> _Socket:
    """Connect one socket; it may take its share of the time if there are further addresses."""
    share = Deadline(
        deadline.clock() + (deadline.at_s - deadline.clock()) / left,
        deadline.aborted, deadline.clock,
    )  # fmt: skip
    try:
        made.setblocking(False)
        code = made.connect_ex(address)
        if code == errno.EINPROGRESS:
            _wait(made, share, writes=True)
            code = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
    except BaseException:
        made.close()
        raise
    return _Socket(made, deadline)


@dataclass
class _LookUp:
    """A resolver at work, shared by all who ask for the same host."""

    done: threading.Event = field(default_factory=threading.Event)
    found: list[Any] = field(default_factory=list)
    failure: OSError | None = None

    def run(self, host: str, port: int) -> None:
        try:
            self.found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            self.failure = error if isinstance(error, OSError) else OSError(str(error))
        with _lock:
            _at_work.pop((host, port), None)
        self.done.set()


_lock = threading.Lock()
_at_work: dict[tuple[str, int], _LookUp] = {}


def _look_up(host: str, port: int, deadline: Deadline) -> list[Any]:
    """The addresses of a host."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        pass
    with _lock:
        work = _at_work.get((host, port))
        if work is None:
            work = _at_work[host, port] = _LookUp()
            threading.Thread(
                target=work.run, args=(host, port), name='look_up', daemon=True
            ).start()
    while not work.done.wait(deadline.left_s()):
        pass
    if work.failure is not None:
        raise work.failure
    return work.found
