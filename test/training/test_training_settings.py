"""Settings of trainings: the shipped files are the paper's, and a slip is named."""

import pytest

from realvlg_ros.cli.train import parse_changes
from realvlg_ros.errors import ParameterError, RealvlgError, TrainingError
from realvlg_ros.grounding.realvlg.prompts import PromptSet, find_prompts
from realvlg_ros.resources import share_folder, training_file
from realvlg_ros.training.arguments import (
    common_arguments,
    reward_arguments,
    steps_a_rollout,
)
from realvlg_ros.training.data.tasks import TrainedTask
from realvlg_ros.training.settings import TrainingSettings

GIVEN = {'model': 'start', 'data.path': 'set', 'out': 'run'}
SHIPPED = sorted((share_folder() / 'config' / 'train').glob('*.yaml'))
PROMPTS = PromptSet.from_yaml(find_prompts('realvlg'))


def arguments_of(name, devices=8, **changes):
    settings = TrainingSettings.read(training_file(name), GIVEN | changes)
    common = common_arguments(settings, share_folder(), devices, cuda=True)
    return settings, common | reward_arguments(settings, PROMPTS)


@pytest.mark.parametrize('path', SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_file_can_be_used(path):
    settings = TrainingSettings.read(path, GIVEN)
    assert settings.trained == (TrainedTask.BOX,)
    assert common_arguments(settings, path, 1, cuda=True)['save_steps'] == 50


def test_grpo_is_as_the_paper_has_it():
    settings, arguments = arguments_of('grpo')
    assert arguments['num_generations'] == 5
    assert arguments['temperature'] == 1.0
    assert arguments['learning_rate'] == 1e-6
    assert arguments['beta'] == 0.01
    assert arguments['importance_sampling_level'] == 'token'
    assert arguments['num_train_epochs'] == 10
    assert settings.data.share == 0.1 and settings.train_vision
    assert (settings.data.min_pixels, settings.data.max_pixels) == (262144, 4194304)
    # 128 questions a step: five answers at once on each of 8 devices, 16 times.
    assert arguments['per_device_train_batch_size'] * 8 * 16 == 128 * 5
    assert arguments['gradient_accumulation_steps'] == 16
    assert steps_a_rollout(settings, 8) == 64


def test_gspo_is_as_the_paper_has_it():
    _, arguments = arguments_of('gspo')
    assert arguments['importance_sampling_level'] == 'sequence'
    assert arguments['beta'] == 0
    assert (arguments['epsilon'], arguments['epsilon_high']) == (3e-4, 4e-4)
    assert arguments['loss_type'] == 'grpo'


def test_vllm_is_guided_by_the_grammar():
    _, arguments = arguments_of(
        'grpo', **{'rollouts.engine': 'vllm', 'rollouts.guided': True, 'tasks': 'box grasp'}
    )
    assert arguments['vllm_mode'] == 'colocate'
    expression = arguments['vllm_structured_outputs_regex']
    assert expression.count('<answer>') == 2 and expression.startswith('(<think>')
    changes = {'rollouts.engine': 'vllm_server', 'rollouts.server_url': 'http://a:8000'}
    _, arguments = arguments_of('grpo', **changes)
    assert arguments['vllm_server_base_url'] == 'http://a:8000'
    assert 'vllm_structured_outputs_regex' not in arguments


def test_devices_must_share_a_step():
    with pytest.raises(TrainingError, match=r'640 answers .*7 devices .*per_device = 5'):
        arguments_of('grpo', devices=7)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('optimizer: {lerning_rate: 1}', "no option 'optimizer.lerning_rate'; did you mean"),
        ('metod: sft', "no option 'metod'; did you mean 'method'"),
        ('method: ppo', "method is 'ppo'; expected one of sft, grpo, gspo"),
        ('tasks: box gripp', "tasks has 'gripp'; expected some of box, mask, grasp, contact"),
        ('tasks: " "', 'tasks is empty'),
        ('optimizer: {batch: 0}', 'optimizer.batch is 0; expected 1 to 65536'),
        ('optimizer: {learning_rate: .nan}', 'optimizer.learning_rate is nan'),
        ('rollouts: {engine: vllm_server}', 'without rollouts.server_url'),
        ('method: sft\nthinking: true', 'no dataset says what to think'),
        ('- method', 'holds ..method..; expected keys'),
        ('method: [', 'is not YAML: line 1|is not YAML: line 2'),
    ],
)
def test_a_slip_is_named(tmp_path, text, words):
    path = tmp_path / 'own.yaml'
    path.write_text(text + '\n')
    with pytest.raises(TrainingError, match=words) as error:
        TrainingSettings.read(path, GIVEN)
    assert str(path) in str(error.value)


def test_what_must_be_given_is_asked_for(tmp_path):
    with pytest.raises(TrainingError, match='model and out and data.path not given'):
        TrainingSettings.read(training_file('sft'))
    with pytest.raises(ParameterError, match='expected one of grpo, gspo, lora, sft'):
        training_file('gsop')


@pytest.mark.parametrize(
    ('given', 'changes'),
    [
        (['optimizer.batch=32'], {'optimizer.batch': 32}),
        (['tasks=box grasp', 'lora.rank=4'], {'tasks': 'box grasp', 'lora.rank': 4}),
        (['data.path=a=b'], {'data.path': 'a=b'}),
    ],
)
def test_changes_are_read(given, changes):
    assert parse_changes(given) == changes


@pytest.mark.parametrize('text', ['batch', '=3', 'a=[', 'a={b'])
def test_a_change_of_another_form_is_refused(text):
    with pytest.raises(RealvlgError, match='--set'):
        parse_changes([text])


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'prompts': 'gemini_er'}, "prompts 'gemini_er' have no task 'box'; use boxes, point"),
        ({'prompts': 'qwen3_vl', 'tasks': 'box grasp'}, "have no task 'grasp'"),
        ({'prompts': 'qwen3_vl', 'thinking': True}, "prompts 'qwen3_vl' have no thinking"),
        ({'coordinates': 'norm1'}, 'are norm1, but .* use one of original, resized, norm1000'),
    ],
)
def test_prompts_that_do_not_ask_for_what_is_trained_are_refused_at_once(changes, words):
    from realvlg_ros.training.run import train

    pytest.importorskip('torch', reason='torch is not installed')
    settings = TrainingSettings.read(training_file('lora'), GIVEN | changes)
    with pytest.raises(RealvlgError, match=words):
        train(settings)
