"""The fixed text that leads from a thought to an answer."""

from __future__ import annotations

from ..prompts import PromptSet, TaskPrompt

# The closing tag is searched in this many last tokens of a thought. Chosen: longer than any tag.
TAIL_TOKENS = 16


def after_thought(prompts: PromptSet, prompt: TaskPrompt, tail: str) -> str:
    """From the end of a thought to the answer; without a thought it is `prompts.direct`.

    Args:
        prompts: of the checkpoint.
        prompt: of the task.
        tail: end of the thought, with the closing tag or cut off before it.
    """
    close = prompts.think_close
    if close not in tail:
        return close + prompt.separator
    # The token that closed the tag may already hold the separator.
    return '' if tail.split(close, 1)[1] else prompt.separator
