"""The realvlg backend with its model on an OpenAI-style server."""

from __future__ import annotations

import base64
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2

from ..arrays import ByteArray
from ..errors import AnswerError, GroundingError, ParameterError
from ..frame import RgbdFrame
from ..image_region import Box
from ..quoting import cut, quoted
from ..segmentation.segmenter import Segmenter
from ..settings import from_options, setting
from .chat_client import ChatClient, Completion
from .grounding import Grounding, never_aborted
from .realvlg.answer.answer_text import answer_expression, number_ranges
from .realvlg.answer.calibration import Calibration, EvidenceKind
from .realvlg.answer.confidence import Confidence
from .realvlg.answer.decoder import Answer, Mode, check_aborted
from .realvlg.answer.reading import read_reply
from .realvlg.coordinates import AnswerFrame, feed_size
from .realvlg.prompts import Task
from .realvlg.request import Work
from .realvlg.task_grounder import TaskGrounder
from .realvlg.task_settings import TaskSettings

GUIDES = ('none', 'structured_outputs', 'guided_regex', 'response_format')
# Sampling temperature of a retry; at 0 a server would repeat the invalid reply. Chosen: low.
_RETRY_TEMPERATURE = 0.3


@dataclass(frozen=True)
class ServerSettings(TaskSettings):
    """Where the model is and how it is asked."""

    url: str = setting(
        'http://localhost:8000/v1', 'Base of the API, such as http://192.168.0.7:8000/v1.'
    )
    box_model: str = setting(
        'auto',
        'Name on the server of the model that answers boxes; auto is the only model that the '
        'server holds, empty asks for none.',
    )
    grasp_model: str = setting('', 'The model that answers grasp rectangles, likewise.')
    contact_model: str = setting('', 'The model that answers contact pairs, likewise.')
    guide: str = setting(
        'none',
        'How the server takes a regular expression: structured_outputs (vLLM), guided_regex (vLLM '
        'before 0.11), response_format (type regex), or none, as transformers serve.',
        choices=GUIDES,
    )
    thinking: bool = setting(False, 'Let the model think before it answers.')
    max_tokens: int = setting(512, 'Length of a reply at most.', unit='tokens', low=1, high=100000)
    timeout: float = setting(
        20.0, 'Longest wait for one reply.',
        unit='s', low=0.1, high=3600.0, former=('timeout_s',),
    )  # fmt: skip
    retries: int = setting(
        1, 'Further tries after a reply that does not parse.', unit='tries', low=0, high=10
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

    @property
    def models(self) -> dict[Task, str]:
        """Model by task, of the tasks that are asked."""
        return self.by_task('model')


class ServerGrounder(TaskGrounder):
    """A vision-language model behind vLLM, llama.cpp, TensorRT-Edge-LLM or transformers serve."""

    name = 'server'

    def __init__(self, settings: ServerSettings, segmenter: Segmenter | None = None) -> None:
        """Check the settings; the server is first asked in `load`.

        Raises:
            ParameterError: settings that contradict each other.
        """
        super().__init__(settings, settings.models, segmenter)
        self._settings = settings
        key = os.environ.get(settings.api_key_variable, '')
        self._client = ChatClient(settings.url, settings.timeout, key)
        self._models: dict[Task, str] = {}

    def load(self) -> None:
        """Request one token of each model, so that the server loads it now.

        Raises:
            GroundingError: the server cannot be reached, or does not answer with a model.
        """
        self._segmenter.load()
        for task, name in self._settings.models.items():
            self._models[task] = name if name != 'auto' else self._only_model(task)
            self._warm_up(task)
        threshold = self._settings.not_found_threshold
        if Task.BOX in self._tasks and threshold >= 0:
            self._rejection = Calibration(EvidenceKind.SCORE, threshold)
        elif Task.BOX in self._tasks and self._prompts.probe is not None:
            self._rejection = Calibration(EvidenceKind.PROBE, 0.5)

    def _only_model(self, task: Task) -> str:
        held = self._client.models(never_aborted)
        if len(held) != 1:
            raise GroundingError(
                f'{self._settings.url} names {len(held)} models ({cut(", ".join(held[:6]))}); '
                f'set {task.value}_model to one of them'
            )
        return held[0]

    def _warm_up(self, task: Task) -> None:
        """Request one token of a model; not every server lists all that it can load."""
        name, guide = self._models[task], self._settings.guide
        hello = {'role': 'user', 'content': 'hello'}
        request = {'model': name, 'messages': [hello], 'max_tokens': 1}
        request.update(self._guide(self._tasks[task]))
        try:
            self._client.complete(request, never_aborted)
        except GroundingError as error:
            raise GroundingError(
                f'no answer by {quoted(name)} with guide {quoted(guide)}: {error}'
            ) from error

    def close(self) -> None:
        """Free the segmenter; the server keeps its model."""
        self._models.clear()
        self._segmenter.close()

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """Find what the instruction refers to.

        Args:
            frame: colour and depth.
            instruction: checked by the caller (check_instruction).
            aborted: called between requests and while one is running; True cancels.

        Raises:
            GroundingCanceled: aborted returned True.
            GroundingError: not loaded, no answer in time, or no valid answer after the retries.
        """
        if not self._models:
            raise GroundingError('the server grounder is not loaded; call load first')
        return self._ground(Work(frame, instruction, aborted))

    def _answer(self, task: Task, work: Work, box: Box | None) -> tuple[Answer, AnswerFrame]:
        """Ask until a reply is valid, at most 1 + retries times."""
        picture, frame = self._picture(work.frame.color)
        prompt = self._prompts.task(task)
        ranges = number_ranges(task, frame.width, frame.height)
        question = self._prompts.ask(task, self._words(task, work), self._settings.thinking)
        mode = Mode.THINK if self._settings.thinking else Mode.DIRECT
        wrong = ''
        for attempt in range(1 + self._settings.retries):
            check_aborted(work.aborted)
            request = self._request(task, question, picture)
            request.update(self._guide(task))
            request['temperature'] = _RETRY_TEMPERATURE if attempt else 0
            reply = self._client.complete(request, work.aborted)
            try:
                read = read_reply(reply.text, prompt, ranges)
            except GroundingError as error:
                wrong = str(error)
                continue
            sure = Confidence(_score(reply), (0.0,) * len(ranges), _log_probability(reply))
            return Answer(task, read.items, (), '', mode, sure, attempt + 1, read.words), frame
        raise AnswerError(
            f'no valid {task.value} in {1 + self._settings.retries} replies: {wrong}; set guide '
            'if the server can be guided, and check prompts and coordinates'
        )

    def _probe(self, work: Work) -> float:
        probe = self._prompts.probe
        if probe is None:
            return 1.0
        task = self._tasks[Task.BOX]
        picture, _ = self._picture(work.frame.color)
        request = self._request(task, probe.ask(self._words(task, work)), picture)
        request.update(temperature=0, max_tokens=4)
        reply = self._client.complete(request, work.aborted)
        word = reply.text.strip(' .!"\n')
        if not word.startswith((*probe.yes_words, *probe.no_words)):
            raise GroundingError(
                f'the probe was answered with {quoted(reply.text, 40)}, not yes or no'
            )
        sure = math.exp(reply.log_probabilities[0][1]) if reply.log_probabilities else 1.0
        return sure if word.startswith(probe.yes_words) else 1.0 - sure

    def _picture(self, color: ByteArray) -> tuple[str, AnswerFrame]:
        """The picture as a data URL at the size that the server's model is fed."""
        height, width = color.shape[:2]
        factor = self._settings.factor_px
        feed = feed_size(width, height, factor, 4 * factor * factor, self._settings.max_pixels)
        shrinks = feed.width < width
        resized = cv2.resize(
            color, (feed.width, feed.height),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
        )  # fmt: skip
        quality = [cv2.IMWRITE_JPEG_QUALITY, self._settings.jpeg_quality]
        _, data = cv2.imencode('.jpg', resized[..., ::-1], quality)
        frame = AnswerFrame.of(self._convention, Box(0, 0, width, height), (width, height), feed)
        return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}', frame

    def _request(self, task: Task, question: str, picture: str) -> dict[str, Any]:
        image = {'type': 'image_url', 'image_url': {'url': picture}}
        user = {'role': 'user', 'content': [image, {'type': 'text', 'text': question}]}
        system = {'role': 'system', 'content': self._prompts.system}
        request = {
            **self._prompts.request,
            'model': self._models[task.role],
            'messages': [system, user] if self._prompts.system else [user],
            'max_tokens': self._settings.max_tokens,
            'logprobs': True,
        }
        if arguments := self._prompts.template_arguments(self._settings.thinking):
            request['chat_template_kwargs'] = arguments
        return request

    def _guide(self, task: Task) -> dict[str, Any]:
        guide = self._settings.guide
        if guide == 'none':
            return {}
        expression = answer_expression(self._prompts, task, self._settings.thinking)
        if guide == 'guided_regex':
            return {'guided_regex': expression}
        if guide == 'structured_outputs':
            return {'structured_outputs': {'regex': expression}}
        return {'response_format': {'type': 'regex', 'pattern': expression}}


def make_grounder(**options: Any) -> ServerGrounder:
    """A grounder from the fields of ServerSettings as keywords."""
    return ServerGrounder(from_options(ServerSettings, options))


def _score(reply: Completion) -> float:
    """Geometric mean of the digits' probabilities; 1 where the server sends none."""
    digits = [value for token, value in reply.log_probabilities if token.strip().isdigit()]
    return math.exp(sum(digits) / len(digits)) if digits else 1.0


def _log_probability(reply: Completion) -> float:
    return sum(value for _, value in reply.log_probabilities)
