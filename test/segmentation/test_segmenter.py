import shutil
from pathlib import Path

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import GroundingError, MissingDependencyError, ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.image_region import Box
from realvlg_ros.segmentation.factory import make_segmenter
from realvlg_ros.segmentation.sam2_transformers import from_logits


@pytest.fixture
def frame():
    color = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    return RgbdFrame(color, np.ones((60, 80), np.float32), Camera(80, 60, 70, 70, 40, 30))


def test_auto_without_a_checkpoint_is_depth_and_is_told(caplog):
    caplog.set_level('INFO')
    assert make_segmenter('auto').name == 'depth'
    assert 'masks come from depth' in caplog.text


def test_bad_choices_are_refused():
    with pytest.raises(ParameterError, match='magic'):
        make_segmenter('magic')
    with pytest.raises(ParameterError, match='sam2_checkpoint'):
        make_segmenter('transformers')


def test_logits_become_a_mask_at_image_size(frame):
    logits = np.full((15, 20), -5, np.float32)
    logits[5:10, 5:15] = 5
    result = from_logits(logits, frame, Box(20, 20, 60, 40), 0.7)
    assert result.mask.box.as_tuple() == (20, 20, 60, 40)
    assert (result.score, result.source) == (0.7, 'SAM 2')


def test_an_empty_mask_is_the_box_and_says_so(frame):
    result = from_logits(np.full((15, 20), -5, np.float32), frame, Box(20, 20, 60, 40), 0.1)
    assert result.mask.area == 800
    assert 'no mask' in result.source


def test_sam2_of_transformers_runs_on_a_box(torch, frame, tmp_path):
    import transformers

    torch.manual_seed(0)
    config = tiny_sam2_config(transformers)
    transformers.Sam2Model(config).save_pretrained(tmp_path)
    segmenter = make_segmenter('transformers', str(tmp_path), 'cpu')
    with pytest.raises(GroundingError, match='not loaded'):
        segmenter.segment(frame, Box(20, 20, 60, 40))
    segmenter.load()
    result = segmenter.segment(frame, Box(20, 20, 60, 40))
    mask = result.mask.to_full(60, 80)
    assert mask.any()
    assert 0 <= result.score <= 1
    # The same box on another part of the image is another question.
    moved = segmenter.segment(frame, Box(0, 0, 15, 15)).mask.to_full(60, 80)
    assert (mask != moved).any()
    segmenter.close()


def test_sam2_of_transformers_runs_on_a_point(torch, frame, tmp_path):
    import transformers

    torch.manual_seed(0)
    model = transformers.Sam2Model(tiny_sam2_config(transformers)).eval()
    model.save_pretrained(tmp_path)
    segmenter = make_segmenter('transformers', str(tmp_path), 'cpu')
    with pytest.raises(GroundingError, match='not loaded'):
        segmenter.segment_point(frame, (40, 30))
    segmenter.load()
    logits, score = segmenter._ask(frame, 'input_points', np.array([40, 30]) * (1.6, 128 / 60))
    with torch.inference_mode():
        output = model(
            pixel_values=segmenter._pixels(frame.color, 128),
            input_points=torch.tensor([[[[64.0, 64.0]]]]),
            input_labels=torch.ones(1, 1, 1, dtype=torch.int32), multimask_output=False,
        )  # fmt: skip
    assert np.allclose(logits, output.pred_masks[0, 0, 0].numpy(), atol=1e-5)
    result = segmenter.segment_point(frame, (40, 30))
    if (logits > 0).any():
        assert result.mask.to_full(60, 80).any() and result.score == pytest.approx(score)
    else:
        assert result is None


def test_masks_of_points_are_not_made_from_depth_alone(frame):
    assert make_segmenter('depth').segment_point(frame, (40, 30)) is None


def tiny_sam2_config(transformers):
    backbone = {
        'hidden_size': 8, 'num_attention_heads': 1, 'image_size': [128, 128],
        'blocks_per_stage': [1, 2, 2, 1], 'embed_dim_per_stage': [8, 16, 32, 64],
        'num_attention_heads_per_stage': [1, 1, 2, 4], 'window_size_per_stage': [4, 4, 4, 4],
        'global_attention_blocks': [4], 'window_positional_embedding_background_size': [4, 4],
    }  # fmt: skip
    vision = {
        'backbone_config': {'model_type': 'sam2_hiera_det_model', **backbone},
        'backbone_channel_list': [64, 32, 16, 8], 'fpn_hidden_size': 32,
        'backbone_feature_sizes': [[32, 32], [16, 16], [8, 8]],
    }  # fmt: skip
    return transformers.Sam2Config(
        vision_config=vision,
        prompt_encoder_config={'hidden_size': 32, 'image_size': 128, 'patch_size': 16},
        mask_decoder_config={
            'hidden_size': 32, 'mlp_dim': 32, 'num_attention_heads': 2, 'iou_head_hidden_dim': 32,
        },
    )  # fmt: skip


def test_a_missing_sam2_folder_is_an_error(torch, tmp_path):
    segmenter = make_segmenter('transformers', str(tmp_path), 'cpu')
    with pytest.raises(GroundingError, match='safetensors'):
        segmenter.load()


def test_the_sam2_package_is_asked_for_by_name(tmp_path):
    pytest.importorskip('torch', reason='torch is not installed')
    try:
        import sam2  # noqa: F401
    except ImportError:
        with pytest.raises(MissingDependencyError, match='pip install sam2'):
            make_segmenter('sam2', str(tmp_path)).load()
    else:
        with pytest.raises(GroundingError, match='model.safetensors'):
            make_segmenter('sam2', str(tmp_path)).load()


def test_the_form_of_the_folder_says_which_package_loads_it(tmp_path):
    assert type(make_segmenter('auto', str(tmp_path))).__name__ == 'TransformersSegmenter'
    (tmp_path / 'sam2.1_hiera_l.yaml').touch()
    assert type(make_segmenter('auto', str(tmp_path))).__name__ == 'Sam2Segmenter'


@pytest.fixture(scope='module')
def sam2_folder(tmp_path_factory):
    """The smallest SAM 2.1 of the package with random weights, and its model."""
    sam2 = pytest.importorskip('sam2', reason='the package sam2 is not installed')
    import torch
    from safetensors.torch import save_file
    from sam2.build_sam import build_sam2

    torch.set_num_threads(1)
    torch.manual_seed(0)
    folder, name = tmp_path_factory.mktemp('sam2'), 'sam2.1_hiera_t.yaml'
    model = build_sam2(f'configs/sam2.1/{name}', ckpt_path=None, device='cpu')
    state = {key: value.contiguous().clone() for key, value in model.state_dict().items()}
    save_file(state, folder / 'model.safetensors')
    shutil.copy(Path(sam2.__file__).parent / 'configs' / 'sam2.1' / name, folder / name)
    return folder, model


def test_the_sam2_package_gives_its_own_mask_of_the_box(sam2_folder, frame):
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    folder, model = sam2_folder
    segmenter = make_segmenter('auto', str(folder), 'cpu')
    segmenter.load()
    result = segmenter.segment(frame, Box(20, 20, 60, 40))
    predictor = SAM2ImagePredictor(model)
    predictor.set_image(frame.color)
    masks, scores, _ = predictor.predict(box=np.array([20, 20, 60, 40]), multimask_output=False)
    assert result.source == 'SAM 2'
    assert (result.mask.to_full(60, 80) == (masks[0] > 0)).all()
    assert result.score == pytest.approx(scores[0], abs=1e-5)


@pytest.mark.parametrize(
    ('name', 'reason'),
    [('odd.yaml', 'has no config odd.yaml'), ('sam2.1_hiera_s.yaml', 'does not fit')],
)
def test_a_config_that_is_not_the_weights_own_is_an_error(sam2_folder, tmp_path, name, reason):
    shutil.copy(sam2_folder[0] / 'model.safetensors', tmp_path)
    (tmp_path / name).touch()
    with pytest.raises(GroundingError, match=reason):
        make_segmenter('sam2', str(tmp_path), 'cpu').load()
