"""What a server can do, as it shows with one token at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import BusyError, GroundingError, RejectedError
from ...quoting import quoted
from .chat_client import ChatClient, Completion
from .dialect import NO_GUIDE, Dialect, guide_fields

# One token of it: no model greets with a digit unless it is made to.
_DIGIT = '[0-9]'
# Statuses of a server that does not know a field of the request. From FastAPI and the OpenAI API.
_UNKNOWN_FIELD = (400, 422)


@dataclass(frozen=True)
class Abilities:
    """What a server was seen to do.

    Attributes:
        guide: the way in which it takes a regular expression, or 'none'.
        log_probabilities: whether it sends them.
        tied: whether it sends the id of a question back.
    """

    guide: str
    log_probabilities: bool
    tied: bool

    def lacks(self, dialect: Dialect) -> tuple[str, ...]:
        """What it cannot do, in words for whoever starts it."""
        said = []
        if self.guide == NO_GUIDE:
            said.append('takes no grammar: replies that do not parse are asked for again')
        if not self.log_probabilities:
            said.append(
                'sends no probabilities: every score is 1, and not_found_threshold tells nothing'
            )
        if not self.tied:
            said.append(
                'sends no ids back: what it answered to another robot by mistake cannot be told'
            )
        return tuple(f'the server (dialect {dialect.name}) {words}' for words in said)


def learn(
    client: ChatClient,
    model: str,
    guides: tuple[str, ...],
    required: bool,
    extra: Mapping[str, Any],
    aborted: Callable[[], bool],
) -> Abilities:
    """Ask a model for one token in each way until it keeps to the grammar.

    Args:
        client: of the server.
        model: name on the server; it is loaded by this.
        guides: ways to try, in this order.
        required: whether the only one must be kept to; else 'none' is taken in the end.
        extra: fields of every request.
        aborted: called 50 times a second; True gives up.

    Raises:
        GroundingError: no answer, or the required way is not kept to.
        GroundingCanceled: aborted returned True.
    """
    for guide in guides if required else (*guides, NO_GUIDE):
        try:
            reply = _token(client, model, guide, extra, aborted)
        except BusyError:
            raise
        except GroundingError as error:
            unknown = isinstance(error, RejectedError) and error.status in _UNKNOWN_FIELD
            if unknown and guide != NO_GUIDE and not required:
                continue
            raise GroundingError(
                f'no answer by {quoted(model)} with guide {quoted(guide)}: {error}'
            ) from error
        kept = reply.text.strip().isdigit()
        if guide == NO_GUIDE or kept:
            return Abilities(guide, bool(reply.log_probabilities), client.ids.tied)
    raise GroundingError(
        f'{quoted(model)} does not keep to a grammar that is given as {guides[0]} (asked for a '
        f'digit, it said {quoted(reply.text, 20)}); set guide to auto, or update the server'
    )


def _token(
    client: ChatClient,
    model: str,
    guide: str,
    extra: Mapping[str, Any],
    aborted: Callable[[], bool],
) -> Completion:
    hello = {'role': 'user', 'content': 'hello'}
    request = {
        'model': model, 'messages': [hello], 'max_tokens': 1, 'logprobs': True, 'temperature': 0,
        **extra, **guide_fields(guide, _DIGIT),
    }  # fmt: skip
    return client.complete(request, aborted)
