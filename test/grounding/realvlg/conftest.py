"""A tiny Qwen2.5-VL of the real architecture, taught a few canonical answers."""

from dataclasses import dataclass

import numpy as np
import pytest

from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts

INSTRUCTION = 'pick up the red mug'
TAUGHT = {
    Task.BOX: '<answer>(12,34),(56,78)</answer>',
    Task.GRASP: '<answer>(70.25, 41.5, -38.5, 30)</answer>',
    Task.CONTACT: '<answer>(100,20),(9,118)</answer>',
}
# The taught picture is 320x240; this budget makes it a 160x120 picture to the model.
MAX_PIXELS = 160 * 120
THOUGHT = '<think>the red mug is left</think>'


@dataclass(frozen=True)
class Taught:
    """A folder whose model gives the answers of TAUGHT about one picture."""

    folder: object
    image: object


@pytest.fixture(scope='session')
def realvlg_prompts():
    return PromptSet.from_yaml(find_prompts('realvlg'))


@pytest.fixture(scope='session')
def tokenizer(torch, realvlg_prompts):
    from benchmarks.tiny_qwen import train_vocabulary

    texts = [p.question + p.answer for p in realvlg_prompts.tasks.values()] * 3
    texts += [realvlg_prompts.system, 'system\nuser\nassistant\n', THOUGHT, INSTRUCTION] * 3
    texts += ['Yes yes No no', *(p + '\n' for p in TAUGHT.values())] * 3
    return train_vocabulary(texts, 700)


@pytest.fixture(scope='session')
def random_folder(torch, tokenizer, tmp_path_factory):
    """A checkpoint with random weights."""
    from benchmarks.tiny_qwen import TinySize, make_qwen2_5_vl, save_checkpoint

    folder = tmp_path_factory.mktemp('random_qwen')
    return save_checkpoint(folder, make_qwen2_5_vl(tokenizer, TinySize(), 0), tokenizer)


@pytest.fixture(scope='session')
def picture_160x120():
    return np.random.default_rng(3).integers(0, 255, (120, 160, 3), dtype=np.uint8)


@pytest.fixture(scope='session')
def taught(torch, tokenizer, realvlg_prompts, random_folder, picture_160x120, tmp_path_factory):
    """A checkpoint overfitted until its free greedy output is the canonical answer."""
    from benchmarks.tiny_qwen import TinySize, make_qwen2_5_vl, save_checkpoint
    from realvlg_ros.grounding.realvlg.model.model import VisionLanguageModel
    from realvlg_ros.grounding.realvlg.model.session import chat_prompt

    prepared = VisionLanguageModel.load(random_folder, 'cpu', 'float32')
    image = picture_160x120.repeat(2, axis=0).repeat(2, axis=1)
    picture = prepared.prepare(image, 0, MAX_PIXELS)
    model = make_qwen2_5_vl(tokenizer, TinySize(), 1)
    tokens, end = prepared.tokens, prepared.tokens.special('<|im_end|>')
    lessons = []
    for task, answer in TAUGHT.items():
        prompt = realvlg_prompts.task(task)
        start = chat_prompt(
            tokens, realvlg_prompts.system, picture.tokens, prompt.ask(INSTRUCTION)
        )
        for begin in (realvlg_prompts.direct, THOUGHT + prompt.separator):
            ids = [*start, *tokens.encode(begin + answer), end]
            known = len(start) + (len(tokens.encode(begin)) if begin[:8] == '<think><' else 0)
            lessons.append((ids, known))
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    batch = _batch(torch, model, picture, lessons)
    for _ in range(200):
        loss = model.train()(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss < 0.01:
            break
    folder = save_checkpoint(tmp_path_factory.mktemp('taught'), model.eval(), tokenizer)
    return Taught(folder, image)


def _batch(torch, model, picture, lessons):
    """All lessons padded on the right; only what the model writes counts."""
    length = max(len(ids) for ids, _ in lessons)
    rows = torch.full((len(lessons), length), model.config.text_config.pad_token_id)
    labels = torch.full_like(rows, -100)
    for index, (ids, known) in enumerate(lessons):
        rows[index, : len(ids)] = torch.tensor(ids)
        labels[index, known : len(ids)] = rows[index, known : len(ids)]
    return {
        'input_ids': rows, 'labels': labels,
        'pixel_values': picture.pixels.repeat(len(lessons), 1),
        'image_grid_thw': picture.grid.repeat(len(lessons), 1),
        'mm_token_type_ids': (rows == model.config.image_token_id).int(),
    }  # fmt: skip
