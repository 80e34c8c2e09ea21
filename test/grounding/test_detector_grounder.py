import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import GroundingCanceled, GroundingError, ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.box_check import CheckedBoxes
from realvlg_ros.grounding.detector import (
    DetectorGrounder,
    DetectorSettings,
    _Detection,
    _suppress,
    _to_box,
    make_grounder,
)
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.image_region import Box


@pytest.fixture
def frame():
    color = np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    return RgbdFrame(color, np.ones((90, 120), np.float32), Camera(120, 90, 100, 100, 60, 45))


@pytest.fixture(scope='module')
def libraries(torch):
    import transformers

    torch.manual_seed(0)
    return transformers


def clip_tokenizer(transformers, folder):
    """CLIP's byte-level vocabulary of single letters."""
    from tokenizers import pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*letters, *(f'{c}</w>' for c in letters), '<|startoftext|>', '<|endoftext|>']
    vocabulary = {w: i for i, w in enumerate(words)}
    transformers.CLIPTokenizer(vocab=vocabulary, merges=[]).save_pretrained(folder)
    return len(words)


@pytest.fixture(scope='module')
def owl_folder(libraries, tmp_path_factory):
    """A random OWLv2 of the real architecture."""
    folder = tmp_path_factory.mktemp('owl')
    size = clip_tokenizer(libraries, folder)
    small = {'hidden_size': 16, 'num_hidden_layers': 1, 'num_attention_heads': 2}
    config = libraries.Owlv2Config(
        text_config={
            **small, 'intermediate_size': 16, 'vocab_size': size, 'eos_token_id': size - 1,
            'bos_token_id': size - 2, 'pad_token_id': 0,
        },
        vision_config={**small, 'intermediate_size': 16, 'image_size': 64, 'patch_size': 16},
        projection_dim=16,
    )  # fmt: skip
    libraries.Owlv2ForObjectDetection(config).save_pretrained(folder)
    libraries.Owlv2ImageProcessorPil(size={'height': 64, 'width': 64}).save_pretrained(folder)
    return folder


def test_owlv2_runs_and_decides(owl_folder, frame):
    accept = make_grounder(
        checkpoint=str(owl_folder), threshold=0.0, ambiguous_ratio=2.0, device='cpu'
    )
    accept.load()
    found = accept.ground(frame, 'pick up the mug', never_aborted)
    assert found.status is GroundingStatus.OK
    assert 0 <= found.box.x_min < found.box.x_max <= 120
    assert (found.label, found.backend) == ('mug', 'detector')
    assert found.mask.area > 0
    reject = make_grounder(checkpoint=str(owl_folder), threshold=1.0, device='cpu')
    reject.load()
    missing = reject.ground(frame, 'pick up the mug', never_aborted)
    assert missing.status is GroundingStatus.NOT_FOUND
    assert missing.candidates[0].score == pytest.approx(found.score)
    with pytest.raises(GroundingCanceled):
        reject.ground(frame, 'the red mug', lambda: True)
    accept.close()
    with pytest.raises(GroundingError, match='not loaded'):
        accept.ground(frame, 'the red mug', never_aborted)


@pytest.fixture(scope='module')
def dino_folder(libraries, tmp_path_factory):
    """A random Grounding DINO of the real architecture, with letters for its vocabulary."""
    folder = tmp_path_factory.mktemp('dino')
    letters = [chr(c) for c in range(ord('a'), ord('z') + 1)]
    words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '.', '?', *letters]
    words += [f'##{letter}' for letter in letters]
    libraries.BertTokenizer(vocab={w: i for i, w in enumerate(words)}).save_pretrained(folder)
    backbone = libraries.SwinConfig(
        image_size=64, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=4,
        out_features=['stage2', 'stage3', 'stage4'],
    )  # fmt: skip
    text = {
        'model_type': 'bert', 'vocab_size': len(words), 'hidden_size': 16,
        'num_hidden_layers': 1, 'num_attention_heads': 2, 'intermediate_size': 16,
    }  # fmt: skip
    config = libraries.GroundingDinoConfig(
        backbone_config=backbone, text_config=text, d_model=32, encoder_layers=1,
        decoder_layers=2, encoder_ffn_dim=16, decoder_ffn_dim=16, encoder_attention_heads=2,
        decoder_attention_heads=2, num_queries=10, max_text_len=32,
    )  # fmt: skip
    libraries.GroundingDinoForObjectDetection(config).save_pretrained(folder)
    size = {'shortest_edge': 64, 'longest_edge': 96}
    libraries.GroundingDinoImageProcessorPil(size=size).save_pretrained(folder)
    return folder


def test_grounding_dino_runs(dino_folder, frame):
    grounder = make_grounder(
        checkpoint=str(dino_folder), threshold=0.0, ambiguous_ratio=2.0, device='cpu'
    )
    grounder.load()
    first = grounder.ground(frame, 'pick up the mug', never_aborted)
    other = grounder.ground(frame, 'pick up the box', never_aborted)
    assert first.status is GroundingStatus.OK
    assert 0 <= first.box.x_min < first.box.x_max <= 120
    assert first.score != other.score


def decide(frame, *found, **settings):
    grounder = DetectorGrounder(DetectorSettings(checkpoint='x', **settings))
    checked = CheckedBoxes(tuple(range(len(found))))
    return grounder._decide(frame, 'the mug', 'mug', list(found), checked, {})


def test_two_about_equal_objects_are_ambiguous_with_a_question(frame):
    left, right = _Detection(0.6, Box(5, 5, 30, 40)), _Detection(0.58, Box(80, 5, 110, 40))
    result = decide(frame, left, right)
    assert result.status is GroundingStatus.AMBIGUOUS
    assert [c.description for c in result.candidates] == [
        'the one on the left',
        'the one on the right',
    ]
    assert 'Which of the 2' in result.question
    assert decide(frame, left, _Detection(0.4, right.box)).status is GroundingStatus.OK


def test_overlapping_regions_are_one_object():
    best, same = _Detection(0.6, Box(0, 0, 10, 10)), _Detection(0.5, Box(1, 0, 11, 10))
    other = _Detection(0.4, Box(20, 0, 30, 10))
    assert _suppress([best, same, other], 0.5) == [best, other]


def test_boxes_are_in_pixels_and_clamped():
    assert _to_box((0.5, 0.5, 0.5, 0.5), (100, 100), 100, 80).as_tuple() == (25, 25, 75, 75)
    assert _to_box((0.9, 0.9, 0.5, 0.5), (100, 100), 100, 80).as_tuple() == (65, 65, 100, 80)


def test_unusable_folders_and_settings(tmp_path):
    with pytest.raises(ParameterError, match='needs checkpoint.*that backend_options names'):
        make_grounder()
    with pytest.raises(GroundingError, match='/no/model/config.json is missing; give the folder'):
        make_grounder(checkpoint='/no/model').load()
    with pytest.raises(ParameterError, match='threshold'):
        make_grounder(checkpoint='x', threshold=2.0)
    (tmp_path / 'config.json').write_text('{"model_type": "llama"}')
    with pytest.raises(GroundingError, match='llama'):
        make_grounder(checkpoint=str(tmp_path)).load()
    (tmp_path / 'config.json').write_text('{"model_type": "owlv2"}')
    with pytest.raises(GroundingError, match='no safetensors'):
        make_grounder(checkpoint=str(tmp_path)).load()
