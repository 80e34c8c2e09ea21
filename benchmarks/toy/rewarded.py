"""One training of the toy model by `realvlg train`, within a budget of processor time."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from benchmarks.toy.asking import scores_of, summary
from benchmarks.toy.samples import draw_samples
from benchmarks.toy.scenes import MAX_PIXELS
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.grounding.realvlg.prompts import PromptSet
from realvlg_ros.json_text import to_json_text
from realvlg_ros.settings import flatten, from_options
from realvlg_ros.training.data.rows import Manner, Rows
from realvlg_ros.training.rewards.reply import ReplyReader
from realvlg_ros.training.run import train
from realvlg_ros.training.settings import TrainingSettings

HERE = Path(__file__).parent
PROMPTS = HERE / 'prompts_original.yaml'
# Pictures are drawn with these seeds, those of a training with its own on top. Chosen: none of
# them is of the kept weights or of their test.
_TEST_SEED, _WATCH_SEED, _TRAIN_SEED = 70_000, 60_000, 50_000
_WATCHED = 60
# Rates of learning. Chosen: after a short run or two of a seed that is not counted; no search.
_RATES = {'sft': 2e-4, 'grpo': 4e-4, 'gspo': 4e-4}
_CLIPS = {'sft': (0.2, 0.2), 'grpo': (0.2, 0.3), 'gspo': (3e-4, 4e-4)}


@dataclass(frozen=True)
class Trial:
    """One training that is measured.

    Attributes:
        method: sft, grpo or gspo.
        seed: of pictures, labels and sampling.
        minutes: of processor time.
        pictures: to train on.
        tested: pictures of the test.
        rate: of learning; 0 for the method's own.
    """

    method: str
    seed: int
    minutes: float
    pictures: int = 800
    tested: int = 200
    rate: float = 0.0

    def settings(self, out: Path) -> TrainingSettings:
        """Of the training: the same start, questions and batches for every method."""
        low, high = _CLIPS[self.method]
        by_rewards = self.method != 'sft'
        given = {
            'method': self.method, 'model': str(HERE / 'weights'), 'out': str(out),
            'prompts': str(PROMPTS), 'tasks': 'box grasp', 'device': 'cpu', 'threads': 1,
            'seed': self.seed,
            'data': {'path': 'drawn', 'min_pixels': 3136, 'max_pixels': MAX_PIXELS,
                     'label': 'first'},
            'rollouts': {'count': 8, 'max_tokens': 24, 'updates': 2},
            'optimizer': {
                'learning_rate': self.rate or _RATES[self.method], 'batch': 8,
                'per_device': 64 if by_rewards else 8, 'epochs': 1000, 'kl': 0.0,
                'clip_low': low, 'clip_high': high, 'checkpointing': False,
            },
            'keep': {'every': 1_000_000, 'dtype': 'float32'},
        }  # fmt: skip
        return from_options(TrainingSettings, flatten(given))


class Watch(TrainerCallback):  # type: ignore[misc]
    """Ends a training when its processor time is up, and asks the model now and then.

    Attributes:
        curve: figures by the share of the time that had passed.
    """

    def __init__(self, trial: Trial, times: int = 4) -> None:
        self._seconds, self._times = trial.minutes * 60, times
        self._rows, self._reader = questions(_WATCH_SEED, _WATCHED)
        self._spent, self._since = 0.0, 0.0
        self.curve: list[dict[str, float]] = []

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Ask the model of the start."""
        self._ask(state, given)

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Ask once a part of the time has passed, and end after the last."""
        spent = self._spent + time.process_time() - self._since
        if spent >= self._seconds * len(self.curve) / self._times:
            self._spent = spent
            self._ask(state, given)
        control.should_training_stop = spent >= self._seconds

    def _ask(self, state: Any, given: dict[str, Any]) -> None:
        model, processor = given['model'], given['processing_class']
        with torch.random.fork_rng():
            figures = summary(scores_of(model, processor, self._rows, self._reader))
        self.curve.append({'seconds': self._spent, 'step': state.global_step, **figures})
        self._since = time.process_time()


def questions(seed: int, pictures: int) -> tuple[Rows, ReplyReader]:
    """Rows about drawn pictures, and the reader of their replies."""
    prompts = PromptSet.from_yaml(PROMPTS)
    settings = Trial('grpo', 0, 1).settings(Path('none'))
    manner = Manner(prompts, Convention.ORIGINAL, 28, False, seed)
    samples = draw_samples(seed, pictures)
    rows = Rows(samples, settings.trained, manner, settings.data, settings.randomize)
    return rows, ReplyReader(prompts, [task.asked for task in settings.trained], thinking=False)


def measure(trial: Trial, out: Path) -> dict[str, Any]:
    """Train and test; a trial whose result is there already is not done again.

    Args:
        trial: what is trained.
        out: folder of all trials.
    """
    folder = out / f'{trial.method}_{trial.seed}'
    result = folder / 'result.json'
    if result.is_file():
        return dict(json.loads(result.read_text()))
    watch = Watch(trial)
    samples = draw_samples(_TRAIN_SEED + trial.seed, trial.pictures)
    checkpoint = train(trial.settings(folder / 'run'), samples, [watch])
    values = {
        'method': trial.method, 'seed': trial.seed, 'minutes': trial.minutes,
        'test': test(checkpoint, trial.tested), 'curve': watch.curve,
    }  # fmt: skip
    result.write_text(to_json_text(values, indent=1) + '\n')
    return values


def test(checkpoint: Path, pictures: int) -> dict[str, float]:
    """Figures of a checkpoint on the pictures of the test."""
    from realvlg_ros.grounding.realvlg.model.checkpoint import Checkpoint
    from realvlg_ros.grounding.realvlg.model.model import load_weights
    from realvlg_ros.training.processor import load_processor

    model = load_weights(checkpoint, 'cpu', 'float32')
    processor = load_processor(Checkpoint.open(checkpoint))
    rows, reader = questions(_TEST_SEED, pictures)
    return summary(scores_of(model, processor, rows, reader))
