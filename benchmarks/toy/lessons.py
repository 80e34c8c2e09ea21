"""Questions about drawn scenes, packed into batches for training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.tiny_qwen import train_vocabulary
from benchmarks.toy.answers import token_weights
from benchmarks.toy.conventions import CONVENTIONS
from benchmarks.toy.picture_tokens import cells_of, coverage, patches_of, twice_angle
from benchmarks.toy.scenes import (
    COLORS,
    IMAGE_SIZES,
    KINDS,
    MAX_PIXELS,
    SIDES,
    DrawnScene,
    Shape,
    draw_scene,
)
from realvlg_ros.grounding.realvlg.coordinates import AnswerFrame, Convention, feed_size
from realvlg_ros.grounding.realvlg.model.session import chat_prompt
from realvlg_ros.grounding.realvlg.model.text_tokens import TextTokens
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task
from realvlg_ros.image_region import Box

HERE = Path(__file__).parent
_QUESTIONS = 5
_POOL = 500
# Thousandths have most digits, and take most practice.
_CONVENTION_SHARES = (0.25, 0.25, 0.5)
_PROBE_SHARE, _GRASP_SHARE = 0.12, 0.42
_FACTOR = 28


@dataclass(frozen=True)
class Lesson:
    """One question with its answer.

    Attributes:
        ids: question and answer, from after the picture on.
        weights: of each token as a target; 0 for the question.
        box: normalised centre and size of the asked shape, and for a bar cos and sin of twice
            its angle, else zeros (6,); None when it is not there.
        asked: index of the last token of the question.
        shape: the asked shape, or None when it is not there.
    """

    ids: list[int]
    weights: list[float]
    box: tuple[float, ...] | None
    asked: int
    shape: Shape | None


def load_prompts() -> dict[Convention, PromptSet]:
    """The toy's prompts by convention."""
    return {c: PromptSet.from_yaml(HERE / f'prompts_{c.value}.yaml') for c in CONVENTIONS}


def make_tokenizer() -> Any:
    """A vocabulary whose words are one token each."""
    texts = ['user\n', 'assistant\n', 'yes', 'no', '(1,1,1,1)', '(1,1,-1,1)']
    for prompts in load_prompts().values():
        for color in COLORS:
            for kind in KINDS:
                for side in ('', *(f'{s} ' for s in SIDES)):
                    words = f'the {side}{color} {kind}'
                    texts += [p.ask(words) for p in prompts.tasks.values()]
                    texts += [prompts.probe.ask(words)] if prompts.probe else []
    return train_vocabulary(texts * 2, 420)


class Teacher:
    """Makes batches of pictures with questions."""

    def __init__(self, tokens: TextTokens, seed: int) -> None:
        self._tokens = tokens
        self._prompts = load_prompts()
        self._rng = np.random.default_rng(seed)
        self._pool: dict[tuple[int, int], list[tuple[DrawnScene, np.ndarray]]] = {}
        self._prefix = chat_prompt(tokens, '', 1, 'x')
        self._image = tokens.special('<|image_pad|>')
        self._end = tokens.special('<|im_end|>')

    def batch(self, pictures: int) -> dict[str, torch.Tensor]:
        """A batch of pictures of one size, each with several questions packed behind it."""
        size = IMAGE_SIZES[int(self._rng.integers(len(IMAGE_SIZES)))]
        feed = feed_size(*size, _FACTOR, 4 * 28 * 28, MAX_PIXELS)
        drawn = [self._scene(size) for _ in range(pictures)]
        scenes = [scene for scene, _ in drawn]
        pixels = np.concatenate([patches for _, patches in drawn])
        grid = (feed.height // 14, feed.width // 14)
        lessons = [[self._lesson(s, size, feed) for _ in range(_QUESTIONS)] for s in scenes]
        batch = self._pack(lessons, grid, size)
        batch['pixel_values'] = torch.from_numpy(pixels)
        batch['image_grid_thw'] = torch.tensor([[1, *grid]]).repeat(pictures, 1)
        batch['cells'] = torch.from_numpy(np.stack([cells_of(s, size, grid) for s in scenes]))
        return batch

    def _scene(self, size: tuple[int, int]) -> tuple[DrawnScene, np.ndarray]:
        """A picture with its patches; two of three are shown again, for other questions."""
        pool = self._pool.setdefault(size, [])
        if len(pool) >= _POOL and self._rng.random() < 2 / 3:
            return pool[int(self._rng.integers(len(pool)))]
        feed = feed_size(*size, _FACTOR, 4 * 28 * 28, MAX_PIXELS)
        scene = draw_scene(self._rng, size)
        drawn = scene, patches_of(scene.image, feed.width, feed.height)
        if len(pool) < _POOL:
            pool.append(drawn)
        else:
            pool[int(self._rng.integers(len(pool)))] = drawn
        return drawn

    def _lesson(self, scene: DrawnScene, size: tuple[int, int], feed: Any) -> Lesson:
        rng = self._rng
        draw = rng.random()
        bars = [shape for shape in scene.shapes if shape.kind == 'bar']
        grasp = bool(bars) and draw > 1 - _GRASP_SHARE
        asked = bars if grasp else scene.shapes
        shape = asked[int(rng.integers(len(asked)))]
        convention = CONVENTIONS[int(rng.choice(3, p=_CONVENTION_SHARES))]
        prompts = self._prompts[convention]
        if draw < _PROBE_SHARE and prompts.probe is not None:
            present = rng.random() < 0.5
            absent = str(rng.choice(scene.absent_colors))
            words = scene.words(shape) if present else f'the {absent} {rng.choice(KINDS)}'
            question, answer = prompts.probe.ask(words), ('no', 'yes')[present]
            return self._encode(question, answer, None, shape if present else None)
        frame = AnswerFrame.of(convention, Box(0, 0, *size), size, feed)
        box = shape.box
        target = (
            box.center[0] / size[0], box.center[1] / size[1],
            box.width / size[0], box.height / size[1], *twice_angle(shape),
        )  # fmt: skip
        prompt = prompts.task(Task.GRASP if grasp else Task.BOX)
        values = frame.from_rectangle(shape.rectangle) if grasp else frame.from_box(box)
        return self._encode(
            prompt.ask(scene.words(shape)),
            prompt.write(values, scene.words(shape)),
            target,
            shape,
            angle=2 if grasp else -1,
        )

    def _encode(
        self, question: str, answer: str, box: tuple[float, ...] | None, shape: Shape | None,
        angle: int = -1,
    ) -> Lesson:  # fmt: skip
        whole = chat_prompt(self._tokens, '', 1, question)
        start = whole.index(self._image) + 1
        asked, written = whole[start:], self._tokens.encode(answer)
        pieces = [self._tokens.decode([token]) for token in written]
        weights = [0.0] * len(asked) + token_weights(pieces, angle) + [0.3]
        return Lesson([*asked, *written, self._end], weights, box, len(asked) - 1, shape)

    def _pack(
        self, lessons: list[list[Lesson]], grid: tuple[int, int], size: tuple[int, int]
    ) -> dict[str, torch.Tensor]:
        rows, columns = grid[0] // 2, grid[1] // 2
        start = self._prefix.index(self._image)
        head = [*self._prefix[:start], *[self._image] * (rows * columns)]
        longest = max(len(lesson.ids) for many in lessons for lesson in many)
        length = len(head) + _QUESTIONS * longest
        ids = torch.zeros(len(lessons), length, dtype=torch.long)
        weights = torch.zeros(len(lessons), length)
        boxes = torch.full((len(lessons), _QUESTIONS, 6), math.nan)
        asked = torch.zeros(len(lessons), _QUESTIONS, dtype=torch.long)
        looked = torch.zeros(len(lessons), _QUESTIONS, rows * columns)
        ids[:, : len(head)] = torch.tensor(head)
        for row, many in enumerate(lessons):
            for index, lesson in enumerate(many):
                at = len(head) + index * longest
                ids[row, at : at + len(lesson.ids)] = torch.tensor(lesson.ids)
                weights[row, at : at + len(lesson.ids)] = torch.tensor(lesson.weights)
                asked[row, index] = at + lesson.asked
                if lesson.shape is not None:
                    share = torch.from_numpy(coverage(lesson.shape, size, rows, columns))
                    looked[row, index] = share / share.sum()
                if lesson.box is not None:
                    boxes[row, index] = torch.tensor(lesson.box)
        return {
            'input_ids': ids, 'weights': weights, 'boxes': boxes, 'asked': asked,
            'looked': looked,
            'position_ids': _positions(start, rows, columns, longest, len(lessons)),
            'attention_mask': _block_mask(len(head), longest),
            'image_span': torch.tensor([start, start + rows * columns]),
        }  # fmt: skip


def _positions(start: int, rows: int, columns: int, longest: int, batch: int) -> torch.Tensor:
    """Rotary positions (3, batch, n); every question begins right after the picture."""
    text = torch.arange(start).expand(3, -1)
    grid = torch.stack(
        [
            torch.zeros(rows * columns, dtype=torch.long),
            torch.arange(rows).repeat_interleave(columns),
            torch.arange(columns).repeat(rows),
        ]
    )
    after = start + max(rows, columns) + torch.arange(longest).repeat(_QUESTIONS)
    positions = torch.cat([text, grid + start, after.expand(3, -1)], dim=1)
    return positions[:, None].expand(3, batch, -1)


def _block_mask(head: int, longest: int) -> torch.Tensor:
    """(1, 1, n, n) additive: causal, and no question sees another."""
    length = head + _QUESTIONS * longest
    block = torch.full((length,), -1)
    block[head:] = torch.arange(_QUESTIONS).repeat_interleave(longest)
    seen = torch.tril(torch.ones(length, length, dtype=torch.bool))
    seen &= (block[None, :] == -1) | (block[None, :] == block[:, None])
    return torch.where(seen, 0.0, torch.finfo(torch.float32).min)[None, None]
