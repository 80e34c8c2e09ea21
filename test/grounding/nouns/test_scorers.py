"""What recognises things by their names: models made on the spot, and stand-ins."""

import json

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import GroundingError, MissingDependencyError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.nouns.contrastive import ContrastiveScorer
from realvlg_ros.grounding.nouns.detections import Detections
from realvlg_ros.grounding.nouns.printed_words import PrintedWords
from realvlg_ros.grounding.nouns.scorer import CALIBRATION_FILE, NameCalibration, together
from realvlg_ros.image_region import Box

BOXES = [Box(5, 5, 40, 60), Box(60, 10, 110, 70)]


@pytest.fixture
def frame():
    color = np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    return RgbdFrame(color, np.ones((90, 120), np.float32), Camera(120, 90, 100, 100, 60, 45))


def make_model(kind, folder):
    """A random model of the real architecture, with single letters for its vocabulary."""
    import torch
    import transformers
    from tokenizers import pre_tokenizers

    torch.manual_seed(0)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*letters, *(f'{c}</w>' for c in letters), '<|startoftext|>', '<|endoftext|>']
    vocabulary = {word: number for number, word in enumerate(words)}
    transformers.CLIPTokenizer(vocab=vocabulary, merges=[]).save_pretrained(folder)
    small = {'hidden_size': 16, 'num_hidden_layers': 1, 'num_attention_heads': 2,
             'intermediate_size': 16}  # fmt: skip
    ends = {'eos_token_id': len(words) - 1, 'bos_token_id': len(words) - 2, 'pad_token_id': 0}
    text = {**small, 'vocab_size': len(words), 'max_position_embeddings': 64, **ends}
    vision = {**small, 'image_size': 32, 'patch_size': 16}
    if kind == 'clip':
        config = transformers.CLIPConfig(
            text_config={**text, 'projection_dim': 8},
            vision_config={**vision, 'projection_dim': 8}, projection_dim=8,
        )  # fmt: skip
        transformers.CLIPModel(config).save_pretrained(folder)
        images = transformers.CLIPImageProcessorPil(
            size={'shortest_edge': 32}, crop_size={'height': 32, 'width': 32}
        )
    else:
        config = transformers.SiglipConfig(text_config=text, vision_config=vision)
        transformers.SiglipModel(config).save_pretrained(folder)
        images = transformers.SiglipImageProcessorPil(size={'height': 32, 'width': 32})
    images.save_pretrained(folder)


@pytest.mark.parametrize('kind', ['clip', 'siglip'])
def test_a_model_scores_crops_and_answers_only_where_it_is_calibrated(
    torch, kind, frame, tmp_path
):
    make_model(kind, tmp_path)
    scorer = ContrastiveScorer(str(tmp_path), 'cpu')
    with pytest.raises(GroundingError, match='not loaded'):
        scorer.score(frame, BOXES, ['mug'])
    scorer.load()
    told = scorer.score(frame, BOXES, ['mug', 'flange'])
    assert not told.chances and set(told.hints) == {'mug', 'flange'}
    assert all(hint.shape == (2,) and np.isfinite(hint).all() for hint in told.hints.values())
    (tmp_path / CALIBRATION_FILE).write_text(json.dumps({'slope': 2.0, 'middle': 0.0}))
    scorer.load()
    chances = scorer.score(frame, BOXES, ['mug']).chances['mug']
    np.testing.assert_allclose(chances, 1 / (1 + np.exp(-2 * told.hints['mug'])), atol=0.003)
    scorer.close()


@pytest.mark.parametrize(
    ('config', 'calibration', 'words'),
    [
        ({'model_type': 'bert'}, None, "model type 'bert' is not one of clip, siglip"),
        (None, {'slope': -1, 'middle': 0}, 'slope'),
        (None, {'slope': 1}, "missing ['middle']"),
    ],
)
def test_what_cannot_be_used_is_refused(torch, config, calibration, words, tmp_path):
    make_model('clip', tmp_path)
    if config is not None:
        (tmp_path / 'config.json').write_text(json.dumps(config))
    if calibration is not None:
        (tmp_path / CALIBRATION_FILE).write_text(json.dumps(calibration))
    with pytest.raises(GroundingError) as refused:
        ContrastiveScorer(str(tmp_path), 'cpu').load()
    assert words in str(refused.value)


def test_printed_words_speak_for_the_thing_that_bears_them(frame):
    read = [
        ('SPAM', 0.9, (80.0, 40.0)),
        ('Cheez-lt', 0.9, (20.0, 30.0)),
        ('MUG', 0.3, (20.0, 30.0)),
    ]
    scorer = PrintedWords(lambda color: read)
    scorer.load()
    told = scorer.score(frame, BOXES, ['spam', 'cheez it', 'mug'])
    # A letter may be misread; what is hardly seen is not read.
    assert set(told.chances) == {'spam', 'cheez it'} and not told.hints
    assert told.chances['spam'][1] > 0.9 > 0.1 > told.chances['spam'][0]


def test_without_the_reader_the_remedy_is_said(monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'rapidocr', None)
    with pytest.raises(MissingDependencyError, match='pip install rapidocr'):
        PrintedWords().load()


def test_a_detectors_boxes_count_for_the_things_they_cover(frame):
    scorer = Detections(lambda frame, name: [(Box(58, 8, 112, 72), 0.7), (Box(0, 0, 9, 9), 0.9)])
    np.testing.assert_allclose(scorer.score(frame, BOXES, ['mug']).hints['mug'], [0, 0.7])
    sure = Detections(lambda frame, name: [(BOXES[1], 0.7)], NameCalibration(20.0, 0.4))
    chances = sure.score(frame, BOXES, ['mug']).chances['mug']
    assert chances[1] > 0.99 and chances[0] < 0.01
    both = together([PrintedWords(lambda color: [('mug', 0.9, (20.0, 30.0))]), sure])
    assert both(frame, BOXES, ['mug']).chances['mug'][0] > 0.9, 'what is read counts first'


@pytest.mark.parametrize('kind', ['clip', 'siglip'])
def test_cosines_are_what_logits_are_made_of(torch, kind, frame, tmp_path):
    make_model(kind, tmp_path)
    scorer = ContrastiveScorer(str(tmp_path), 'cpu')
    with pytest.raises(GroundingError, match='not loaded'):
        scorer.cosines(frame, BOXES, ['a mug'])
    scorer.load()
    texts = ['a photo of a mug', 'a photo of a can']
    cosines = scorer.cosines(frame, BOXES, texts)
    assert cosines.shape == (2, 2) and (abs(cosines) <= 1).all()
    logits = scorer._compare(frame, BOXES, ['mug', 'can'])
    scale = np.exp(scorer._model.logit_scale.item())
    bias = scorer._model.logit_bias.item() if kind == 'siglip' else 0.0
    np.testing.assert_allclose(logits, scale * cosines + bias, atol=1e-3)
