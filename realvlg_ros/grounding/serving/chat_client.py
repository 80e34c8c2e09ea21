"""One chat completion over HTTP that can be canceled and has a deadline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...boundary import Boundary
from ...documents import parse_json
from ...errors import BusyError, GroundingError, RejectedError
from ...fields import is_number
from ...json_text import to_json_text
from ...limits import MAX_ANSWER_CHARACTERS, MAX_REPLY_BYTES
from ...quoting import quoted
from .endpoint import Call, Endpoint, RawReply
from .question_id import HEADER, QuestionIds

# The largest log probability, with what rounding adds to 0. Chosen: half floats of servers.
_LARGEST_LOG = 0.01
# Statuses of a server that may take the same question later. From RFC 6585 and RFC 9110.
_BUSY = (429, 503)
# Longest wait for the page that says whether a server works, s. Chosen: it takes no time to make.
_HEALTH_S = 3.0
# The longest pause that a server may ask for, s. Chosen: nobody waits longer for an answer.
_LONGEST_PAUSE_S = 60.0


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

    def __init__(self, url: str, timeout_s: float, api_key: str = '', robot: str = '') -> None:
        """Check the address.

        Args:
            url: base of the API, such as http://192.168.0.7:8000/v1.
            timeout_s: longest wait for a reply, s.
            api_key: sent as a bearer token; empty for none.
            robot: name under which a gateway queues the questions; empty for none.

        Raises:
            ParameterError: not an http or https address.
        """
        self._endpoint = Endpoint(url, api_key)
        self._url = self._endpoint.url
        self._timeout_s = timeout_s
        self._headers = {'X-Realvlg-Robot': robot} if robot else {}
        self.ids = QuestionIds()

    def models(self, aborted: Callable[[], bool]) -> list[str]:
        """Names of the models that the server lists.

        Raises:
            GroundingError: it cannot be reached or does not answer as an OpenAI-style server.
            GroundingCanceled: aborted returned True.
        """
        return [name for name, _ in self.owned_models(aborted)]

    def owned_models(self, aborted: Callable[[], bool]) -> list[tuple[str, str]]:
        """Name of each model that the server lists, and whose it says that it is.

        Raises:
            GroundingError: it cannot be reached or does not answer as an OpenAI-style server.
            GroundingCanceled: aborted returned True.
        """
        call = Call('GET', '/models', aborted, self._timeout_s, headers=self._headers)
        reply = self._decode(self._endpoint.exchange(call))
        with self._reading('is no OpenAI-style list of models').guard():
            return [(_text(m['id']), str(m.get('owned_by', ''))) for m in reply['data']]

    def get(self, path: str, aborted: Callable[[], bool], timeout_s: float) -> RawReply:
        """What the server itself says at a path, such as /health.

        Args:
            path: behind the server's name.
            aborted: called 50 times a second; True gives up.
            timeout_s: longest wait, s.

        Raises:
            GroundingError: no answer in time, or a broken connection.
            GroundingCanceled: aborted returned True.
        """
        headers = {**self._headers, HEADER: self.ids.new()}
        call = Call('GET', path, aborted, timeout_s, headers=headers, at_root=True)
        return self._endpoint.exchange(call)

    def check_health(self, page: str, aborted: Callable[[], bool]) -> None:
        """Look whether the server works.

        Args:
            page: its own page that says so; empty for the list of models.
            aborted: called 50 times a second; True gives up.

        Raises:
            GroundingError: it does not answer in a few seconds, or says that it does not work.
            GroundingCanceled: aborted returned True.
        """
        wait_s = min(_HEALTH_S, self._timeout_s)
        if page:
            reply = self.get(page, aborted, wait_s)
        else:
            reply = self._endpoint.exchange(Call('GET', '/models', aborted, wait_s))
        if reply.status != 200:
            said = quoted(reply.data, 200)
            raise RejectedError(
                f'{self._url} is not well: {page or "/models"} says {reply.status}: {said}',
                reply.status,
            )

    def complete(
        self,
        request: Mapping[str, Any],
        aborted: Callable[[], bool],
        timeout_s: float | None = None,
    ) -> Completion:
        """Post one request.

        Args:
            request: body of the request.
            aborted: called 50 times a second; True gives up.
            timeout_s: longest wait for this reply, s; None for that of the client.

        Raises:
            BusyError: the server takes no question now.
            GroundingError: no answer in time, a broken connection, an error status, a reply of
                another form, or one to another question.
            GroundingCanceled: aborted returned True; the connection is closed.
        """
        sent = self.ids.new()
        wait_s = self._timeout_s if timeout_s is None else min(timeout_s, self._timeout_s)
        body, headers = to_json_text(request).encode(), {**self._headers, HEADER: sent}
        call = Call('POST', '/chat/completions', aborted, wait_s, body, headers)
        reply = self._endpoint.exchange(call)
        answer = self._decode(reply)
        completion = self._completion(answer)
        self.ids.check(sent, (reply.headers.get(HEADER.lower()), answer.get('id')), self._url)
        return completion

    def completion_of(self, status: int, data: bytes) -> Completion:
        """The completion that a server sent.

        Raises:
            GroundingError: an error status, or a reply of another form.
        """
        return self._completion(self._decode(RawReply(status, data, {})))

    def _completion(self, reply: Any) -> Completion:
        with self._reading('sent no chat completion, or one of another form').guard():
            choice = reply['choices'][0]
            content = choice['message']['content']
            # Of a model that still thinks when its tokens are up, some servers send no content.
            text = '' if content is None else _text(content)
            listed = (choice.get('logprobs') or {}).get('content') or ()
            pairs = tuple(_log_probability(item) for item in listed)
        if len(text) > MAX_ANSWER_CHARACTERS:
            raise self._too_long(
                f'an answer of {len(text)} characters, more', MAX_ANSWER_CHARACTERS
            )
        return Completion(text, pairs)

    def _reading(self, fault: str) -> Boundary:
        remedy = 'is it an OpenAI-style server?'
        return Boundary(f'{self._url} {fault}', GroundingError, remedy)

    def _too_long(self, what: str, most: int) -> GroundingError:
        return GroundingError(
            f'{self._url} sent {what} than the {most} that are read; limit what the server writes'
        )

    def _decode(self, reply: RawReply) -> Any:
        said = f'{self._url} answered {reply.status}: {quoted(reply.data, 200)}'
        if reply.status in _BUSY:
            raise BusyError(said, _pause_s(reply.headers.get('retry-after', '')))
        if reply.status != 200:
            raise RejectedError(said, reply.status)
        if len(reply.data) > MAX_REPLY_BYTES:
            raise self._too_long('a reply of more bytes', MAX_REPLY_BYTES)
        begins = f'the reply begins with {quoted(reply.data[:80])}'
        return parse_json(reply.data, Boundary(f'{self._url}: the reply', GroundingError, begins))


def _pause_s(text: str) -> float:
    """The pause of a Retry-After header, s; 0 where it says none, or a date."""
    return min(float(text), _LONGEST_PAUSE_S) if text.isascii() and text.isdigit() else 0.0


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f'{quoted(value)} is no text')
    return value


def _log_probability(item: Any) -> tuple[str, float]:
    value = item['logprob']
    if not is_number(value) or value > _LARGEST_LOG:
        raise ValueError(f'the log probability {quoted(value)} is not at most 0')
    return _text(item['token']), min(float(value), 0.0)
