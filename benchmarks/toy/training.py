"""Trains the toy model: `python -m benchmarks.toy.training --out FOLDER`.

So small a model learns coordinates in minutes on one core by: few image tokens; a rotary base that
separates neighbouring columns (theta 10); several questions packed behind one picture with a block
mask; Muon for the inner matrices; larger weights for leading digits; and auxiliary losses, in
training only: two output heads that predict the asked box at the end of the question and the place
and colours of each image token, and two attention heads supervised to attend to the asked shape.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers.utils.logging import disable_progress_bar

from benchmarks.tiny_qwen import make_qwen2_5_vl, save_checkpoint
from benchmarks.toy.lessons import Teacher, make_tokenizer
from benchmarks.toy.losses import SIZE, Gaze, Heads, losses, optimizers
from realvlg_ros.grounding.realvlg.model.text_tokens import TextTokens


@dataclass(frozen=True)
class Plan:
    """One training from random weights.

    Attributes:
        out: folder of the checkpoint.
        minutes: of processor time, so that a busy machine trains as much.
        pictures: in a batch.
        rate: learning rate of Muon; the rest has 0.15 of it.
        seed: of weights and pictures.
    """

    out: Path
    minutes: float = 45
    pictures: int = 12
    rate: float = 0.02
    seed: int = 0

    def learning_rate(self, done: float, step: int) -> float:
        """Warm-up, plateau, and cosine decay to 1 % of the rate."""
        rise = min(1.0, (step + 1) / 60)
        fall = 1.0 if done < 0.35 else 0.5 + 0.5 * math.cos(math.pi * (done - 0.35) / 0.65)
        return self.rate * max(rise * fall, 0.01)

    @staticmethod
    def help_weight(done: float) -> float:
        """Of the heads that exist in training only: the last quarter is for answers alone."""
        return min(max((0.75 - done) / 0.15, 0.0), 1.0)

    def loss(self, parts: dict[str, torch.Tensor], done: float) -> torch.Tensor:
        """The sum that is minimised."""
        total = parts['answer'] + 0.5 * parts['gaze']
        if weight := self.help_weight(done):
            heads = 2 * parts['box'] + 0.5 * parts['axis'] + parts['place'] + parts['color']
            total = total + weight * heads
        return total


def train(plan: Plan) -> None:
    """Train and write the checkpoint, now and then on the way too."""
    tokenizer = make_tokenizer()
    model = make_qwen2_5_vl(tokenizer, SIZE, plan.seed).train()
    heads, gaze = Heads(SIZE.text_width), Gaze(model)
    save_checkpoint(plan.out, model, tokenizer)
    teacher = Teacher(TextTokens(plan.out / 'tokenizer.json'), plan.seed)
    muon, adam = optimizers(model, heads, plan.rate)
    count = sum(p.numel() for p in model.parameters())
    print(f'{count / 1e6:.2f} M parameters', flush=True)
    begin = time.process_time()
    means: dict[str, float] = {}
    last, step = 0.0, 0
    while (done := (time.process_time() - begin) / 60 / plan.minutes) < 1:
        muon.param_groups[0]['lr'] = plan.learning_rate(done, step)
        adam.param_groups[0]['lr'] = 0.15 * plan.learning_rate(done, step)
        batch = teacher.batch(plan.pictures)
        with torch.autocast('cpu', torch.bfloat16):
            parts = losses(model, heads, batch)
            parts['gaze'] = gaze.loss(batch)
        plan.loss(parts, done).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in (muon, adam):
            optimizer.step()
            optimizer.zero_grad()
        for name, value in parts.items():
            means[name] = 0.97 * means.get(name, value.item()) + 0.03 * value.item()
        step += 1
        if done - last > 0.02:
            last = done
            line = ' '.join(f'{name} {value:.3f}' for name, value in means.items())
            print(f'{done:5.1%} step {step} {line}', flush=True)
            save_checkpoint(plan.out, model, tokenizer)
    save_checkpoint(plan.out, model.half(), tokenizer)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, required=True, help='folder of the checkpoint')
    parser.add_argument('--minutes', type=float, default=45, help='of processor time')
    parser.add_argument('--pictures', type=int, default=12, help='pictures in a batch')
    parser.add_argument('--rate', type=float, default=0.02, help='learning rate of Muon')
    parser.add_argument('--seed', type=int, default=0)
    torch.set_num_threads(1)
    disable_progress_bar()
    train(Plan(**vars(parser.parse_args())))


if __name__ == '__main__':
    main()
