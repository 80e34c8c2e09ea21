import argparse
import json

import cv2
import pytest

from realvlg_ros.errors import GroundingError, ParameterError
from realvlg_ros.grounding.realvlg.answer.calibration import Calibration
from realvlg_ros.grounding.realvlg.tools.commands import HASHES_NAME, add_model_commands
from realvlg_ros.grounding.realvlg.tools.labelled_set import read_labelled_set


def run(*words):
    parser = argparse.ArgumentParser()
    add_model_commands(parser)
    arguments = parser.parse_args([*map(str, words), '--device', 'cpu'])
    return arguments.func(arguments)


@pytest.fixture
def folder(taught, tmp_path):
    folder = tmp_path / 'model'
    folder.mkdir()
    for file in taught.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def labelled(taught, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), taught.image[..., ::-1])
    cv2.imwrite(str(tmp_path / 'b.png'), 255 - taught.image[..., ::-1])
    entries = [
        {'image': f'{name}.png', 'instruction': words, 'present': present}
        for name, present in (('a', True), ('b', False))
        for words in ('pick up the red mug', 'the red mug')
    ]
    path = tmp_path / 'set.json'
    path.write_text(json.dumps(entries))
    return path


def test_verify_answers_and_finds_a_changed_file(folder, capsys):
    assert run('verify', folder, '--write-hashes') == 0
    assert 'box: (' in capsys.readouterr().out
    assert run('verify', folder) == 0
    assert HASHES_NAME in capsys.readouterr().out
    with (folder / 'config.json').open('a') as file:
        file.write('\n')
    with pytest.raises(GroundingError, match=r'config\.json differ'):
        run('verify', folder)


def test_calibrate_writes_beside_the_checkpoint(folder, labelled, capsys):
    assert run('calibrate', folder, labelled, '--dtype', 'float32') == 0
    fit = Calibration.load(folder)
    assert fit.samples == 4
    assert fit.prompts == 'realvlg'
    assert f'{fit.threshold:.3f}' in capsys.readouterr().out


def test_quantize_reports_sizes_and_agreement(folder, labelled, tmp_path, capsys):
    small = tmp_path / 'small'
    assert run('quantize', folder, '--weights', 'int8', '--out', small, '--set', labelled) == 0
    text = capsys.readouterr().out
    assert 'language' in text
    assert 'tokens/s' in text
    assert 'of 2 answers are equal' in text
    assert run('bench', small, '--size', '160x120') == 0
    assert 'second answer' in capsys.readouterr().out


@pytest.mark.parametrize('text', ['{}', '[]', '[{"image": "no.png"}]', 'x'])
def test_bad_sets_are_refused(tmp_path, text):
    path = tmp_path / 'set.json'
    path.write_text(text)
    with pytest.raises(ParameterError):
        read_labelled_set(path)


def test_a_missing_image_is_named(tmp_path):
    path = tmp_path / 'set.json'
    path.write_text('[{"image": "no.png", "instruction": "mug", "present": true}]')
    with pytest.raises(ParameterError, match=r'no\.png'):
        read_labelled_set(path)


@pytest.mark.parametrize('size', ['abc', '0x480', '640x', '640x480x3'])
def test_a_size_that_is_none_is_refused(folder, size, capsys):
    with pytest.raises(SystemExit):
        run('bench', folder, '--size', size)
    assert 'is not like 1280x720' in capsys.readouterr().err
