"""Trains the toy model: `python -m benchmarks.toy.training --out FOLDER --minutes N`.

What lets so small a model learn coordinates in minutes of one core: few image tokens; rotary
frequencies slow enough to tell neighbouring columns apart (theta 10); several questions packed
behind one picture with a block mask; Muon for the inner matrices; leading digits weigh more; and
help that exists in training only: two heads that read the asked box from the end of the question
and each image token's own place and colours, and two attention heads that are shown where to look.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.tiny_qwen import make_qwen2_5_vl, save_checkpoint
from benchmarks.toy.lessons import Teacher, make_tokenizer
from benchmarks.toy.losses import SIZE, Gaze, Heads, losses, optimizers
from realvlg_ros.grounding.realvlg.text_tokens import TextTokens


@dataclass(frozen=True)
class Plan:
    """One stage of training.

    Attributes:
        out: folder of the checkpoint.
        minutes: how long.
        pictures: in a batch.
        rate: learning rate of Muon; the rest has 0.15 of it.
        seed: of weights and pictures.
        resume: checkpoint to go on from, or None.
        answers_only: without the heads that exist in training only.
    """

    out: Path
    minutes: float
    pictures: int
    rate: float
    seed: int
    resume: Path | None
    answers_only: bool

    def scale(self, done: float, step: int) -> float:
        """Factor of the learning rate: a rise, a plateau, a cosine to nearly nothing."""
        warm = min(1.0, (step + 1) / (100 if self.resume is None else 20))
        fall = 1.0 if done < 0.3 else 0.5 + 0.5 * math.cos(math.pi * (done - 0.3) / 0.7)
        return max(warm * fall, 0.01)

    def loss(self, parts: dict[str, torch.Tensor]) -> torch.Tensor:
        """The sum that is minimised."""
        total = parts['answer'] + 0.5 * parts['gaze']
        if self.answers_only:
            return total
        return total + 2 * parts['box'] + 0.5 * parts['axis'] + parts['place'] + parts['color']


def train(plan: Plan) -> None:
    """Train one stage and write the checkpoint, now and then too."""
    tokenizer = make_tokenizer()
    model = make_qwen2_5_vl(tokenizer, SIZE, plan.seed).train()
    if plan.resume is not None:
        model = type(model).from_pretrained(plan.resume, dtype=torch.float32).train()
    heads, gaze = Heads(SIZE.text_width), Gaze(model)
    save_checkpoint(plan.out, model, tokenizer)
    teacher = Teacher(TextTokens(plan.out / 'tokenizer.json'), plan.seed)
    steps = optimizers(model, heads, plan.rate)
    count = sum(p.numel() for p in model.parameters())
    print(f'{count / 1e6:.2f} M parameters', flush=True)
    begin = time.monotonic()
    means: dict[str, float] = {}
    last, step = 0.0, 0
    while (done := (time.monotonic() - begin) / 60 / plan.minutes) < 1:
        with torch.autocast('cpu', torch.bfloat16):
            batch = teacher.batch(plan.pictures)
            parts = losses(model, heads, batch)
            parts['gaze'] = gaze.loss(batch)
        for optimizer in steps:
            optimizer.zero_grad()
        plan.loss(parts).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, base in zip(steps, (plan.rate, 0.15 * plan.rate), strict=True):
            for group in optimizer.param_groups:
                group['lr'] = base * plan.scale(done, step)
            optimizer.step()
        for name, value in parts.items():
            means[name] = 0.97 * means.get(name, value.item()) + 0.03 * value.item()
        step += 1
        if done - last > 0.01:
            last = done
            line = ' '.join(f'{name} {value:.3f}' for name, value in means.items())
            print(f'{done:5.1%} step {step} {line}', flush=True)
            save_checkpoint(plan.out, model, tokenizer)
    save_checkpoint(plan.out, model.half(), tokenizer)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, required=True, help='folder of the checkpoint')
    parser.add_argument('--minutes', type=float, default=50)
    parser.add_argument('--pictures', type=int, default=12, help='pictures in a batch')
    parser.add_argument('--rate', type=float, default=0.02, help='learning rate of Muon')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--resume', type=Path, help='checkpoint to go on from')
    parser.add_argument(
        '--answers-only', action='store_true', help='without the heads of training: a last stage'
    )
    parser.add_argument('--threads', type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f'process {os.getpid()}', flush=True)
    train(
        Plan(
            arguments.out, arguments.minutes, arguments.pictures, arguments.rate,
            arguments.seed, arguments.resume, arguments.answers_only,
        )
    )  # fmt: skip


if __name__ == '__main__':
    main()
