import json

import pytest

from realvlg_ros.errors import GroundingError
from realvlg_ros.grounding.realvlg.model.checkpoint import Checkpoint


@pytest.fixture
def folder(tmp_path):
    """A checkpoint of two tensors: 6 float32 in the vision tower and 4 bfloat16 elsewhere."""
    (tmp_path / 'config.json').write_text(json.dumps({'model_type': 'qwen2_5_vl'}))
    for name in ('tokenizer.json', 'preprocessor_config.json'):
        (tmp_path / name).write_text('{}')
    header = {
        'model.visual.a': {'dtype': 'F32', 'shape': [2, 3], 'data_offsets': [0, 24]},
        'model.layers.0.b': {'dtype': 'BF16', 'shape': [4], 'data_offsets': [24, 32]},
    }
    text = json.dumps(header).encode()
    data = len(text).to_bytes(8, 'little') + text + bytes(32)
    (tmp_path / 'model.safetensors').write_bytes(data)
    return tmp_path


def test_sizes_by_part(folder):
    checkpoint = Checkpoint.open(folder)
    assert checkpoint.bytes_by_part() == {'vision': 24, 'language': 8}
    assert checkpoint.bytes_by_part(bytes_per_float=2) == {'vision': 12, 'language': 8}
    assert 'vision 0 MB' in checkpoint.describe_memory(2)


def break_config(folder, **values):
    config = {'model_type': 'qwen2_5_vl', **values}
    (folder / 'config.json').write_text(json.dumps(config))


def only_pickle(folder):
    (folder / 'model.safetensors').rename(folder / 'pytorch_model.bin')


def cut_off(folder):
    path = folder / 'model.safetensors'
    path.write_bytes(path.read_bytes()[:-1])


def not_safetensors(folder):
    (folder / 'model.safetensors').write_bytes(b'\xff' * 40)


@pytest.mark.parametrize(
    ('damage', 'reason'),
    [
        (lambda f: break_config(f, model_type='llama'), 'llama'),
        (lambda f: break_config(f, auto_map={'AutoModel': 'x.Y'}), 'code of its own'),
        (only_pickle, 'pytorch_model.bin is a pickle'),
        (cut_off, 'download it again'),
        (not_safetensors, 'not a safetensors file'),
        (lambda f: (f / 'tokenizer.json').unlink(), 'tokenizer.json'),
        (lambda f: (f / 'config.json').unlink(), 'config.json is missing; give the folder'),
        (lambda f: (f / 'config.json').write_text('[1]'), 'JSON object'),
    ],
)
def test_unusable_folders_are_refused_with_the_reason(folder, damage, reason):
    damage(folder)
    with pytest.raises(GroundingError, match=reason):
        Checkpoint.open(folder)


def test_a_missing_folder(tmp_path):
    with pytest.raises(GroundingError, match='not a folder'):
        Checkpoint.open(tmp_path / 'nothing')
