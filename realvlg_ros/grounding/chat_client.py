"""One chat completion over HTTP that can be canceled and has a deadline."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..errors import GroundingCanceled, GroundingError, ParameterError
from ..json_text import to_json_text

# Interval at which the abort flag is polled, s, and the longest reply, bytes. Chosen: a cancel
# without noticeable delay; far beyond any answer.
_POLL_S = 0.02
_MAX_REPLY_BYTES = 4_000_000


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
        parts = urlsplit(url)
        if parts.scheme not in ('http', 'https') or not parts.hostname:
            raise ParameterError(f'server url {url!r} is not like http://host:8000/v1')
        self._url = url.rstrip('/')
        self._secure = parts.scheme == 'https'
        self._address = parts.hostname, parts.port
        self._base = parts.path.rstrip('/')
        self._timeout_s = timeout_s
        self._headers = {'Content-Type': 'application/json'}
        if api_key:
            self._headers['Authorization'] = f'Bearer {api_key}'

    def models(self, aborted: Callable[[], bool]) -> list[str]:
        """Names of the models that the server lists.

        Raises:
            GroundingError: it cannot be reached or does not answer as an OpenAI-style server.
            GroundingCanceled: aborted returned True.
        """
        reply = self._request('GET', '/models', None, aborted)
        try:
            return [str(model['id']) for model in reply['data']]
        except (KeyError, TypeError) as error:
            raise GroundingError(f'{self._url}/models is not an OpenAI-style reply') from error

    def complete(self, request: Mapping[str, Any], aborted: Callable[[], bool]) -> Completion:
        """Post one request; aborted is called 50 times a second.

        Raises:
            GroundingError: no answer in time, a broken connection, an error status, or a reply of
                another form.
            GroundingCanceled: aborted returned True; the connection is closed.
        """
        reply = self._request('POST', '/chat/completions', to_json_text(request), aborted)
        try:
            choice = reply['choices'][0]
            text = choice['message']['content']
            if not isinstance(text, str):
                raise TypeError(f'content is {type(text).__name__}')
            content = (choice.get('logprobs') or {}).get('content') or ()
            pairs = tuple((str(item['token']), float(item['logprob'])) for item in content)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
            raise GroundingError(
                f'{self._url} sent no chat completion ({error!r}); is it an OpenAI-style server?'
            ) from error
        return Completion(text, pairs)

    def _request(
        self, method: str, path: str, body: str | None, aborted: Callable[[], bool]
    ) -> Any:
        """One exchange in a separate thread, so that the caller can abandon it."""
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(*self._address, timeout=self._timeout_s)
        result: list[tuple[int, bytes] | Exception] = []

        def exchange() -> None:
            try:
                connection.request(method, self._base + path, body, self._headers)
                response = connection.getresponse()
                result.append((response.status, response.read(_MAX_REPLY_BYTES)))
            except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
                # A socket that is closed during a read raises any of these.
                result.append(error)

        thread = threading.Thread(target=exchange, name='chat_request', daemon=True)
        deadline = time.monotonic() + self._timeout_s
        thread.start()
        while thread.is_alive():
            thread.join(_POLL_S)
            if thread.is_alive() and aborted():
                connection.close()
                raise GroundingCanceled('the grounding was canceled while the server worked')
            if thread.is_alive() and time.monotonic() > deadline:
                connection.close()
                raise self._too_late()
        if isinstance(result[0], TimeoutError):
            raise self._too_late()
        return self._decode(result[0])

    def _too_late(self) -> GroundingError:
        return GroundingError(
            f'{self._url} gave no answer within {self._timeout_s:g} s; raise timeout or look '
            'at the load of the server'
        )

    def _decode(self, result: tuple[int, bytes] | Exception) -> Any:
        if isinstance(result, Exception):
            raise GroundingError(
                f'{self._url} cannot be reached or broke off: {result!r}; is the server running?'
            ) from result
        status, data = result
        if status != 200:
            raise GroundingError(f'{self._url} answered {status}: {data[:200]!r}')
        try:
            return json.loads(data)
        except ValueError as error:
            raise GroundingError(f'{self._url} sent no JSON: {data[:80]!r}') from error
