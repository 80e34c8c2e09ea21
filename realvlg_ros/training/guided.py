"""Rollouts whose answers stay within the grammar: a processor of logits for `generate`.

The thought before an answer is free up to a budget, which leaves room for the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import TrainingError
from ..grounding.realvlg.answer.bridges import TAIL_TOKENS, after_thought
from ..grounding.realvlg.answer.grammar import AnswerGrammar, AnswerWriter
from ..grounding.realvlg.coordinates import Convention
from ..grounding.realvlg.model.text_tokens import TextTokens
from ..grounding.realvlg.prompts import PromptSet, Task, TaskPrompt
from ..quoting import quoted
from ..torch_device import import_libraries

# Tokens that are kept for the answer after a thought. Chosen: twice the longest one of the
# shipped prompts, which is JSON with four numbers and a sentence for its label.
_ANSWER_TOKENS = 120
# What stands before the question, and after it. From the chat template of Qwen.
_PICTURE_END, _TURN_END = '<|vision_end|>', '<|im_end|>'


class GuidedReply:
    """Says which tokens one reply may go on with."""

    def __init__(
        self,
        tokens: TextTokens,
        prompts: PromptSet,
        prompt: TaskPrompt,
        words: str,
        size: tuple[int, int],
        thought_tokens: int,
    ) -> None:
        """Begin a reply.

        Args:
            tokens: the tokenizer.
            prompts: of the model.
            prompt: of the task.
            words: that are asked about.
            size: (width, height), largest coordinates of the answer's frame.
            thought_tokens: length of a thought at most; 0 for none.
        """
        self._tokens, self._prompts, self._prompt = tokens, prompts, prompt
        self._grammar = AnswerGrammar(prompt, tokens, *size, words)
        self._writer: AnswerWriter | None = None
        self._end = tokens.special(_TURN_END)
        self._left = thought_tokens
        self._thought: list[int] | None = None
        if thought_tokens:
            # The tag's last character may share a token with the first word ('>The').
            self._pending = tokens.encode(prompts.think_open[:-1])
            self._first = tuple(tokens.starting_with(prompts.think_open[-1]))
        else:
            self._pending = []
            self._begin_answer(prompts.direct)

    @property
    def allowed(self) -> Sequence[int] | None:
        """The tokens that may follow; None for any that is not special."""
        if self._pending:
            return self._pending[:1]
        if self._writer is None:
            return None if self._thought else self._first
        if self._writer.done:
            return (self._end,)
        return [branch.token for branch in self._writer.choice().branches]

    def take(self, token: int) -> None:
        """Go on with a token that is allowed."""
        if self._pending:
            self._pending = self._pending[1:]
        elif self._writer is None:
            self._think(token)
        elif not self._writer.done:
            self._writer.choose(token)
            self._pending = self._writer.forced()

    def _think(self, token: int) -> None:
        self._thought = [*(self._thought or []), token][-TAIL_TOKENS:]
        self._left -= 1
        tail = self._tokens.decode(self._thought)
        if self._prompts.think_close in tail or not self._left:
            self._begin_answer(after_thought(self._prompts, self._prompt, tail))

    def _begin_answer(self, before: str) -> None:
        self._writer = self._grammar.start(before)
        self._pending = self._writer.forced()


@dataclass(frozen=True)
class Guidance:
    """How the rollouts of a training are guided.

    Attributes:
        tokens: the tokenizer.
        prompts: of the model.
        tasks: that are asked for.
        convention: unit of the coordinates in answers.
        factor: side of an image token, px.
        thought_tokens: length of a thought at most; 0 for none.
    """

    tokens: TextTokens
    prompts: PromptSet
    tasks: Sequence[Task]
    convention: Convention
    factor: int
    thought_tokens: int

    @classmethod
    def thought_budget(cls, max_tokens: int, thinking: bool) -> int:
        """Length of a thought that leaves room for the answer."""
        return max(max_tokens - _ANSWER_TOKENS, 1) if thinking else 0

    def attach(self, model: Any) -> None:
        """Let `generate` of a model of transformers follow the grammar from now on."""
        free = model.generate

        def generate(*arguments: Any, **inputs: Any) -> Any:
            _, transformers = import_libraries()
            guide = self.processor(inputs)
            processors = transformers.LogitsProcessorList([guide])
            return free(*arguments, logits_processor=processors, **inputs)

        model.generate = generate

    def processor(self, inputs: Mapping[str, Any]) -> LogitsGuide:
        """The processor of one batch.

        Args:
            inputs: of `generate`: input_ids (n, length) padded on the left, image_grid_thw (n, 3).
        """
        replies = [
            self._reply(row.tolist(), grid.tolist())
            for row, grid in zip(inputs['input_ids'], inputs['image_grid_thw'], strict=True)
        ]
        special = {self.tokens.special(name) for name in (_TURN_END, '<|endoftext|>')}
        return LogitsGuide(replies, inputs['input_ids'].shape[1], special)

    def _reply(self, question: Sequence[int], grid: Sequence[int]) -> GuidedReply:
        task, words = self._asked(self.tokens.decode(question))
        prompt, size = self.prompts.task(task), self._size(grid)
        return GuidedReply(self.tokens, self.prompts, prompt, words, size, self.thought_tokens)

    def _asked(self, text: str) -> tuple[Task, str]:
        """What the turns of a prompt ask for, and about which words."""
        question = text.rpartition(_PICTURE_END)[2].partition(_TURN_END)[0]
        asked = self.prompts.asked(question, self.tasks)
        if asked is None:
            raise TrainingError(f'{quoted(question)} asks for none of the tasks that are trained')
        return asked

    def _size(self, grid: Sequence[int]) -> tuple[int, int]:
        """Largest coordinates of an answer about a picture of so many patches.

        Where answers count in the picture before its size was rounded, half a token may have been
        taken away.
        """
        if self.convention is Convention.NORM1000:
            return 1000, 1000
        # Two patches a token, along either side.
        _, rows, columns = grid
        more = self.factor // 2 if self.convention is Convention.ORIGINAL else 0
        return columns * self.factor // 2 + more, rows * self.factor // 2 + more


class LogitsGuide:
    """Masks what a batch of replies may not go on with, as transformers calls it."""

    def __init__(self, replies: Sequence[GuidedReply], begin: int, special: set[int]) -> None:
        """Begin a batch.

        Args:
            replies: one a row.
            begin: tokens of the question, with padding.
            special: tokens that no thought holds.
        """
        self._replies, self._seen = replies, begin
        self._special = sorted(special)

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Scores (n, vocabulary) with minus infinity for what may not follow.

        Args:
            input_ids: (n, length), all tokens so far.
            scores: (n, vocabulary) of the next.
        """
        torch, _ = import_libraries()
        new = input_ids[:, self._seen :].tolist()
        self._seen = input_ids.shape[1]
        rows: list[int] = []
        columns: list[int] = []
        masked = scores.clone()
        for index, (reply, tokens) in enumerate(zip(self._replies, new, strict=True)):
            for token in tokens:
                reply.take(token)
            allowed = reply.allowed
            if allowed is None:
                masked[index, self._special] = -torch.inf
            else:
                rows += [index] * len(allowed)
                columns += allowed
                masked[index] = -torch.inf
        masked[rows, columns] = scores[rows, columns]
        return masked
