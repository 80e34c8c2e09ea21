"""`realvlg train`: fine-tune a checkpoint on a dataset."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from ..boundary import Boundary
from ..documents import parse_yaml
from ..errors import ParameterError
from ..quoting import quoted
from ..resources import training_file


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'train',
        help='fine-tune a checkpoint on a dataset, by given answers or by rewards',
        description='Fine-tune a Qwen vision-language model: by given answers (sft), or by '
        'rewards of its own answers (grpo, gspo).',
        epilog='The folder gets model/ (a checkpoint), backend.yaml (options of the backend '
        'realvlg for it), checkpoints/ and logs/ (TensorBoard). The same command goes on where it '
        'was interrupted. See docs/training.md.',
    )
    parser.add_argument('config', metavar='CONFIG.yaml', help='a file, or a name in config/train')
    parser.add_argument('--model', metavar='DIR', help='checkpoint that is the start')
    parser.add_argument('--data', metavar='DATASET', help='dataset')
    parser.add_argument('--out', metavar='DIR', help='folder of the run')
    parser.add_argument(
        '--set',
        dest='changes',
        action='append',
        default=[],
        metavar='NAME=VALUE',
        help='another value of a setting, such as optimizer.batch=32; may be given several times',
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Train; returns 0."""
    from ..training.run import train
    from ..training.settings import TrainingSettings

    changes = parse_changes(arguments.changes)
    named = {'model': arguments.model, 'out': arguments.out, 'data.path': arguments.data}
    changes |= {name: value for name, value in named.items() if value is not None}
    settings = TrainingSettings.read(training_file(arguments.config), changes)
    checkpoint = train(settings)
    print(f'wrote {checkpoint}; options of the backend realvlg: {checkpoint.parent}/backend.yaml')
    print(f'fit NOT_FOUND anew: realvlg model calibrate {checkpoint} SET')
    return 0


def parse_changes(given: Sequence[str]) -> dict[str, Any]:
    """Values by name of NAME=VALUE, the value in YAML.

    Raises:
        ParameterError: one is of another form.
    """
    changes: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition('=')
        if not name or not equals:
            raise ParameterError(f'--set {quoted(text)}; expected NAME=VALUE')
        changes[name] = parse_yaml(value, Boundary(f'--set {name}', ParameterError))
    return changes
