"""Real runs of trl on a tiny model; skipped where the packages of the extra train are missing."""

import json

import pytest

from benchmarks.toy.samples import draw_samples
from benchmarks.toy_grounding import HERE, WEIGHTS
from realvlg_ros.errors import TrainingError

for _package in ('trl', 'peft', 'accelerate', 'datasets', 'tensorboard'):
    pytest.importorskip(_package, reason=f'{_package} is not installed (the extra train)')

SAMPLES = draw_samples(1, 12)
SMALL = {
    'model': str(WEIGHTS), 'prompts': str(HERE / 'prompts_original.yaml'),
    'tasks': 'box grasp', 'device': 'cpu', 'threads': 1,
    'data': {'path': 'drawn', 'min_pixels': 3136, 'max_pixels': 19200},
    'rollouts': {'count': 2, 'max_tokens': 24, 'guided': True},
    'optimizer': {
        'learning_rate': 1e-3, 'batch': 2, 'per_device': 2, 'max_steps': 2, 'kl': 0.0,
        'checkpointing': False,
    },
    'keep': {'every': 1, 'dtype': 'float32'},
}  # fmt: skip


def settings(out, **changes):
    from realvlg_ros.settings import flatten, from_options
    from realvlg_ros.training.settings import TrainingSettings

    return from_options(TrainingSettings, flatten(SMALL) | {'out': str(out)} | changes)


def weights(folder):
    from safetensors.torch import load_file

    return load_file(folder / 'model.safetensors')


def difference(one, other):
    return max(float((one[name].float() - other[name].float()).abs().max()) for name in other)


@pytest.fixture(scope='module')
def trained(torch, tmp_path_factory):
    """A run by GSPO of two steps, and one that was interrupted after the first."""
    from realvlg_ros.training.run import train

    folders = [tmp_path_factory.mktemp('runs') / name for name in ('whole', 'halved')]
    changes = {'method': 'gspo', 'optimizer.clip_low': 3e-4, 'optimizer.clip_high': 4e-4}
    whole = train(settings(folders[0], **changes), SAMPLES)
    train(settings(folders[1], **changes, **{'optimizer.max_steps': 1}), SAMPLES)
    halved = train(settings(folders[1], **changes), SAMPLES)
    return whole, halved


def test_a_run_learns_and_tells(trained):
    whole, _ = trained
    assert 1e-4 < difference(weights(whole), weights(WEIGHTS)) < 0.02
    steps = [json.loads(line) for line in (whole.parent / 'logs' / 'steps.jsonl').open()]
    assert [step['step'] for step in steps] == [1, 2]
    assert all(step['reward'] + 2 > 0 and 'entropy' in step for step in steps)
    # Guided answers parse.
    shares = [step[key] for step in steps for key in step if key.startswith('valid_')]
    assert shares and set(shares) == {1.0}
    assert list((whole.parent / 'logs').glob('events.out.tfevents.*'))


def test_a_run_that_was_interrupted_ends_as_one_that_was_not(trained):
    whole, halved = trained
    assert difference(weights(whole), weights(halved)) == 0


def test_the_result_is_a_checkpoint_of_the_backend(trained, capsys):
    from realvlg_ros.cli import main
    from realvlg_ros.documents import parse_yaml
    from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
    from realvlg_ros.grounding.realvlg.grounder import RealvlgGrounder
    from realvlg_ros.grounding.realvlg.settings import RealvlgSettings
    from realvlg_ros.settings import from_options

    whole, _ = trained
    prompts = str(HERE / 'prompts_original.yaml')
    verify = ['model', 'verify', str(whole), '--prompts', prompts, '--torch-threads', '1']
    assert main([*verify, '--dtype', 'float32']) == 0
    assert 'all files are those of realvlg_hashes.json' in capsys.readouterr().out
    options = parse_yaml((whole.parent / 'backend.yaml').read_text(), None)
    grounder = RealvlgGrounder(
        from_options(
            RealvlgSettings, options | {'device': 'cpu', 'dtype': 'float32', 'threads': 1}
        )
    )
    grounder.load()
    sample = SAMPLES[0]
    found = grounder.ground(sample.view.load(), sample.sentence, never_aborted)
    assert found.status is GroundingStatus.OK
    # The few steps of the test move the boxes; a random one overlaps by a tenth.
    assert found.box.iou(sample.truth.boxes[0]) > 0.3
    assert len(found.rectangles) == 1


def test_adapters_learn_answers_and_are_merged(torch, tmp_path):
    from realvlg_ros.grounding.realvlg.model.checkpoint import Checkpoint
    from realvlg_ros.training.run import train

    changes = {'method': 'sft', 'lora.rank': 2, 'train_vision': False, 'optimizer.per_device': 1}
    folder = train(settings(tmp_path / 'run', **changes), SAMPLES)
    tensors = weights(folder)
    assert set(tensors) == set(weights(WEIGHTS))
    changed = {
        name for name, value in weights(WEIGHTS).items()
        if (tensors[name].float() - value.float()).abs().max() > 0
    }  # fmt: skip
    assert changed and all('layers' in name and 'visual' not in name for name in changed)
    assert Checkpoint.open(folder).model_type == 'qwen2_5_vl'


def test_what_cannot_be_trained_is_said_before_weights_are_read(torch, tmp_path):
    from realvlg_ros.training.run import train

    with pytest.raises(TrainingError, match='no sample of drawn says what is right for mask'):
        train(settings(tmp_path / 'a', tasks='mask'), SAMPLES)
    with pytest.raises(TrainingError, match='24 questions, fewer than optimizer.batch = 64'):
        train(settings(tmp_path / 'b', **{'optimizer.batch': 64}), SAMPLES)
    assert not (tmp_path / 'a').exists()
