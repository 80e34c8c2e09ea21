"""`realvlg train`: one clear line for each slip, before anything heavy is loaded."""

import importlib.util

import pytest

from realvlg_ros.cli import main


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['gsop'], "training config is 'gsop'; expected one of grpo, gspo, lora, sft"),
        (['gspo'], 'model and out and data.path not given; write it into the file'),
        (
            ['gspo', '--model', 'a', '--data', 'b', '--out', 'c', '--set', 'optimiser.batch=3'],
            "there is no option 'optimiser.batch'; did you mean 'optimizer.batch'?",
        ),
        (['gspo', '--set', 'tasks'], "--set 'tasks'; expected NAME=VALUE"),
        (['gspo', '--set', 'tasks=[1'], '--set tasks is not YAML: line'),
    ],
)
def test_a_slip_is_one_line(capsys, arguments, words):
    assert main(['train', *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count('\n') == 1


def test_a_missing_checkpoint_or_package_is_named(capsys, tmp_path):
    if importlib.util.find_spec('torch') is None:
        pytest.skip('torch is not installed')
    given = ['--model', str(tmp_path / 'none'), '--data', 'b', '--out', str(tmp_path / 'run')]
    assert main(['train', 'gspo', *given]) == 2
    said = capsys.readouterr().err
    assert f'{tmp_path}/none is not a folder; download the model into it' in said
    assert not (tmp_path / 'run').exists()
