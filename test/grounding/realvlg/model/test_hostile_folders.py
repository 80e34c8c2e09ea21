"""Folders of models from strangers: names decide nothing, and weights are whole, finite and of the
shapes that their config says."""

import json
import os
import shutil
import subprocess

import pytest

from realvlg_ros.errors import GroundingError
from realvlg_ros.grounding.realvlg.answer.calibration import Calibration
from realvlg_ros.grounding.realvlg.model.checkpoint import Checkpoint
from realvlg_ros.grounding.realvlg.model.model import VisionLanguageModel
from realvlg_ros.grounding.realvlg.model.text_tokens import TextTokens
from realvlg_ros.grounding.realvlg.tools.hashes import (
    HASHES_NAME,
    check_hashes,
    check_signature,
    hash_files,
    write_hashes,
)

WEIGHTS, INDEX = 'model.safetensors', 'model.safetensors.index.json'


@pytest.fixture
def folder(random_folder, tmp_path):
    """A copy of a sound checkpoint."""
    return shutil.copytree(random_folder, tmp_path / 'model')


def rewrite(folder, change):
    """Change the tensors of a folder, a mapping by name."""
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / WEIGHTS)


def edit(folder, name, change):
    values = json.loads((folder / name).read_text())
    change(values)
    (folder / name).write_text(json.dumps(values))


def index(folder, file, *more):
    """An index that puts every tensor into a file."""
    tensors = [tensor.name for tensor in Checkpoint.open(folder).tensors]
    placed = dict.fromkeys([*tensors, *more], file)
    (folder / INDEX).write_text(json.dumps({'weight_map': placed}))


def outside(folder):
    shutil.copy(folder / WEIGHTS, folder.parent / 'outside.safetensors')
    index(folder, '../outside.safetensors')


def pickled(folder):
    (folder / 'pytorch_model.bin').write_bytes(b'x')
    index(folder, 'pytorch_model.bin')


def link(folder):
    (folder / WEIGHTS).rename(folder.parent / 'elsewhere')
    (folder / WEIGHTS).symlink_to(folder.parent / 'elsewhere')


def pipe(folder):
    os.mkfifo(folder / 'generation_config.json.lock')


def twice(folder):
    shutil.copy(folder / WEIGHTS, folder / 'more.safetensors')


def header(folder, text):
    data = text.encode()
    (folder / WEIGHTS).write_bytes(len(data).to_bytes(8, 'little') + data)


def vision(**values):
    return lambda f: edit(f, 'config.json', lambda c: c['vision_config'].update(values))


def config(**values):
    return lambda f: edit(f, 'config.json', lambda c: c.update(values))


@pytest.mark.parametrize(
    ('harm', 'said'),
    [
        (outside, 'outside.safetensors.*, none of the safetensors'),
        (pickled, 'pytorch_model.bin.*, none of the safetensors'),
        (lambda f: index(f, WEIGHTS, 'model.more'), "'model.more' is not in"),
        (lambda f: (f / INDEX).write_text('{"weight_map": {}}'), 'does not name'),
        (lambda f: (f / INDEX).write_text('[]'), 'holds no weight_map'),
        (lambda f: (f / 'pytorch_model.bin.index.json').write_text('{"weight_map": 1}'), 'no wei'),
        (link, 'model.safetensors is a link'),
        (lambda f: (f / 'sub').symlink_to('/etc'), 'sub is a link'),
        (pipe, 'is no regular file'),
        (twice, 'a second time'),
        (lambda f: header(f, '[' * 100_000), 'nested more'),
        (lambda f: header(f, '{"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 4]}}'),
         "the tensor 'a' of shape"),
        (lambda f: header(f, '{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}'),
         'has the shape'),
        (lambda f: header(f, '{"a": {"dtype": "OBJ", "shape": [1], "data_offsets": [0, 4]}}'),
         "type 'OBJ'"),
        (vision(depth=2**40), 'depth is 1099511627776; at most 512'),
        (config(hidden_size=2**40), 'hidden_size is 1099511627776; at most'),
        (config(quantization_config={'quant_method': 'evil'}), 'unpacked by code of others'),
        (config(_attn_implementation='a/kernel'), "_attn_implementation is 'a/kernel'"),
        (vision(attn_implementation='flex_attention'), 'which is code of others'),
        (config(transformers_weights='../x.safetensors'), 'names its weights itself'),
        (config(auto_map={'AutoModel': 'x.Y'}), 'code of its own'),
        (lambda f: edit(f, 'preprocessor_config.json', lambda c: c.update(auto_map={'a': 'b'})),
         'preprocessor_config.json: asks for code of its own'),
        (lambda f: (f / 'adapter_config.json').write_text('{"base_model_name_or_path": "x"}'),
         'is of an adapter'),
    ],
)  # fmt: skip
def test_a_folder_is_refused_before_its_weights_are_read(folder, harm, said):
    harm(folder)
    with pytest.raises(GroundingError, match=said) as raised:
        Checkpoint.open(folder)
    assert len(str(raised.value)) < 700


def test_a_tokenizer_may_have_thousands_of_added_tokens(folder):
    flags = ('lstrip', 'normalized', 'rstrip', 'single_word', 'special')
    tokens = {str(i): {'content': f'<{i}>', **dict.fromkeys(flags, False)} for i in range(9000)}
    text = json.dumps({'added_tokens_decoder': tokens})
    (folder / 'tokenizer_config.json').write_text(text)
    assert Checkpoint.open(folder).tensors
    (folder / 'tokenizer_config.json').write_text(text[:-1] + ', "auto_map": {"a": "b"}}')
    with pytest.raises(GroundingError, match='asks for code of its own'):
        Checkpoint.open(folder)


def rename(tensors):
    name = next(iter(tensors))
    tensors[f'{name}_'] = tensors.pop(name)


def fill(value):
    def change(tensors):
        tensors[sorted(tensors)[3]][...] = value

    return change


def transpose(tensors):
    name = next(n for n, t in sorted(tensors.items()) if t.ndim == 2 and t.shape[0] != t.shape[1])
    tensors[name] = tensors[name].T


@pytest.mark.parametrize(
    ('harm', 'said'),
    [
        (lambda f: rewrite(f, lambda t: t.pop(sorted(t)[0])), 'hold too few tensors'),
        (lambda f: rewrite(f, rename), 'missing keys'),
        (lambda f: rewrite(f, fill(float('nan'))), 'numbers that are not finite'),
        (lambda f: rewrite(f, fill(float('inf'))), 'numbers that are not finite'),
        (lambda f: rewrite(f, transpose), 'hold too few tensors'),
        (vision(depth=7), 'hold too few tensors'),
        (lambda f: edit(f, 'preprocessor_config.json', lambda c: c.update(patch_size=2**40)),
         'patch_size and merge_size are'),
        (lambda f: edit(f, 'preprocessor_config.json', lambda c: c.update(patch_size='x')),
         'patch_size and merge_size are'),
        (lambda f: edit(f, 'preprocessor_config.json', lambda c: c.update(patch_size=16)),
         'are not of config.json'),
        (lambda f: edit(f, 'preprocessor_config.json', lambda c: c.update(image_std=[0, 0, 0])),
         'pixels that are not finite'),
        (lambda f: edit(f, 'preprocessor_config.json', lambda c: c.update(image_mean='x')),
         'preprocessor_config.json'),
        (lambda f: (f / 'tokenizer.json').write_text('{"a": 1}'), 'json is no tokenizer'),
        (lambda f: (f / 'tokenizer.json').write_bytes(b'\xff\xfe{'), 'is no tokenizer'),
        (lambda f: (f / 'realvlg_quantization.json').write_text('{"weights": "int8", "a": 1}'),
         "unexpected keyword argument 'a'"),
        (lambda f: (f / 'realvlg_quantization.json').write_text('{"weights": [], "dtype": {}}'),
         'dtype is {}'),
    ],
)  # fmt: skip
def test_weights_that_are_not_those_of_the_config_are_refused(folder, harm, said):
    harm(folder)
    with pytest.raises(GroundingError, match=said):
        VisionLanguageModel.load(folder, 'cpu', 'float32')


@pytest.mark.parametrize(
    'text',
    [
        '{"kind": "score", "threshold": NaN}',
        '{"kind": "score", "threshold": 1e308}',
        '{"kind": "score", "threshold": "0.5"}',
        '{"kind": "score"}',
        '{"kind": [], "threshold": 0.5}',
        '{"kind": "score", "threshold": 0.5, "samples": 1e400}',
        '{"kind": "score", "threshold": 0.5, "more": 1}',
        '[]',
    ],
)
def test_a_calibration_that_is_no_threshold_is_refused(tmp_path, text):
    (tmp_path / 'realvlg_calibration.json').write_text(text)
    with pytest.raises(GroundingError, match='realvlg_calibration.json'):
        Calibration.load(tmp_path)


@pytest.mark.parametrize(
    ('harm', 'said'),
    [
        (lambda f: (f / INDEX).unlink(), f'{INDEX} of .* is missing|{INDEX} is of|missing'),
        (lambda f: (f / 'new.txt').write_text('x'), 'new.txt is not listed'),
        (lambda f: (f / 'realvlg_calibration.json').write_text('{}'), 'is not listed'),
        (lambda f: edit(f, INDEX, lambda v: v.update(metadata={})), f'{INDEX} differ'),
        (lambda f: edit(f, HASHES_NAME, lambda v: v.update({'config.json': 'x'})), "'x' of"),
    ],
)
def test_every_file_is_hashed_and_none_may_be_missing_or_new(folder, harm, said):
    index(folder, WEIGHTS)
    (folder / 'sub').mkdir()
    (folder / 'sub' / 'notes.md').write_text('x')
    found = hash_files(Checkpoint.open(folder))
    assert {INDEX, 'sub/notes.md', 'config.json', WEIGHTS} <= set(found)
    write_hashes(folder, found)
    assert check_hashes(folder, hash_files(Checkpoint.open(folder)))
    harm(folder)
    with pytest.raises(GroundingError, match=said):
        check_hashes(folder, hash_files(Checkpoint.open(folder)))


@pytest.mark.skipif(not shutil.which('ssh-keygen'), reason='ssh-keygen is not installed')
def test_a_list_of_hashes_counts_as_signed_by_those_who_are_trusted_alone(folder, tmp_path):
    def make_key(name):
        key = tmp_path / name
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key], check=True)
        return key

    def sign(key, namespace='realvlg-model'):
        (folder / f'{HASHES_NAME}.sig').unlink(missing_ok=True)
        subprocess.run(
            ['ssh-keygen', '-q', '-Y', 'sign', '-f', key, '-n', namespace, folder / HASHES_NAME],
            check=True, capture_output=True,
        )  # fmt: skip

    ours, other = make_key('ours'), make_key('other')
    signers = tmp_path / 'signers'
    signers.write_text(f'lab@example.org {ours.with_suffix(".pub").read_text()}')
    write_hashes(folder, hash_files(Checkpoint.open(folder)))
    with pytest.raises(GroundingError, match='is missing'):
        check_signature(folder, signers)
    sign(ours)
    assert check_signature(folder, signers) == 'lab@example.org'
    sign(ours, 'file')
    with pytest.raises(GroundingError, match='nobody who is trusted'):
        check_signature(folder, signers)
    sign(other)
    with pytest.raises(GroundingError, match='nobody who is trusted'):
        check_signature(folder, signers)
    sign(ours)
    edit(folder, HASHES_NAME, lambda values: values.clear())
    with pytest.raises(GroundingError, match='nobody who is trusted'):
        check_signature(folder, signers)


def test_a_tokenizer_as_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / 'tokenizer.json')
    with pytest.raises(GroundingError, match='tokenizer.json is missing'):
        TextTokens(tmp_path / 'tokenizer.json')
