"""The JSON forms of answers under the grammar: passes of the model, and the share that is read.

With random weights every choice is as good as another, so that answers are of any length: what is
measured is that each of them is read back by the parser of replies as what was decoded (R_v).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.report import Goal, Report
from realvlg_ros.errors import AnswerError
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.realvlg.answer.answer_text import number_ranges
from realvlg_ros.grounding.realvlg.answer.decoder import Answer, Decoder, Thinking
from realvlg_ros.grounding.realvlg.answer.reading import read_reply
from realvlg_ros.grounding.realvlg.model.model import VisionLanguageModel
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts

# Answers of a form, of one box and of several; and with few layers, which are fast.
_ONE, _SEVERAL, _QUICK = 4, 2, 12
# The picture that is asked about, px, and the frame of the answers: the size that digits have on
# a usual image does not depend on the picture that is fed.
_SIDE, _FRAME = 112, (1000, 1000)
_MOST_PASSES = 16


def qwen3_vl_2b(tokenizer: Any, quick: bool) -> Any:
    """Qwen3-VL-2B's published configuration, but for the ids of the special tokens."""
    from transformers import Qwen3VLConfig

    text = {
        'vocab_size': 151936, 'hidden_size': 2048, 'intermediate_size': 6144,
        'num_hidden_layers': 4 if quick else 28, 'num_attention_heads': 16,
        'num_key_value_heads': 8, 'head_dim': 128, 'tie_word_embeddings': True,
        'rope_parameters': {
            'rope_type': 'default', 'rope_theta': 5e6, 'mrope_section': [24, 20, 20],
            'mrope_interleaved': True,
        },
        'eos_token_id': tokenizer.token_to_id('<|im_end|>'), 'bos_token_id': None,
    }  # fmt: skip
    vision = {
        'depth': 6 if quick else 24, 'hidden_size': 1024, 'intermediate_size': 4096,
        'num_heads': 16, 'out_hidden_size': 2048, 'patch_size': 16,
        'deepstack_visual_indexes': [1, 3, 5] if quick else [5, 11, 17],
    }  # fmt: skip
    names = ('image_pad', 'video_pad', 'vision_start', 'vision_end')
    keys = (
        'image_token_id', 'video_token_id', 'vision_start_token_id', 'vision_end_token_id',
    )  # fmt: skip
    ids = {k: tokenizer.token_to_id(f'<|{n}|>') for k, n in zip(keys, names, strict=True)}
    return Qwen3VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=True, **ids)


def measure_forms(
    report: Report, model: VisionLanguageModel, name: str, shape: str, quick: bool
) -> None:
    """Passes and R_v of one box and of several, as JSON.

    Args:
        report: that takes the figures.
        model: with random weights.
        name: of the prompts.
        shape: of the model, for the keys.
        quick: whether the model has few layers, so that more answers are asked for.
    """
    prompts = PromptSet.from_yaml(find_prompts(name))
    for task, full in ((Task.BOX, _ONE), (Task.BOXES, _SEVERAL)):
        answers = _answers(model, prompts, task, _QUICK if quick else full)
        key = f'{task.value}_json_{shape}'
        valid = [_is_read(answer, model, prompts) for answer in answers]
        report.add(f'r_v_{key}', float(np.mean(valid)), Goal('>=', 1.0))
        report.add(f'answers_{key}', len(answers))
        boxes = sum(len(answer.items) for answer in answers)
        passes = sum(answer.passes for answer in answers)
        report.add(f'boxes_per_answer_{key}', boxes / len(answers))
        if boxes:
            most = Goal('<=', _MOST_PASSES) if task is Task.BOX else None
            report.add(f'passes_per_box_{key}', passes / boxes, most)


def _answers(
    model: VisionLanguageModel, prompts: PromptSet, task: Task, count: int
) -> list[Answer]:
    answers = []
    for seed in range(count):
        image = np.random.default_rng(seed).integers(0, 255, (_SIDE, _SIDE, 3), dtype=np.uint8)
        picture = model.prepare(image, 0, 10**6)
        decoder = Decoder(model, prompts)
        answers.append(decoder.ask(task, 'red mug', picture, _FRAME, Thinking(), never_aborted))
    return answers


def _is_read(answer: Answer, model: VisionLanguageModel, prompts: PromptSet) -> bool:
    """Whether the text of an answer is read back as what was decoded."""
    text = model.tokens.decode(answer.tokens)
    prompt, ranges = prompts.task(answer.task), number_ranges(answer.task, *_FRAME)
    try:
        read = read_reply(text, prompt, ranges)
    except AnswerError:
        return False
    return [item.values for item in read.items] == [item.values for item in answer.items]
