"""The commands `realvlg model verify|calibrate|quantize|bench`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ....image_region import Box
from ....torch_device import use_torch_threads
from ...grounding import never_aborted
from ..answer.calibration import Calibration
from ..answer.decoder import Decoder, Thinking
from ..coordinates import AnswerFrame
from ..grounder import RealvlgGrounder
from ..model.checkpoint import Checkpoint
from ..model.model import VisionLanguageModel
from ..model.quantization import WIDTHS, Quantization
from ..model.quantize import quantize
from ..prompts import PromptSet, find_prompts
from ..settings import RealvlgSettings
from .hashes import HASHES_NAME, check_hashes, check_signature, hash_files, write_hashes
from .labelled_set import read_labelled_set
from .measurements import compare, measure_speed


def add_model_commands(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser; each sets `func`, which takes the arguments."""
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    verify = _command(commands, 'verify', 'check files, hashes, config and one answer', _verify)
    verify.add_argument(
        '--write-hashes', action='store_true', help='write the hashes of the files beside them'
    )
    verify.add_argument(
        '--signers',
        type=Path,
        metavar='FILE',
        help='keys of those who may have signed the list of hashes (allowed_signers of ssh)',
    )
    fit = _command(commands, 'calibrate', 'fit when to say NOT_FOUND, on a labelled set', _fit)
    fit.add_argument('set', type=Path, help='JSON list of {image, instruction, present}')
    smaller = _command(commands, 'quantize', 'round the weights to fewer bits', _quantize)
    smaller.add_argument(
        '--weights', choices=WIDTHS, required=True, help='form of the language layers'
    )
    smaller.add_argument('--out', type=Path, required=True, help='folder of the new checkpoint')
    smaller.add_argument('--set', type=Path, help='labelled set to compare both models on')
    bench = _command(commands, 'bench', 'measure prefill, passes, tokens a second, memory', _bench)
    bench.add_argument(
        '--size',
        type=_size,
        default='1280x720',
        help='of the camera image, px (default: 1280x720)',
    )


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    words: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words)
    parser.add_argument('checkpoint', type=Path, help='folder of the checkpoint')
    parser.add_argument(
        '--prompts', default='realvlg', help='name in config/prompts, or a file (default: realvlg)'
    )
    parser.add_argument('--device', default='auto', help='auto, cpu or cuda')
    parser.add_argument('--dtype', default='auto', help='auto, float32, bfloat16 or float16')
    parser.add_argument(
        '--max-pixels',
        type=int,
        default=1003520,
        help='of the picture that the model sees (default: 1003520)',
    )
    parser.add_argument(
        '--torch-threads', type=int, default=0, help='of torch on a CPU (default: every core)'
    )
    parser.set_defaults(func=lambda arguments: _run(run, arguments))
    return parser


def _run(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    use_torch_threads(arguments.torch_threads)
    return run(arguments)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r'([1-9]\d{0,4})x([1-9]\d{0,4})', text)
    if match is None:
        raise argparse.ArgumentTypeError(f'{text!r} is not like 1280x720')
    return int(match[1]), int(match[2])


def _load(arguments: argparse.Namespace) -> tuple[VisionLanguageModel, PromptSet]:
    model = VisionLanguageModel.load(arguments.checkpoint, arguments.device, arguments.dtype)
    return model, PromptSet.from_yaml(find_prompts(arguments.prompts))


def _verify(arguments: argparse.Namespace) -> int:
    checkpoint = Checkpoint.open(arguments.checkpoint)
    print(f'{checkpoint.path}: {checkpoint.model_type}, {len(checkpoint.tensors)} tensors')
    print(checkpoint.describe_memory())
    Calibration.load(checkpoint.path)
    _check_hashes(checkpoint, arguments)
    model, prompts = _load(arguments)
    decoder = Decoder(model, prompts)
    picture = model.prepare(np.full((360, 640, 3), 128, np.uint8), 0, arguments.max_pixels)
    frame = AnswerFrame.of(prompts.coordinates, Box(0, 0, 640, 360), (640, 360), picture.feed)
    for task in prompts.tasks:
        answer = decoder.ask(
            task, 'the object', picture, (frame.width, frame.height), Thinking(), never_aborted
        )
        values = ', '.join(f'{value:g}' for value in answer.values)
        print(f'{task.value}: ({values}) in {answer.passes} passes')
    return 0


def _check_hashes(checkpoint: Checkpoint, arguments: argparse.Namespace) -> None:
    found = hash_files(checkpoint)
    if arguments.write_hashes:
        write_hashes(checkpoint.path, found)
    for name, value in found.items():
        print(f'{value}  {name}')
    if arguments.signers is not None:
        print(f'signed by {check_signature(checkpoint.path, arguments.signers)}')
    if check_hashes(checkpoint.path, found):
        print(f'all files are those of {HASHES_NAME}')


def _fit(arguments: argparse.Namespace) -> int:
    pictures = read_labelled_set(arguments.set)
    grounder = RealvlgGrounder(
        RealvlgSettings(
            box_checkpoint=str(arguments.checkpoint), prompts=arguments.prompts,
            device=arguments.device, dtype=arguments.dtype, max_pixels=arguments.max_pixels,
            segmenter='depth',
        )
    )  # fmt: skip
    grounder.load()
    evidence = [grounder.evidence(p.to_frame(), p.instruction) for p in pictures]
    fit = Calibration.fit(evidence, [p.present for p in pictures], arguments.prompts)
    print(
        f'{fit.kind.value} below {fit.threshold:.3f} is NOT_FOUND: {fit.found:.0%} of what is '
        f'there is found, {fit.rejected:.0%} of what is not is rejected ({fit.samples} pictures)'
    )
    print(f'written to {fit.save(arguments.checkpoint)}')
    return 0


def _quantize(arguments: argparse.Namespace) -> int:
    sizes = quantize(arguments.checkpoint, arguments.out, Quantization(arguments.weights))
    for part, (before, after) in sorted(sizes.items()):
        print(f'{part:<11} {before / 1e6:9.1f} MB -> {after / 1e6:9.1f} MB ({after / before:.0%})')
    total = [sum(size[i] for size in sizes.values()) for i in (0, 1)]
    print(f'{"whole":<11} {total[0] / 1e6:9.1f} MB -> {total[1] / 1e6:9.1f} MB')
    prompts = PromptSet.from_yaml(find_prompts(arguments.prompts))
    models = []
    for folder in (arguments.checkpoint, arguments.out):
        model = VisionLanguageModel.load(folder, arguments.device, arguments.dtype)
        speed = measure_speed(model, prompts, 640, 360, arguments.max_pixels)
        print(f'{folder}: {speed.tokens_per_s:.1f} tokens/s')
        models.append(model)
    if arguments.set is not None:
        pictures = read_labelled_set(arguments.set)
        agreement = compare(models[0], models[1], prompts, pictures, arguments.max_pixels)
        print(
            f'{agreement.equal:.0%} of {agreement.count} answers are equal, mean IoU of the '
            f'boxes {agreement.mean_iou:.3f}'
        )
    print(f'fit NOT_FOUND anew: realvlg model calibrate {arguments.out} SET')
    return 0


def _bench(arguments: argparse.Namespace) -> int:
    model, prompts = _load(arguments)
    width, height = arguments.size
    speed = measure_speed(model, prompts, width, height, arguments.max_pixels)
    print(f'picture        {width}x{height} px, {speed.tokens} tokens')
    print(f'prefill        {speed.prefill_s * 1e3:.0f} ms')
    print(f'first answer   {speed.answer_s * 1e3:.0f} ms, {speed.passes} passes')
    print(f'second answer  {speed.second_s * 1e3:.0f} ms ({speed.second_s / speed.answer_s:.0%})')
    print(f'decoding       {speed.tokens_per_s:.1f} tokens/s')
    print(f'cache          {speed.cache_bytes / 1e6:.1f} MB')
    return 0
