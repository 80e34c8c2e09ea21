"""Guided rollouts: whatever the model prefers, the answer parses."""

import numpy as np
import pytest

from benchmarks.toy_grounding import WEIGHTS
from realvlg_ros.grounding.realvlg.answer.answer_text import (
    number_ranges,
    parse_answer,
    reply_form,
)
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.grounding.realvlg.model.text_tokens import TextTokens
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts
from realvlg_ros.training.guided import Guidance, GuidedReply

pytest.importorskip('tokenizers', reason='tokenizers is not installed')
TOKENS = TextTokens(WEIGHTS / 'tokenizer.json')
PROMPTS = PromptSet.from_yaml(find_prompts('realvlg'))
SIZE = 320, 240
END = TOKENS.special('<|im_end|>')


def write(task, budget, seed):
    """A reply of a model that chooses at random."""
    generator = np.random.default_rng(seed)
    reply = GuidedReply(TOKENS, PROMPTS, PROMPTS.task(task), SIZE, budget)
    written = []
    while True:
        allowed = reply.allowed
        token = int(generator.choice(allowed)) if allowed else int(generator.integers(256))
        if token == END:
            return TOKENS.decode(written), len(written)
        written.append(token)
        reply.take(token)


@pytest.mark.parametrize('task', list(Task))
@pytest.mark.parametrize('budget', [0, 1, 12])
def test_every_answer_parses(task, budget):
    form = reply_form(PROMPTS, task, thinking=bool(budget))
    for seed in range(20):
        text, count = write(task, budget, seed)
        assert form.fullmatch(' '.join(text.split())), text
        values = parse_answer(text, PROMPTS.task(task), number_ranges(task, *SIZE))
        assert len(values) == 4
        # Here each sign of the tags is a token of its own.
        assert count <= budget + 90


class Rows(list):
    """Rows of numbers with a shape and `tolist`, as of torch."""

    @property
    def shape(self):
        return len(self), len(self[0])


def test_the_task_and_the_frame_are_those_of_the_question():
    guidance = Guidance(TOKENS, PROMPTS, tuple(Task), Convention.ORIGINAL, 28, 0)
    for task in Task:
        text = PROMPTS.task(task).ask('the red bar')
        assert guidance._task_of('user\n' + TOKENS.decode(TOKENS.encode(text))) is task
    assert guidance._size((1, 8, 10)) == (154, 126)
    norm = Guidance(TOKENS, PROMPTS, tuple(Task), Convention.NORM1000, 28, 0)
    assert norm._size((1, 8, 10)) == (1000, 1000)


def test_logits_of_what_may_not_follow_are_gone():
    torch = pytest.importorskip('torch', reason='torch is not installed')
    guidance = Guidance(TOKENS, PROMPTS, (Task.BOX,), Convention.ORIGINAL, 28, 0)
    ids = torch.tensor([TOKENS.encode(PROMPTS.task(Task.BOX).ask('the red bar'))] * 2)
    inputs = {'input_ids': ids, 'image_grid_thw': torch.tensor([[1, 8, 10], [1, 10, 8]])}
    guide = guidance.processor(inputs)
    scores = torch.randn(2, TOKENS.size)
    for _ in range(60):
        kept = guide(ids, scores)
        finite = kept.isfinite()
        assert finite.any(dim=1).all()
        assert (kept[finite] == scores[finite]).all()
        following = kept.argmax(dim=1)
        ids = torch.cat([ids, following[:, None]], dim=1)
    assert (following == END).all()
