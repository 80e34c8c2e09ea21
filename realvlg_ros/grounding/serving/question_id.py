"""Which question an answer belongs to, by an id that servers send back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

from ...errors import GroundingError
from ...quoting import quoted

HEADER = 'X-Request-Id'
_OURS = re.compile(r'realvlg-[0-9a-f]{32}')


class QuestionIds:
    """The ids of one client's questions.

    vLLM puts the id into the id of its completion, transformers serve into a header as well, and
    other servers send none back. A server that has sent one back once must go on to.

    Attributes:
        tied: the server has sent an id back.
    """

    def __init__(self) -> None:
        """Nothing is known of the server yet."""
        self.tied = False

    def new(self) -> str:
        """An id that no other question has."""
        return f'realvlg-{uuid.uuid4().hex}'

    def check(self, sent: str, places: Iterable[Any], server: str) -> None:
        """Check that an answer belongs to a question.

        Args:
            sent: the id of the question.
            places: what came where a server may put it.
            server: its address, for the message.

        Raises:
            GroundingError: the answer is that to another question, or may be.
        """
        came = [i for place in places if isinstance(place, str) for i in _OURS.findall(place)]
        others = [i for i in came if i != sent]
        if came and not others:
            self.tied = True
        elif others or self.tied:
            what = f'the answer to {quoted(others[0])}' if others else 'an answer without its id'
            raise GroundingError(
                f'{server} sent {what} for {sent}: it mixes up the questions of several robots; '
                'look at what stands between it and them'
            )
