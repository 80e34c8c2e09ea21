"""The dialects of OpenAI-style servers: how each takes a grammar, and how it is recognised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...boundary import Boundary
from ...documents import parse_json
from ...errors import GroundingError, RejectedError
from .chat_client import ChatClient
from .gbnf import to_gbnf

AUTO, NO_GUIDE = 'auto', 'none'

# How a request asks for a reply that a regular expression matches, by the name of the way.
_GUIDES: Mapping[str, Callable[[str], dict[str, Any]]] = {
    'structured_outputs': lambda e: {'structured_outputs': {'regex': e}},
    'guided_regex': lambda e: {'guided_regex': e},
    'guided_decoding': lambda e: {'guided_decoding': {'regex': e}},
    'response_format': lambda e: {'response_format': {'type': 'regex', 'pattern': e}},
    'grammar': lambda e: {'grammar': to_gbnf(e)},
    NO_GUIDE: lambda _: {},
}
GUIDES = (AUTO, *_GUIDES)
# Longest wait for a page that tells a server's name, s. Chosen: it is a constant of the server.
_LOOK_S = 2.0


@dataclass(frozen=True)
class Dialect:
    """What is known of a kind of server.

    Attributes:
        name: of the kind.
        guides: ways to take a regular expression, the newest first; each is tried at the start.
        owner: as which it lists its models; empty where that tells nothing.
        health: a page of the server that says that it works; empty for its list of models.
    """

    name: str
    guides: tuple[str, ...] = ()
    owner: str = ''
    health: str = '/health'


# The last one is every other server: each way is tried.
DIALECTS = (
    Dialect('vllm', ('structured_outputs', 'guided_regex'), 'vllm'),
    Dialect('llama_cpp', ('grammar',), 'llamacpp'),
    Dialect('ollama', (), 'library', ''),
    Dialect('tensorrt_edge_llm', ('guided_decoding',), '', ''),
    Dialect('transformers_serve'),
    Dialect('openai', tuple(name for name in _GUIDES if name != NO_GUIDE), '', ''),
)
NAMES = (AUTO, *(dialect.name for dialect in DIALECTS))


def dialect_of(name: str) -> Dialect:
    """The dialect of a name."""
    return next(dialect for dialect in DIALECTS if dialect.name == name)


def guide_fields(guide: str, expression: str) -> dict[str, Any]:
    """The fields of a request that ask for a reply which an expression matches.

    Args:
        guide: one of GUIDES, but not auto.
        expression: regular, in the subset that answer_expression writes.

    Raises:
        ParameterError: the expression cannot be said in that way.
    """
    return _GUIDES[guide](expression)


def recognise(client: ChatClient, aborted: Callable[[], bool]) -> Dialect:
    """The dialect of a server, by whose models it lists, else by the pages that it has.

    TensorRT-Edge-LLM has no sign that is known; as every server without one, it is asked in each
    way in turn.

    Raises:
        GroundingError: it cannot be reached.
        GroundingCanceled: aborted returned True.
    """
    try:
        owners = {owner for _, owner in client.owned_models(aborted)}
    except RejectedError:
        # A server that lists no models may still answer with one that is named.
        owners = set()
    for dialect in DIALECTS:
        if dialect.owner and dialect.owner in owners:
            return dialect
    for path, key, name in (
        ('/api/version', 'version', 'ollama'),
        ('/version', 'version', 'vllm'),
        ('/props', 'default_generation_settings', 'llama_cpp'),
    ):
        if key in _page(client, path, aborted):
            return dialect_of(name)
    # It alone sends the id of any question back.
    health = client.get('/health', aborted, _LOOK_S)
    if health.status == 200 and health.headers.get('x-request-id', '').startswith('realvlg-'):
        return dialect_of('transformers_serve')
    return dialect_of('openai')


def _page(client: ChatClient, path: str, aborted: Callable[[], bool]) -> dict[str, Any]:
    """A page of JSON; empty where there is none."""
    reply = client.get(path, aborted, _LOOK_S)
    if reply.status != 200:
        return {}
    try:
        page = parse_json(reply.data, Boundary(path, GroundingError))
    except GroundingError:
        return {}
    return page if isinstance(page, dict) else {}
