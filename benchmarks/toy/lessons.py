"""Questions about drawn scenes, packed into batches for training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from benchmarks.tiny_qwen import train_vocabulary
from benchmarks.toy.scenes import (
    COLORS,
    IMAGE_SIZES,
    KINDS,
    MAX_PIXELS,
    SIDES,
    Scene,
    Shape,
    draw_scene,
)
from realvlg_ros.grounding.realvlg.coordinates import AnswerFrame, Convention, feed_size
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task
from realvlg_ros.grounding.realvlg.session import chat_prompt
from realvlg_ros.grounding.realvlg.text_tokens import TextTokens
from realvlg_ros.image_region import Box

HERE = Path(__file__).parent
_QUESTIONS = 5
_POOL = 500
# Thousandths have most digits, and take most practice.
_CONVENTION_SHARES = (0.25, 0.25, 0.5)
_PROBE_SHARE, _GRASP_SHARE = 0.12, 0.42
_FACTOR = 28
_DIGIT_WEIGHTS = (1.0, 0.6, 0.2)
_ANGLE_WEIGHT = 1.5
_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
_DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


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
    return {c: PromptSet.from_yaml(HERE / f'prompts_{c.value}.yaml') for c in Convention}


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
        self._pool: dict[tuple[int, int], list[tuple[Scene, np.ndarray]]] = {}
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
        batch['cells'] = torch.from_numpy(np.stack([_cells(s, size, grid) for s in scenes]))
        return batch

    def _scene(self, size: tuple[int, int]) -> tuple[Scene, np.ndarray]:
        """A picture with its patches; two of three are shown again, for other questions."""
        pool = self._pool.setdefault(size, [])
        if len(pool) >= _POOL and self._rng.random() < 2 / 3:
            return pool[int(self._rng.integers(len(pool)))]
        feed = feed_size(*size, _FACTOR, 4 * 28 * 28, MAX_PIXELS)
        scene = draw_scene(self._rng, size)
        drawn = scene, _patches(scene.image, feed.width, feed.height)
        if len(pool) < _POOL:
            pool.append(drawn)
        else:
            pool[int(self._rng.integers(len(pool)))] = drawn
        return drawn

    def _lesson(self, scene: Scene, size: tuple[int, int], feed: Any) -> Lesson:
        rng = self._rng
        draw = rng.random()
        bars = [shape for shape in scene.shapes if shape.kind == 'bar']
        grasp = bool(bars) and draw > 1 - _GRASP_SHARE
        asked = bars if grasp else scene.shapes
        shape = asked[int(rng.integers(len(asked)))]
        convention = list(Convention)[int(rng.choice(3, p=_CONVENTION_SHARES))]
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
            box.width / size[0], box.height / size[1], *_twice_angle(shape),
        )  # fmt: skip
        prompt = prompts.task(Task.GRASP if grasp else Task.BOX)
        answer = _rectangle_answer(shape, frame) if grasp else _box_answer(box, frame)
        return self._encode(
            prompt.ask(scene.words(shape)), answer, target, shape, angle=2 if grasp else -1
        )

    def _encode(
        self, question: str, answer: str, box: tuple[float, ...] | None, shape: Shape | None,
        angle: int = -1,
    ) -> Lesson:  # fmt: skip
        whole = chat_prompt(self._tokens, '', 1, question)
        start = whole.index(self._image) + 1
        asked, written = whole[start:], self._tokens.encode(answer)
        pieces = [self._tokens.decode([token]) for token in written]
        weights = [0.0] * len(asked) + _token_weights(pieces, angle) + [0.3]
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
                    share = torch.from_numpy(_coverage(lesson.shape, size, rows, columns))
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


def _patches(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Patches as Qwen2VLImageProcessor makes them: (n, 3 * 2 * 14 * 14), normalised."""
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
    values = (np.asarray(resized, np.float32) / 255 - _MEAN) / _DEVIATION
    rows, columns = height // 28, width // 28
    grid = values.transpose(2, 0, 1).reshape(3, rows, 2, 14, columns, 2, 14)
    patches = grid.transpose(1, 4, 2, 5, 0, 3, 6)[:, :, :, :, :, None]
    return np.repeat(patches, 2, axis=5).reshape(rows * columns * 4, -1)


def _cells(scene: Scene, size: tuple[int, int], grid: tuple[int, int]) -> np.ndarray:
    """What each image token should know: its place, and the share of it that each colour covers.

    (tokens, 4 + colours): column and row from 0 to 1, the bars' axes, then the shares.
    """
    rows, columns = grid[0] // 2, grid[1] // 2
    y, x = np.mgrid[:rows, :columns]
    place = np.stack([(x + 0.5) / columns, (y + 0.5) / rows], axis=-1).reshape(-1, 2)
    covered, axis = np.zeros((rows * columns, len(COLORS))), np.zeros((rows * columns, 2))
    for shape in scene.shapes:
        index = list(COLORS).index(shape.color)
        share = _coverage(shape, size, rows, columns)
        covered[:, index] = np.maximum(covered[:, index], share)
        axis += share[:, None] * _twice_angle(shape)
    return np.concatenate([place, axis, covered], axis=1).astype(np.float32)


def _twice_angle(shape: Shape) -> tuple[float, float]:
    """Cos and sin of twice a bar's angle, which have no jump; zeros for other shapes."""
    if shape.kind != 'bar':
        return 0.0, 0.0
    return math.cos(2 * shape.angle), math.sin(2 * shape.angle)


def _coverage(shape: Shape, size: tuple[int, int], rows: int, columns: int) -> np.ndarray:
    """Share of each image token's cell (rows * columns,) that the shape's box covers."""
    y, x = np.mgrid[:rows, :columns]
    low = np.stack([x / columns, y / rows], axis=-1).reshape(-1, 2)
    cell = np.array([1 / columns, 1 / rows])
    first = np.array([shape.box.x_min / size[0], shape.box.y_min / size[1]])
    last = np.array([shape.box.x_max / size[0], shape.box.y_max / size[1]])
    overlap = np.minimum(low + cell, last) - np.maximum(low, first)
    share: np.ndarray = np.prod(np.clip(overlap, 0, None) / cell, axis=1)
    return share


def _box_answer(box: Box, frame: AnswerFrame) -> str:
    x1, y1 = frame.from_image(box.x_min, box.y_min)
    x2, y2 = frame.from_image(box.x_max, box.y_max)
    left, top = min(max(round(x1), 0), frame.width - 1), min(max(round(y1), 0), frame.height - 1)
    right = min(max(round(x2), left + 1), frame.width)
    bottom = min(max(round(y2), top + 1), frame.height)
    return f'({left},{top},{right},{bottom})'


def _rectangle_answer(shape: Shape, frame: AnswerFrame) -> str:
    """Centre, angle and opening in the answer's own units; both may be scaled unevenly."""
    rectangle = shape.rectangle
    x, y = frame.from_image(rectangle.x, rectangle.y)
    opening = rectangle.opening_axis * rectangle.width / (frame.scale_x, frame.scale_y)
    degrees = round(math.degrees(math.atan2(opening[1], opening[0])))
    degrees = degrees + 180 if degrees <= -90 else degrees - 180 if degrees > 90 else degrees
    return f'({round(x)},{round(y)},{degrees},{max(round(float(np.hypot(*opening))), 1)})'


def _token_weights(pieces: list[str], angle: int) -> list[float]:
    """Weights of an answer's tokens: leading digits and the angle count most, fixed text little.

    Args:
        pieces: text of each token: a word, or digits between brackets and commas.
        angle: which of the numbers is an angle; -1 when none.
    """
    if len(pieces) == 1:
        return [1.0]
    weights, number, place = [], 0, 0
    for piece in pieces:
        if piece.isdigit():
            weight = _DIGIT_WEIGHTS[min(place, 2)]
            place += 1
        else:
            number, place = number + piece.count(','), 0
            # The sign of an angle comes with the comma before it.
            weight = 1.0 if number == angle else 0.5
        weights.append(_ANGLE_WEIGHT * weight if number == angle else weight)
    return weights
