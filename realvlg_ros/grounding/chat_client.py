"""One chat completion over HTTP that can be canceled and has a deadline."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..boundary import Boundary
from ..documents import parse_json
from ..errors import GroundingError, ParameterError
from ..fields import is_number
from ..json_text import to_json_text
from ..limits import MAX_ANSWER_CHARACTERS, MAX_REPLY_BYTES
from ..quoting import quoted
from .deadline_http import Deadline, DeadlineConnection

# The largest log probability, with what rounding adds to 0. Chosen: half floats of servers.
_LARGEST_LOG = 0.01
_PRINTABLE = re.compile('[!-~]*')


@dataclass(frozen=True)
class Completion:
    """The reply of a server.

    Attributes:
        text: the reply.
        log_probabilities: (token, log probability) in order; empty where it sends none.
    """

    text: str
    log_probabilities: tuple[tuple[str, float], ...] = ()


class ChatClient:
    """Posts to the chat completions of an OpenAI-style server."""

    def __init__(self, url: str, timeout_s: float, api_key: str = '') -> None:
        """Check the address.

        Args:
            url: base of the API, such as http://192.168.0.7:8000/v1.
            timeout_s: longest wait for a reply, s.
            api_key: sent as a bearer token; empty for none.

        Raises:
            ParameterError: not an http or https address.
        """
        self._address = _Address.parse(url)
        if not _PRINTABLE.fullmatch(api_key):
            raise ParameterError('the key of the server holds a space or what is no ASCII text')
        self._url = url.rstrip('/')
        self._timeout_s = timeout_s
        self._headers = {'Content-Type': 'application/json', 'Connection': 'close'}
        if api_key:
            self._headers['Authorization'] = f'Bearer {api_key}'

    def models(self, aborted: Callable[[], bool]) -> list[str]:
        """Names of the models that the server lists.

        Raises:
            GroundingError: it cannot be reached or does not answer as an OpenAI-style server.
            GroundingCanceled: aborted returned True.
        """
        reply = self._decode(*self._exchange('GET', '/models', None, aborted))
        with self._reading('is no OpenAI-style list of models').guard():
            return [_text(model['id']) for model in reply['data']]

    def complete(self, request: Mapping[str, Any], aborted: Callable[[], bool]) -> Completion:
        """Post one request; aborted is called 50 times a second.

        Raises:
            GroundingError: no answer in time, a broken connection, an error status, or a reply of
                another form.
            GroundingCanceled: aborted returned True; the connection is closed.
        """
        status, data = self._exchange('POST', '/chat/completions', to_json_text(request), aborted)
        return self.completion_of(status, data)

    def completion_of(self, status: int, data: bytes) -> Completion:
        """The completion that a server sent.

        Raises:
            GroundingError: an error status, or a reply of another form.
        """
        reply = self._decode(status, data)
        with self._reading('sent no chat completion, or one of another form').guard():
            choice = reply['choices'][0]
            text = _text(choice['message']['content'])
            content = (choice.get('logprobs') or {}).get('content') or ()
            pairs = tuple(_log_probability(item) for item in content)
        if len(text) > MAX_ANSWER_CHARACTERS:
            raise self._too_long(
                f'an answer of {len(text)} characters, more', MAX_ANSWER_CHARACTERS
            )
        return Completion(text, pairs)

    def _reading(self, fault: str) -> Boundary:
        remedy = 'is it an OpenAI-style server?'
        return Boundary(f'{self._url} {fault}', GroundingError, remedy)

    def _exchange(
        self, method: str, path: str, body: str | None, aborted: Callable[[], bool]
    ) -> tuple[int, bytes]:
        """One exchange, over at the deadline or when the caller gives up."""
        deadline = Deadline(time.monotonic() + self._timeout_s, aborted)
        connection = self._address.connect(deadline)
        failed = Boundary(self._url, GroundingError, 'is the server running?')
        data = None if body is None else body.encode()
        try:
            with failed.guard('cannot be reached or broke off', passing=(TimeoutError,)):
                connection.request(method, self._address.base + path, data, self._headers)
                response = connection.getresponse()
                # One byte more shows that there is more.
                return response.status, response.read(MAX_REPLY_BYTES + 1)
        except TimeoutError as error:
            raise self._too_late() from error
        finally:
            connection.hang_up()

    def _too_late(self) -> GroundingError:
        return GroundingError(
            f'{self._url} gave no answer within {self._timeout_s:g} s; raise timeout or look '
            'at the load of the server'
        )

    def _too_long(self, what: str, most: int) -> GroundingError:
        return GroundingError(
            f'{self._url} sent {what} than the {most} that are read; limit what the server writes'
        )

    def _decode(self, status: int, data: bytes) -> Any:
        if status != 200:
            raise GroundingError(f'{self._url} answered {status}: {quoted(data, 200)}')
        if len(data) > MAX_REPLY_BYTES:
            raise self._too_long('a reply of more bytes', MAX_REPLY_BYTES)
        begins = f'the reply begins with {quoted(data[:80])}'
        return parse_json(data, Boundary(f'{self._url}: the reply', GroundingError, begins))


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

    def connect(self, deadline: Deadline) -> DeadlineConnection:
        return DeadlineConnection(self.host, self.port, deadline, self.tls)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f'{quoted(value)} is no text')
    return value


def _log_probability(item: Any) -> tuple[str, float]:
    value = item['logprob']
    if not is_number(value) or value > _LARGEST_LOG:
        raise ValueError(f'the log probability {quoted(value)} is not at most 0')
    return _text(item['token']), min(float(value), 0.0)
