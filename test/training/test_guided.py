"""Guided rollouts: whatever the model prefers, the answer parses."""

import numpy as np
import pytest

from benchmarks.toy_grounding import WEIGHTS
from realvlg_ros.errors import TrainingError
from realvlg_ros.grounding.realvlg.answer.answer_text import number_ranges, reply_form
from realvlg_ros.grounding.realvlg.answer.reading import read_reply
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.grounding.realvlg.model.session import chat_prompt
from realvlg_ros.grounding.realvlg.model.text_tokens import TextTokens
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts
from realvlg_ros.training.guided import Guidance, GuidedReply

pytest.importorskip('tokenizers', reason='tokenizers is not installed')
TOKENS = TextTokens(WEIGHTS / 'tokenizer.json')
PROMPTS = PromptSet.from_yaml(find_prompts('realvlg'))
JSON = PromptSet.from_yaml(find_prompts('cosmos3'))
CASES = [(PROMPTS, task) for task in PROMPTS.tasks] + [(JSON, Task.BOX), (JSON, Task.BOXES)]
SIZE = 320, 240
END = TOKENS.special('<|im_end|>')


def write(prompts, task, budget, seed):
    """A reply of a model that chooses at random."""
    generator = np.random.default_rng(seed)
    reply = GuidedReply(TOKENS, prompts, prompts.task(task), 'the red bar', SIZE, budget)
    written = []
    while True:
        allowed = reply.allowed
        token = int(generator.choice(allowed)) if allowed else int(generator.integers(256))
        if token == END:
            return TOKENS.decode(written), len(written)
        written.append(token)
        reply.take(token)


@pytest.mark.parametrize(('prompts', 'task'), CASES, ids=lambda case: getattr(case, 'name', case))
@pytest.mark.parametrize('budget', [0, 1, 12])
def test_every_answer_parses(prompts, task, budget):
    form = reply_form(prompts, task, thinking=bool(budget))
    for seed in range(20):
        text, count = write(prompts, task, budget, seed)
        assert form.fullmatch(' '.join(text.split())), text
        items = read_reply(text, prompts.task(task), number_ranges(task, *SIZE)).items
        assert all(len(item.values) == 4 for item in items)
        assert all(item.label in ('', 'the red bar') for item in items)
        if task is not Task.BOXES:
            # Here each sign of tags and JSON is a token of its own.
            assert len(items) == 1 and count <= budget + 120


class Rows(list):
    """Rows of numbers with a shape and `tolist`, as of torch."""

    @property
    def shape(self):
        return len(self), len(self[0])


TURNS = '<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>{}<|im_end|>\nassistant\n'


def test_the_task_and_the_frame_are_those_of_the_question():
    for prompts, thinks in ((PROMPTS, False), (JSON, False), (JSON, True)):
        guidance = Guidance(TOKENS, prompts, tuple(prompts.tasks), Convention.ORIGINAL, 28, 0)
        for task in prompts.tasks:
            text = TURNS.format(prompts.ask(task, 'the "red" bar', thinks))
            assert guidance._asked(text) == (task, "the 'red' bar")
    guidance = Guidance(TOKENS, PROMPTS, (Task.BOX,), Convention.ORIGINAL, 28, 0)
    assert guidance._size((1, 8, 10)) == (154, 126)
    with pytest.raises(TrainingError, match='asks for none of the tasks'):
        guidance._asked(TURNS.format(PROMPTS.ask(Task.GRASP, 'the bar')))
    norm = Guidance(TOKENS, PROMPTS, (Task.BOX,), Convention.NORM1000, 28, 0)
    assert norm._size((1, 8, 10)) == (1000, 1000)


def test_logits_of_what_may_not_follow_are_gone():
    torch = pytest.importorskip('torch', reason='torch is not installed')
    guidance = Guidance(TOKENS, PROMPTS, (Task.BOX,), Convention.ORIGINAL, 28, 0)
    question = PROMPTS.ask(Task.BOX, 'the red bar')
    ids = torch.tensor([chat_prompt(TOKENS, PROMPTS.system, 1, question)] * 2)
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
