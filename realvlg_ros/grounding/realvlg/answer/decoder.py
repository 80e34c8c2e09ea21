"""Asks a model for one task and decodes its answer under the grammar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from ....errors import GroundingCanceled, ParameterError
from ..model.model import Picture, VisionLanguageModel
from ..model.session import PrefixSession, chat_prompt
from ..prompts import PromptSet, Task, TaskPrompt
from .bridges import TAIL_TOKENS, after_thought
from .confidence import Confidence, ConfidenceMeter
from .grammar import AnswerGrammar, AnswerWriter
from .reading import Item


class Mode(Enum):
    """Whether the model thinks before it answers."""

    DIRECT = 'direct'
    THINK = 'think'
    AUTO = 'auto'
    """Think only when the score of the direct answer is below a threshold."""


@dataclass(frozen=True)
class Thinking:
    """How much a model may think.

    Attributes:
        mode: when it thinks.
        budget: greatest number of tokens of a thought.
        threshold: in auto mode, the score of a direct answer below which it thinks.
    """

    mode: Mode = Mode.DIRECT
    budget: int = 256
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if self.budget < 1 or not 0 <= self.threshold <= 1:
            raise ParameterError(
                f'thinking budget {self.budget} must be at least 1 and threshold '
                f'{self.threshold} within 0 to 1'
            )


@dataclass(frozen=True)
class Answer:
    """One answer of a model.

    Attributes:
        task: what was asked.
        items: the things that were named, in the units of the answer's frame; none where the
            model says that there is none.
        tokens: everything written after the prompt, forced tokens included.
        thought: what the model thought; empty when it did not.
        mode: direct or think.
        confidence: of the numbers.
        passes: forward passes of the language model, the prompt's own included.
        words: the answer as it was written; empty where it was put together from tokens.
    """

    task: Task
    items: tuple[Item, ...]
    tokens: tuple[int, ...]
    thought: str
    mode: Mode
    confidence: Confidence
    passes: int
    words: str = ''

    @property
    def values(self) -> tuple[float, ...]:
        """The numbers of the first thing, in the order of the task's fields."""
        return self.items[0].values


class Decoder:
    """Asks one model; consecutive questions about a picture share its key-value cache."""

    def __init__(self, model: VisionLanguageModel, prompts: PromptSet) -> None:
        self._model = model
        self._prompts = prompts
        self._session = PrefixSession(model)
        self._end = model.tokens.special('<|im_end|>')

    @property
    def reused(self) -> int:
        """Tokens of the last prompt that came from the cache."""
        return self._session.reused

    def clear(self) -> None:
        """Drop the picture and free its cache."""
        self._session.clear()

    def ask(
        self,
        task: Task,
        words: str,
        picture: Picture,
        size: tuple[int, int],
        thinking: Thinking,
        aborted: Callable[[], bool],
    ) -> Answer:
        """Ask for a task and decode the answer.

        Args:
            task: what is asked for.
            words: what goes into the slot of the prompt.
            picture: prepared for the model's vision tower.
            size: (width, height), largest coordinates of the answer's frame.
            thinking: whether and how much the model thinks first.
            aborted: called before every forward pass; True stops the decoding.

        Raises:
            GroundingCanceled: aborted returned True.
            ParameterError: the prompts have no such task, or no thinking.
        """
        prompt = self._prompts.task(task)
        if thinking.mode is not Mode.DIRECT and not self._prompts.can_think:
            raise ParameterError(
                f'prompts {self._prompts.name!r} have no thinking; set mode to direct'
            )
        tokens = self._model.tokens
        grammar = AnswerGrammar(prompt, tokens, *size, words)

        def asked(thinks: bool) -> list[int]:
            question = self._prompts.ask(task, words, thinks)
            return chat_prompt(tokens, self._prompts.system, picture.tokens, question)

        before = self._session.passes
        answer: Answer | None = None
        if thinking.mode is not Mode.THINK:
            answer = self._direct(asked(False), prompt, grammar, picture, aborted)
        unsure = answer is None or (
            thinking.mode is Mode.AUTO and answer.confidence.score < thinking.threshold
        )
        if answer is None or unsure:
            budget = thinking.budget
            answer = self._think(asked(True), prompt, grammar, picture, budget, aborted)
        return replace(answer, passes=self._session.passes - before)

    def probe(self, words: str, picture: Picture, aborted: Callable[[], bool]) -> float:
        """Probability, 0 to 1, that the model answers yes rather than no: the object is there.

        Args:
            words: what goes into the slot of the prompt.
            picture: prepared for the model's vision tower.
            aborted: called before the forward pass; True cancels.

        Raises:
            GroundingCanceled: aborted returned True.
            ParameterError: the prompts have no probe.
        """
        probe = self._prompts.probe
        if probe is None:
            raise ParameterError(f'prompts {self._prompts.name!r} have no probe')
        tokens = self._model.tokens
        question = probe.ask(words)
        ids = chat_prompt(tokens, self._prompts.system, picture.tokens, question)
        check_aborted(aborted)
        logits = self._session.prefill(ids, picture).numpy()
        yes = np.logaddexp.reduce([logits[tokens.encode(w)[0]] for w in probe.yes_words])
        no = np.logaddexp.reduce([logits[tokens.encode(w)[0]] for w in probe.no_words])
        return float(1 / (1 + np.exp(np.clip(no - yes, -60, 60))))

    def _direct(
        self,
        ids: Sequence[int],
        prompt: TaskPrompt,
        grammar: AnswerGrammar,
        picture: Picture,
        aborted: Callable[[], bool],
    ) -> Answer:
        writer = grammar.start(self._prompts.direct)
        forced = writer.forced()
        check_aborted(aborted)
        logits = self._session.prefill([*ids, *forced], picture)
        written, items, confidence = self._write(writer, logits, aborted)
        return Answer(prompt.task, items, (*forced, *written), '', Mode.DIRECT, confidence, 0)

    def _think(
        self,
        ids: Sequence[int],
        prompt: TaskPrompt,
        grammar: AnswerGrammar,
        picture: Picture,
        budget: int,
        aborted: Callable[[], bool],
    ) -> Answer:
        tokens = self._model.tokens
        # The tag's last character may share a token with the first word ('>The'): the token is
        # chosen among those that begin with it, not forced.
        tag, last = self._prompts.think_open[:-1], self._prompts.think_open[-1]
        opening = tokens.encode(tag)
        check_aborted(aborted)
        logits = self._session.prefill([*ids, *opening], picture)
        first = tokens.starting_with(last)
        thought = [first[int(logits[first].argmax())]]
        close = self._prompts.think_close
        tail = tokens.decode(thought)
        while close not in tail and len(thought) < budget:
            check_aborted(aborted)
            logits = self._session.extend(thought[-1:])
            token = int(logits.argmax())
            if token == self._end:
                break
            thought.append(token)
            tail = tokens.decode(thought[-TAIL_TOKENS:])
        unfed = thought[-1:] if close in tail or len(thought) == budget else []
        writer = grammar.start(after_thought(self._prompts, prompt, tail))
        forced = writer.forced()
        check_aborted(aborted)
        logits = self._session.extend([*unfed, *forced])
        written, items, confidence = self._write(writer, logits, aborted)
        text = tokens.decode(thought).split(close)[0].removeprefix(last).strip()
        everything = (*opening, *thought, *forced, *written)
        return Answer(prompt.task, items, everything, text, Mode.THINK, confidence, 0)

    def _write(
        self, writer: AnswerWriter, logits: Any, aborted: Callable[[], bool]
    ) -> tuple[list[int], tuple[Item, ...], Confidence]:
        """Choose tokens until the answer is complete; those, its things and their confidence."""
        meter = ConfidenceMeter(writer.fields)
        written: list[int] = []
        pending: list[int] = []
        while not writer.done:
            if pending:
                check_aborted(aborted)
                logits = self._session.extend(pending)
            choice = writer.choice()
            values = logits[[branch.token for branch in choice.branches]].double().numpy()
            probabilities = np.exp(values - values.max())
            best = int(probabilities.argmax())
            meter.add(choice, probabilities / probabilities.sum(), best)
            writer.choose(choice.branches[best].token)
            pending = [choice.branches[best].token, *writer.forced()]
            written += pending
        things = writer.things
        scores = meter.scores(len(things))
        items = tuple(Item(each, writer.label, s) for each, s in zip(things, scores, strict=True))
        return written, items, meter.result()


def check_aborted(aborted: Callable[[], bool]) -> None:
    """Stop if the caller has canceled.

    Raises:
        GroundingCanceled: aborted returned True.
    """
    if aborted():
        raise GroundingCanceled('the grounding was canceled before it had an answer')
