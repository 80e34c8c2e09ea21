"""Draws an answer in the true scene, without noise or holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.honesty.answer import Answer
from benchmarks.honesty.scenes import CAMERA
from benchmarks.honesty.shots import Shot
from realvlg_ros.drawing.scene_view import draw_scene
from realvlg_ros.grasping.grasp import Grasp
from realvlg_ros.grasping.gripper import Gripper

_CAPTION_PX, _COLUMNS = 26, 110


@dataclass(frozen=True, eq=False)
class Sight:
    """An answer of OK with what the camera sent.

    Attributes:
        answer: judged.
        shot: of its frame.
        grasp: the best one, in the true optical frame.
    """

    answer: Answer
    shot: Shot
    grasp: Grasp


def draw(sights: Sequence[Sight], gripper: Gripper, path: Path) -> None:
    """Write one row for each answer: the gripper in the true scene, from two sides, in a PNG."""
    rows = []
    for sight in sights:
        rendered = sight.shot.rendered
        frame = replace(
            rendered.frame, color=sight.shot.color, depth=rendered.clean_depth, camera=CAMERA
        )
        answer, verdict = sight.answer, sight.answer.verdict
        words = '' if verdict is None else f'{verdict.cause.value}: {verdict.words}'
        caption = f'{answer.seed} goal {answer.number}, {answer.kind}: {words}'
        row = draw_scene(frame, sight.grasp, gripper)
        strip = np.full((_CAPTION_PX, row.shape[1], 3), 255, np.uint8)
        cv2.putText(
            strip, caption[:_COLUMNS], (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1,
            cv2.LINE_AA,
        )  # fmt: skip
        rows += [strip, row]
    cv2.imwrite(str(path), np.concatenate(rows)[..., ::-1])
