"""One exchange with a server over HTTP, which can be canceled and has a deadline."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...boundary import Boundary
from ...errors import GroundingError, ParameterError
from ...limits import MAX_REPLY_BYTES
from ...quoting import quoted
from .deadline_http import Deadline, DeadlineConnection

_PRINTABLE = re.compile('[!-~]*')
# The part of an address that belongs to the API, not to the server.
_VERSION = '/v1'


@dataclass(frozen=True)
class RawReply:
    """What a server sent.

    Attributes:
        status: of HTTP.
        data: the body; one byte more than MAX_REPLY_BYTES where it is longer.
        headers: by their names in small letters.
    """

    status: int
    data: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """What is sent to a server, and how long it is waited for.

    Attributes:
        method: of HTTP.
        path: behind the base of the API, or behind the server's name where at_root.
        aborted: called 50 times a second; True gives up.
        timeout_s: longest wait for the whole reply, s.
        body: JSON; None for none.
        headers: beside those of every exchange.
        at_root: the path is the server's own, such as /health.
    """

    method: str
    path: str
    aborted: Callable[[], bool]
    timeout_s: float
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    at_root: bool = False


class Endpoint:
    """The API of an OpenAI-style server at an address."""

    def __init__(self, url: str, api_key: str = '') -> None:
        """Check the address.

        Args:
            url: base of the API, such as http://192.168.0.7:8000/v1.
            api_key: sent as a bearer token; empty for none.

        Raises:
            ParameterError: not an http or https address, or a key that is no header.
        """
        self._address = _Address.parse(url)
        if not _PRINTABLE.fullmatch(api_key):
            raise ParameterError('the key of the server holds a space or what is no ASCII text')
        self.url = url.rstrip('/')
        self._headers = {'Content-Type': 'application/json', 'Connection': 'close'}
        if api_key:
            self._headers['Authorization'] = f'Bearer {api_key}'

    def exchange(self, call: Call) -> RawReply:
        """One exchange, over at the deadline or when the caller gives up.

        Raises:
            GroundingError: no answer in time, or a broken connection.
            GroundingCanceled: aborted returned True; the connection is closed.
        """
        address = self._address
        deadline = Deadline(time.monotonic() + call.timeout_s, call.aborted)
        connection = DeadlineConnection(address.host, address.port, deadline, address.tls)
        failed = Boundary(self.url, GroundingError, 'is the server running?')
        base = address.base.removesuffix(_VERSION) if call.at_root else address.base
        headers = {**self._headers, **(call.headers or {})}
        try:
            with failed.guard('cannot be reached or broke off', passing=(TimeoutError,)):
                connection.request(call.method, base + call.path, call.body, headers)
                response = connection.getresponse()
                named = {name.lower(): value for name, value in response.getheaders()}
                # One byte more shows that there is more.
                return RawReply(response.status, response.read(MAX_REPLY_BYTES + 1), named)
        except TimeoutError as error:
            raise GroundingError(
                f'{self.url} gave no answer within {call.timeout_s:.3g} s; raise timeout or look '
                'at the load of the server'
            ) from error
        finally:
            connection.hang_up()


@dataclass(frozen=True)
class _Address:
    """Where a server is.

    Attributes:
        host: name or address.
        port: of the server.
        base: path of the API, without a slash at its end.
        tls: of an https address.
    """

    host: str
    port: int
    base: str
    tls: ssl.SSLContext | None

    @classmethod
    def parse(cls, url: str) -> _Address:
        boundary = Boundary(
            f'server url {quoted(url)}', ParameterError, 'expected one like http://host:8000/v1'
        )
        with boundary.guard():
            parts = urlsplit(url)
            secure = parts.scheme == 'https'
            port = parts.port if parts.port is not None else 443 if secure else 80
            if parts.scheme not in ('http', 'https') or not parts.hostname or not port:
                raise boundary.refusal('is not of http or https, or lacks its host')
            if not _PRINTABLE.fullmatch(url):
                raise boundary.refusal('holds a space or what is no ASCII text')
            if '@' in parts.netloc or parts.query or parts.fragment:
                raise boundary.refusal(
                    'holds a user, a query or a fragment; a key is given by api_key_variable'
                )
            tls = ssl.create_default_context() if secure else None
            return cls(parts.hostname, port, parts.path.rstrip('/'), tls)
