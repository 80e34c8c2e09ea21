"""The realvlg backend with its model on an OpenAI-style server."""

from __future__ import annotations

import base64
import math
import os
import time
from collections.abc import Callable
from typing import Any

import cv2

from ..arrays import ByteArray
from ..errors import AnswerError, GroundingError
from ..frame import RgbdFrame
from ..image_region import Box
from ..quoting import cut, quoted
from ..segmentation.segmenter import Segmenter
from ..settings import from_options
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
from .registry import make_grounder as make_other
from .registry import read_options
from .serving.abilities import Abilities, learn
from .serving.breaker import Breaker
from .serving.chat_client import ChatClient, Completion
from .serving.dialect import AUTO, NO_GUIDE, Dialect, dialect_of, guide_fields, recognise
from .serving.guarded import GuardedGrounder
from .serving.patience import Patience
from .serving.settings import ServerSettings

# Sampling temperature of a retry; at 0 a server would repeat the invalid reply. Chosen: low.
_RETRY_TEMPERATURE = 0.3


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
        robot = settings.robot_name
        self._client = ChatClient(settings.url, settings.timeout, key, robot)
        self._models: dict[Task, str] = {}
        self._dialect: Dialect = dialect_of('openai')
        self._abilities: dict[str, Abilities] = {}
        self._patience = Patience(0.0, never_aborted, robot)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the server cannot do, in words for whoever starts it."""
        lacks = [n for able in self._abilities.values() for n in able.lacks(self._dialect)]
        return tuple(dict.fromkeys(lacks))

    def load(self) -> None:
        """Request one token of each model, so that the server loads it and shows what it can do.

        Raises:
            GroundingError: the server cannot be reached, does not answer with a model, or does
                not keep to the grammar in the way that was chosen.
        """
        self._segmenter.load()
        self._dialect = self._find_dialect()
        models = {
            task: name if name != AUTO else self._only_model(task)
            for task, name in self._settings.models.items()
        }
        self._abilities = {name: self._learn(name) for name in dict.fromkeys(models.values())}
        self._models = models
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

    def _find_dialect(self) -> Dialect:
        """The dialect that is set; the server is asked for its own where a way must be found."""
        if self._settings.dialect != AUTO:
            return dialect_of(self._settings.dialect)
        known = self._settings.guide != AUTO
        return dialect_of('openai') if known else recognise(self._client, never_aborted)

    def _learn(self, model: str) -> Abilities:
        """Request one token of a model; not every server lists all that it can load."""
        guide = self._settings.guide
        guides = self._dialect.guides if guide == AUTO else (guide,)
        required = guide not in (AUTO, NO_GUIDE)
        extra = self._settings.template_fields
        return learn(self._client, model, guides, required, extra, never_aborted)

    def check_health(self, aborted: Callable[[], bool]) -> None:
        """Look whether the server works, within a short time.

        Raises:
            GroundingError: it does not, and why.
            GroundingCanceled: aborted returned True.
        """
        self._client.check_health(self._dialect.health, aborted)

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
        self._patience.until_s = time.monotonic() + self._settings.longest_wait
        self._patience.aborted = aborted
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
            reply = self._complete(request, work)
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
        reply = self._complete(request, work)
        word = reply.text.strip(' .!"\n')
        if not word.startswith((*probe.yes_words, *probe.no_words)):
            raise GroundingError(
                f'the probe was answered with {quoted(reply.text, 40)}, not yes or no'
            )
        sure = math.exp(reply.log_probabilities[0][1]) if reply.log_probabilities else 1.0
        return sure if word.startswith(probe.yes_words) else 1.0 - sure

    def _complete(self, request: dict[str, Any], work: Work) -> Completion:
        """The reply to a request, within the time for this frame."""
        return self._patience.ask(
            lambda left_s: self._client.complete(request, work.aborted, left_s)
        )

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
        arguments = self._prompts.template_arguments(self._settings.thinking)
        if arguments := {**arguments, **self._settings.template_arguments}:
            request['chat_template_kwargs'] = arguments
        return request

    def _guide(self, task: Task) -> dict[str, Any]:
        """The fields that hold the reply to the form of an answer."""
        expression = answer_expression(self._prompts, task, self._settings.thinking)
        return guide_fields(self._abilities[self._models[task.role]].guide, expression)


def make_grounder(**options: Any) -> GuardedGrounder:
    """A grounder from the fields of ServerSettings as keywords."""
    settings = from_options(ServerSettings, options)
    fallback = settings.fallback
    other = make_other(fallback, read_options(settings.fallback_options)) if fallback else None
    breaker = Breaker(settings.failures, settings.pause)
    return GuardedGrounder(ServerGrounder(settings), other, breaker)


def _score(reply: Completion) -> float:
    """Geometric mean of the digits' probabilities; 1 where the server sends none."""
    digits = [value for token, value in reply.log_probabilities if token.strip().isdigit()]
    return math.exp(sum(digits) / len(digits)) if digits else 1.0


def _log_probability(reply: Completion) -> float:
    return sum(value for _, value in reply.log_probabilities)
