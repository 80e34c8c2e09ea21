"""SAM 3 of transformers with tiny random weights, and what is refused."""

import json
import sys
from importlib import import_module

import numpy as np
import pytest

from realvlg_ros.errors import GroundingError, MissingDependencyError, ParameterError
from realvlg_ros.grounding.registry import make_grounder
from realvlg_ros.grounding.sam3 import model as model_module
from realvlg_ros.grounding.sam3.model import Sam3, model_class, overlap
from realvlg_ros.model_loading import load_tokenizer

SIDE = 56


@pytest.fixture(scope='module')
def folder(torch, tmp_path_factory):
    """A random SAM 3 of the real architecture, with single letters for its vocabulary."""
    import transformers
    from tokenizers import pre_tokenizers

    configuration = pytest.importorskip('transformers.models.sam3.configuration_sam3')
    kind = model_class()
    path = tmp_path_factory.mktemp('sam3')
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*letters, *(f'{c}</w>' for c in letters), '<|startoftext|>', '<|endoftext|>']
    vocabulary = {word: number for number, word in enumerate(words)}
    transformers.CLIPTokenizer(vocab=vocabulary, merges=[]).save_pretrained(path)
    small = {'hidden_size': 32, 'num_attention_heads': 2, 'intermediate_size': 32}
    config = configuration.Sam3Config(
        vision_config={
            'backbone_config': {
                'model_type': 'sam3_vit_model', **small, 'num_hidden_layers': 2,
                'image_size': SIDE, 'patch_size': 14, 'window_size': 2,
                'global_attn_indexes': [1], 'pretrain_image_size': 28,
            },
            'fpn_hidden_size': 32, 'backbone_feature_sizes': [[16, 16], [8, 8], [4, 4]],
        },
        text_config={
            'model_type': 'clip_text_model', **small, 'vocab_size': len(words),
            'projection_dim': 16, 'num_hidden_layers': 1, 'max_position_embeddings': 32,
            'eos_token_id': len(words) - 1, 'bos_token_id': len(words) - 2,
        },
        geometry_encoder_config={**small, 'num_layers': 1},
        detr_encoder_config={**small, 'num_layers': 1},
        detr_decoder_config={**small, 'num_layers': 1, 'num_queries': 8},
        mask_decoder_config={'hidden_size': 32, 'num_attention_heads': 2},
    )  # fmt: skip
    torch.manual_seed(0)
    made = kind(config)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            # The usual small weights would give every phrase the same scores.
            if 'norm' not in name:
                weight.normal_(0, 0.3)
    made.save_pretrained(path)
    return path


@pytest.mark.parametrize('backend', ['detector', 'tabletop', 'sam3'])
def test_a_folder_without_its_tokenizer_is_refused(backend, folder, tmp_path):
    """A library would make a tokenizer that knows no words, and say nothing."""
    with pytest.raises(GroundingError, match='has no tokenizer: none of tokenizer.json'):
        load_tokenizer(tmp_path)
    (tmp_path / 'config.json').write_bytes((folder / 'config.json').read_bytes())
    module = {
        'detector': 'detector', 'tabletop': 'nouns.contrastive', 'sam3': 'sam3.model',
    }[backend]  # fmt: skip
    made = import_module(f'realvlg_ros.grounding.{module}')
    assert made.load_tokenizer is load_tokenizer


@pytest.fixture
def color():
    return np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)


def loaded(folder, dtype='float32'):
    sam3 = Sam3(str(folder), 'cpu', dtype, 1)
    sam3.load()
    return sam3


def test_scores_boxes_and_masks_are_those_of_the_model(folder, color, torch):
    sam3 = loaded(folder)
    checks = []
    mug, box = sam3.find(color, ['red mug', 'box'], 0.0, lambda: checks.append(0))
    assert len(checks) == 3
    assert 0 < mug.presence < 1 and mug.presence != box.presence
    assert mug.instances and not mug.nearest
    scores = [instance.score for instance in mug.instances]
    assert scores == sorted(scores, reverse=True)
    tokens = sam3._words(['red mug'], padding='max_length', max_length=32, return_tensors='pt')
    with torch.inference_mode():
        output = sam3._model(pixel_values=sam3._pixels(color), **tokens)
    expected = output.pred_logits.sigmoid() * output.presence_logits.sigmoid()
    assert scores[0] == pytest.approx(float(expected.max()), rel=1e-4)
    best = int(expected.argmax())
    corners = output.pred_boxes[0, best].numpy() * [120, 90, 120, 90]
    np.testing.assert_allclose(
        mug.instances[0].box.as_tuple(), corners.clip(0, [120, 90, 120, 90]), atol=0.1
    )
    assert mug.instances[0].mask.shape == (90, 120)
    for number, instance in enumerate(mug.instances):
        assert all(overlap(instance.mask, o.mask) < 0.5 for o in mug.instances[:number])
    none = sam3.find(color, ['red mug'], 1.0, lambda: None)[0]
    assert (none.instances, len(none.nearest)) == ((), 3)
    assert none.nearest[0].score == pytest.approx(scores[0])
    sam3.close()
    assert not sam3.loaded


def test_half_precision_gives_about_the_same(folder, color):
    full, half = (
        loaded(folder, dtype).find(color, ['mug'], 0.0, lambda: None)[0]
        for dtype in ('float32', 'bfloat16')
    )
    assert half.presence == pytest.approx(full.presence, abs=0.05)


def test_a_folder_of_sam3_video_is_taken_too(folder, color, tmp_path):
    """The published folder holds the detector inside of a tracker's configuration."""
    from safetensors.torch import load_file, save_file

    config = json.loads((folder / 'config.json').read_text())
    video = {'model_type': 'sam3_video', 'detector_config': config}
    (tmp_path / 'config.json').write_text(json.dumps(video))
    weights = load_file(folder / 'model.safetensors')
    named = {f'detector_model.{name}': tensor for name, tensor in weights.items()}
    save_file(named, tmp_path / 'model.safetensors', {'format': 'pt'})
    for name in ('tokenizer.json', 'tokenizer_config.json'):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    same = loaded(tmp_path).find(color, ['mug'], 0.0, lambda: None)[0]
    assert same.presence == loaded(folder).find(color, ['mug'], 0.0, lambda: None)[0].presence


def test_a_transformers_without_sam3_is_refused_in_one_line(monkeypatch, torch):
    monkeypatch.setitem(sys.modules, model_module._MODULE, None)
    grounder = make_grounder('sam3', {'checkpoint': '/no/model'})
    with pytest.raises(MissingDependencyError) as raised:
        grounder.load()
    message = str(raised.value)
    assert 'has no SAM 3 (Sam3Model); the backend sam3 needs transformers>=5.0' in message
    assert '\n' not in message and len(message) < 200


def test_unusable_folders_and_settings_are_refused(tmp_path, folder, torch):
    with pytest.raises(ParameterError, match='needs checkpoint.*that backend_options names'):
        make_grounder('sam3')
    with pytest.raises(ParameterError, match='threshold'):
        make_grounder('sam3', {'checkpoint': 'x', 'threshold': 2.0})
    with pytest.raises(GroundingError, match='config.json is missing'):
        make_grounder('sam3', {'checkpoint': str(tmp_path)}).load()
    (tmp_path / 'config.json').write_text('{"model_type": "sam2"}')
    with pytest.raises(GroundingError, match="'sam2' is not one of sam3, sam3_video"):
        make_grounder('sam3', {'checkpoint': str(tmp_path)}).load()
    (tmp_path / 'config.json').write_bytes((folder / 'config.json').read_bytes())
    (tmp_path / 'model.safetensors').write_bytes((folder / 'model.safetensors').read_bytes())
    with pytest.raises(GroundingError, match='has no tokenizer'):
        make_grounder('sam3', {'checkpoint': str(tmp_path), 'device': 'cpu', 'threads': 1}).load()
