"""The tokens that lead from a question, or from a thought, to the first number of an answer."""

from __future__ import annotations

from ..model.text_tokens import TextTokens
from ..prompts import PromptSet, TaskPrompt

# The closing tag is searched in this many last tokens of a thought. Chosen: longer than any tag.
TAIL_TOKENS = 16


def direct_tokens(tokens: TextTokens, prompts: PromptSet, prompt: TaskPrompt) -> tuple[int, ...]:
    """From the question to the first number, without a thought.

    Args:
        tokens: the tokenizer.
        prompts: of the checkpoint.
        prompt: of the task.
    """
    return tokens.between('', prompts.direct + prompt.literals[0], '0')


def bridge_tokens(
    tokens: TextTokens, prompts: PromptSet, prompt: TaskPrompt, tail: str
) -> tuple[int, ...]:
    """From the end of a thought to the first number.

    Args:
        tokens: the tokenizer.
        prompts: of the checkpoint.
        prompt: of the task.
        tail: end of the thought, with the closing tag or cut off before it.
    """
    close, opening = prompts.think_close, prompt.literals[0]
    if close not in tail:
        text = close + prompt.separator + opening
    else:
        # The token that closed the tag may already hold the separator.
        after = tail.split(close, 1)[1]
        text = opening if after else prompt.separator + opening
    return tokens.between('', text, '0')
