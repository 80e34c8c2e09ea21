"""The folder of a run: a run goes on in its own folder alone, from what was written whole."""

import pytest

from realvlg_ros.errors import TrainingError
from realvlg_ros.training.blocks import KeepSettings, OptimizerSettings
from realvlg_ros.training.run_folder import RunFolder
from realvlg_ros.training.settings import TrainingSettings

GIVEN = {'model': 'a', 'out': 'b'}


def checkpoint(folder, step, *names):
    path = folder / 'checkpoints' / f'checkpoint-{step}'
    path.mkdir(parents=True)
    for name in names:
        (path / name).write_text('{}')
    return path


def test_a_run_goes_on_from_the_last_whole_checkpoint(tmp_path):
    folder = RunFolder(tmp_path / 'run')
    assert folder.begin(TrainingSettings(**GIVEN)) is None
    whole = ('trainer_state.json', 'optimizer.pt')
    checkpoint(folder.path, 9, *whole)
    kept = checkpoint(folder.path, 10, *whole)
    # Its writing was cut short.
    checkpoint(folder.path, 11, 'optimizer.pt')
    (checkpoint(folder.path, 14, *whole) / 'trainer_state.json').write_text('{"epoch": 1')
    checkpoint(folder.path, 13, 'trainer_state.json')
    assert folder.begin(TrainingSettings(**GIVEN)) == kept
    sharded = checkpoint(folder.path, 12, 'trainer_state.json', 'optimizer_0')
    assert folder.last_checkpoint() == sharded


def test_what_changes_nothing_that_was_learned_may_change(tmp_path):
    folder = RunFolder(tmp_path)
    folder.begin(TrainingSettings(**GIVEN))
    longer = TrainingSettings(
        **GIVEN, keep=KeepSettings(every=7), optimizer=OptimizerSettings(epochs=20)
    )
    assert folder.begin(longer) is None


@pytest.mark.parametrize(
    ('changed', 'words'),
    [
        ({'method': 'gspo'}, "method was 'grpo' and is 'gspo'"),
        ({'seed': 3}, 'seed was 0 and is 3'),
        ({'optimizer': OptimizerSettings(batch=3)}, 'optimizer.batch was 128 and is 3'),
    ],
)
def test_another_training_is_refused(tmp_path, changed, words):
    folder = RunFolder(tmp_path)
    folder.begin(TrainingSettings(**GIVEN))
    before = (tmp_path / 'training.json').read_text()
    with pytest.raises(TrainingError, match=f'is of another training: {words}; give another out'):
        folder.begin(TrainingSettings(**(GIVEN | changed)))
    assert (tmp_path / 'training.json').read_text() == before


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / 'thesis.txt').write_text('years of work')
    with pytest.raises(TrainingError, match='holds files and no training.json'):
        RunFolder(tmp_path).begin(TrainingSettings(**GIVEN))
    assert [path.name for path in tmp_path.iterdir()] == ['thesis.txt']
    (tmp_path / 'training.json').write_text('{"method": ')
    with pytest.raises(TrainingError, match='is not JSON'):
        RunFolder(tmp_path).begin(TrainingSettings(**GIVEN))
