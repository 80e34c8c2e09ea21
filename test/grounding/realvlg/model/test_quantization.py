import shutil

import pytest

from realvlg_ros.errors import GroundingError, ParameterError
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.realvlg.answer.decoder import Decoder, Thinking
from realvlg_ros.grounding.realvlg.model.checkpoint import Checkpoint
from realvlg_ros.grounding.realvlg.model.quantization import Quantization
from realvlg_ros.grounding.realvlg.model.quantize import quantize
from realvlg_ros.grounding.realvlg.model.session import PrefixSession, chat_prompt
from realvlg_ros.grounding.realvlg.prompts import Task


def load(folder, dtype='auto'):
    from realvlg_ros.grounding.realvlg.model.model import VisionLanguageModel

    return VisionLanguageModel.load(folder, 'cpu', dtype)


def logits_of(model, image):
    picture = model.prepare(image, 0, 160 * 120)
    ids = chat_prompt(model.tokens, '', picture.tokens, 'the red mug')
    session = PrefixSession(model)
    session.prefill(ids, picture)
    return session.extend(ids[-1:])


@pytest.mark.parametrize('weights', ['int8', 'int4'])
def test_a_stored_rounding_loads_again_and_stays_close(
    torch, taught, realvlg_prompts, tmp_path, weights
):
    target = tmp_path / 'small'
    sizes = quantize(taught.folder, target, Quantization(weights))
    assert sizes['language'][1] < (0.55 if weights == 'int8' else 0.33) * sizes['language'][0]
    assert sizes['embeddings'][1] < 0.55 * sizes['embeddings'][0]
    moved = tmp_path / 'elsewhere'
    shutil.move(target, moved)
    small, original = load(moved), load(taught.folder, 'bfloat16')
    pair = torch.stack([logits_of(m, taught.image) for m in (small, original)])
    assert torch.corrcoef(pair)[0, 1] > (0.999 if weights == 'int8' else 0.97)
    picture = small.prepare(taught.image, 0, 160 * 120)
    answer = Decoder(small, realvlg_prompts).ask(
        Task.BOX, 'pick up the red mug', picture, (160, 120), Thinking(), never_aborted
    )
    assert len(answer.values) == 4
    if weights == 'int8':
        assert answer.values == (12, 34, 56, 78)


def test_stored_tensors_are_plain_and_the_embedding_is_stored_once(taught, tmp_path):
    quantize(taught.folder, tmp_path, Quantization('int4'))
    tensors = {t.name: t for t in Checkpoint.open(tmp_path).tensors}
    down = tensors['model.language_model.layers.0.mlp.down_proj.weight_int4']
    assert (down.dtype, down.shape) == ('U8', (64, 96))
    assert not any(name.startswith('lm_head') for name in tensors)


def test_layers_of_4_bits_by_hand(torch):
    from realvlg_ros.grounding.realvlg.model.quantized_layers import Int4Linear

    layer = torch.nn.Linear(64, 32)
    rows = torch.randint(0, 16, (32, 64), generator=torch.Generator().manual_seed(0))
    rows[:, 0], rows[:, 1] = 0, 15
    layer.weight.data = rows * 0.5 - 3.0
    small = Int4Linear.quantize(layer.bfloat16())
    # Sixteen levels half a unit apart are held exactly.
    x = torch.eye(64).bfloat16()
    expected = layer(x).float()
    assert torch.allclose(small(x).float(), expected, atol=0.05)
    small.prepare()
    assert torch.allclose(small(x).float(), expected, atol=0.05)
    assert small(x[:1]).shape == (1, 32)


def test_refusals(random_folder, tmp_path):
    with pytest.raises(ParameterError, match='int3'):
        Quantization('int3')
    quantize(random_folder, tmp_path / 'a', Quantization('int8'))
    with pytest.raises(GroundingError, match='not empty'):
        quantize(random_folder, tmp_path / 'a', Quantization('int8'))
    with pytest.raises(GroundingError, match='quantized already'):
        quantize(tmp_path / 'a', tmp_path / 'b', Quantization('int8'))
