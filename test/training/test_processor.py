"""What is trained is what the backend asks: the same tokens, the same picture."""

import numpy as np
import pytest

from benchmarks.toy_grounding import WEIGHTS
from realvlg_ros.grounding.realvlg.model.feeding import feed_picture
from realvlg_ros.grounding.realvlg.model.session import chat_prompt

SIZES = [(320, 240), (200, 360)]


@pytest.fixture(scope='module')
def parts(torch):
    from realvlg_ros.grounding.realvlg.model.checkpoint import Checkpoint
    from realvlg_ros.grounding.realvlg.model.model import VisionLanguageModel
    from realvlg_ros.training.processor import load_processor

    model = VisionLanguageModel.load(WEIGHTS, 'cpu', 'float32')
    return model, load_processor(Checkpoint.open(WEIGHTS))


@pytest.mark.parametrize('system', ['', 'You are a helpful assistant.'])
@pytest.mark.parametrize('size', SIZES)
def test_the_processor_asks_what_the_backend_asks(parts, system, size):
    model, processor = parts
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    expected = model.prepare(noise, 3136, 19200)
    picture, _ = feed_picture(noise, 28, 3136, 19200)
    question = 'box original "the red bar"'
    turns = [{'role': 'system', 'content': system}] if system else []
    content = [{'type': 'image', 'image': picture}, {'type': 'text', 'text': question}]
    made = processor.apply_chat_template(
        [[*turns, {'role': 'user', 'content': content}]], add_generation_prompt=True,
        tokenize=True, return_dict=True,
    )  # fmt: skip
    assert made['input_ids'][0] == chat_prompt(model.tokens, system, expected.tokens, question)
    assert np.array_equal(made['image_grid_thw'], expected.grid.numpy())
    assert np.array_equal(made['pixel_values'], expected.pixels.numpy())


def test_an_answer_ends_with_the_turn(parts):
    _, processor = parts
    turns = [
        {'role': 'user', 'content': 'where?'}, {'role': 'assistant', 'content': '(1,2,3,4)'}
    ]  # fmt: skip
    asked = processor.apply_chat_template(turns[:1], add_generation_prompt=True, tokenize=False)
    whole = processor.apply_chat_template(turns, tokenize=False)
    assert whole == asked + '(1,2,3,4)<|im_end|>'
