"""Which samples of a dataset are trained on."""

import json

import numpy as np
import pytest

from realvlg_ros.errors import LabelError, ParameterError, TrainingError
from realvlg_ros.training.data.settings import DataSettings
from realvlg_ros.training.run import choose, train
from realvlg_ros.training.settings import TrainingSettings

cv2 = pytest.importorskip('cv2')


def realvlg(folder, count, **wrong):
    """A metadata file of so many objects of one picture, with other values for the first."""
    cv2.imwrite(str(folder / 'a.png'), np.zeros((50, 60, 3), np.uint8))
    objects = [
        {
            'image_name': 'a.png', 'image_path': 'a.png', 'object_id': number, 'mask_path': '',
            'description': f'thing {number}', 'label': 'thing', 'bbox': [1, 2, 30, 40],
            'grasps': [], 'contact_points': [],
        }
        for number in range(count)
    ]  # fmt: skip
    objects[0] |= wrong
    (folder / 'set.json').write_text(json.dumps(objects))
    return str(folder / 'set.json')


def test_a_share_is_chosen_by_the_seed(tmp_path):
    path = realvlg(tmp_path, 20)
    half = DataSettings(path=path, share=0.5)
    chosen = [sample.key for sample in choose(half, 1)]
    assert len(chosen) == 10
    assert [sample.key for sample in choose(half, 1)] == chosen
    assert [sample.key for sample in choose(half, 2)] != chosen
    assert len(choose(DataSettings(path=path), 1)) == 20


@pytest.mark.parametrize(
    'wrong', [{'image_path': 'b.png'}, {'bbox': [1, 2, float('nan'), 40]}, {'bbox': [5, 5, 2, 2]}]
)
def test_what_cannot_be_used_is_told_and_left_out(tmp_path, caplog, wrong):
    path = realvlg(tmp_path, 3, **wrong)
    assert len(choose(DataSettings(path=path), 0)) == 2
    (record,) = caplog.records
    assert 'left out' in record.message and 'set.json' in record.message


def test_nothing_to_train_on_is_an_error(tmp_path):
    with pytest.raises(LabelError, match='neither a file nor a folder'):
        choose(DataSettings(path=str(tmp_path / 'none')), 0)
    path = realvlg(tmp_path, 1)
    with pytest.raises(TrainingError, match="holds no sample of the split 'train'"):
        choose(DataSettings(path=path, split='train'), 0)
    path = realvlg(tmp_path, 1, bbox=[1, 2, 3])
    with pytest.raises(TrainingError, match='holds no sample: .*set.json'):
        choose(DataSettings(path=path), 0)


@pytest.mark.parametrize(
    ('changes', 'error', 'words'),
    [
        ({'prompts': 'qwen2_5_vl', 'thinking': True}, TrainingError, 'have no thinking'),
        ({'prompts': 'nobody'}, ParameterError, 'nobody'),
        ({'model': 'nowhere'}, Exception, 'nowhere is not a folder'),
    ],
)
def test_what_does_not_fit_is_said_at_once(torch, tmp_path, changes, error, words):
    settings = TrainingSettings(**({'model': 'a', 'out': str(tmp_path / 'run')} | changes))
    with pytest.raises(error, match=words):
        train(settings, [])
    assert not (tmp_path / 'run').exists()
