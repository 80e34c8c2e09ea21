"""Settings of a model behind a server."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from ...boundary import Boundary
from ...documents import as_mapping, parse_json
from ...errors import ParameterError
from ...settings import setting
from ..realvlg.prompts import Task
from ..realvlg.task_settings import TaskSettings
from .dialect import AUTO, GUIDES, NAMES


@dataclass(frozen=True)
class ServerSettings(TaskSettings):
    """Where the model is and how it is asked."""

    url: str = setting(
        'http://localhost:8000/v1', 'Base of the API, such as http://192.168.0.7:8000/v1.'
    )
    dialect: str = setting(
        AUTO, 'Kind of the server; auto looks at the start whose it is.', choices=NAMES
    )
    box_model: str = setting(
        'auto',
        'Name on the server of the model that answers boxes; auto is the only model that the '
        'server holds, empty asks for none.',
    )
    grasp_model: str = setting('', 'The model that answers grasp rectangles, likewise.')
    contact_model: str = setting('', 'The model that answers contact pairs, likewise.')
    guide: str = setting(
        AUTO,
        'How the server takes a regular expression: structured_outputs (vLLM), guided_regex (vLLM '
        'before 0.12), guided_decoding (TensorRT-Edge-LLM), grammar (llama.cpp), response_format '
        '(type regex), or none; auto tries those of the dialect at the start. A way that the '
        'model does not keep to is refused.',
        choices=GUIDES,
    )
    chat_template_kwargs: str = setting(
        '',
        'A JSON object for the chat template of the model, such as {"enable_thinking": false} for '
        'Qwen3.5; empty for none.',
    )
    thinking: bool = setting(False, 'Let the model think before it answers.')
    max_tokens: int = setting(512, 'Length of a reply at most.', unit='tokens', low=1, high=100000)
    timeout: float = setting(
        20.0, 'Longest wait for one reply.',
        unit='s', low=0.1, high=3600.0, former=('timeout_s',),
    )  # fmt: skip
    longest_wait: float = setting(
        60.0,
        'Longest wait for all replies about one frame, further tries and pauses for a busy server '
        'included.',
        unit='s', low=0.1, high=3600.0,
    )  # fmt: skip
    retries: int = setting(
        1, 'Further tries after a reply that does not parse.', unit='tries', low=0, high=10
    )
    fallback: str = setting(
        '',
        'Backend that answers where the server does not, such as tabletop, and says so in its '
        'answer; empty for none.',
        choices=('', 'tabletop', 'detector', 'realvlg', 'sam3'),
    )
    fallback_options: str = setting(
        '', "Options of the fallback's backend: a YAML file, or a name in config/backends."
    )
    failures: int = setting(
        3, 'After so many failures in a row the server is left alone for a while.',
        unit='failures', low=1, high=1000,
    )  # fmt: skip
    pause: float = setting(
        5.0, 'So long at first; twice as long after each further failure, 16 times at most.',
        unit='s', low=0.1, high=3600.0,
    )  # fmt: skip
    robot: str = setting(
        '', 'Name under which a gateway queues the questions; empty for the name of the host.'
    )
    jpeg_quality: int = setting(
        90, 'Quality of the picture on its way.', unit='unitless', low=1, high=100
    )
    factor_px: int = setting(
        28, "The server's model is fed multiples of this: 28, for Qwen3-VL 32.",
        unit='px', low=1, high=256, former=('factor',),
    )  # fmt: skip
    api_key_variable: str = setting(
        'REALVLG_SERVER_KEY', "Environment variable that holds the server's key, if it wants one."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.models:
            raise ParameterError(
                'the server backend needs box_model, grasp_model or contact_model'
            )
        if not all(char.isascii() and char.isprintable() for char in self.robot):
            raise ParameterError(f'robot is {self.robot[:40]!r}; expected printable ASCII')
        _ = self.template_fields

    @property
    def models(self) -> dict[Task, str]:
        """Model by task, of the tasks that are asked."""
        return self.by_task('model')

    @property
    def template_arguments(self) -> dict[str, Any]:
        """What the chat template is given beside what the prompts say."""
        if not self.chat_template_kwargs:
            return {}
        boundary = Boundary('chat_template_kwargs', ParameterError, 'expected a JSON object')
        return dict(as_mapping(parse_json(self.chat_template_kwargs, boundary), boundary))

    @property
    def template_fields(self) -> dict[str, Any]:
        """The fields of a request for the chat template."""
        arguments = self.template_arguments
        return {'chat_template_kwargs': arguments} if arguments else {}

    @property
    def robot_name(self) -> str:
        """The name that a gateway is told."""
        name = self.robot or socket.gethostname()
        return ''.join(char for char in name if char.isascii() and char.isprintable())[:64]
