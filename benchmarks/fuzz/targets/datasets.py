"""Files that list a data set, and lines of an evaluation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.fuzz.target import Target
from realvlg_ros.evaluation.dataset import Expected, Problem, open_dataset
from realvlg_ros.evaluation.run.group_result import GroupResult
from realvlg_ros.evaluation.scoring.outcome import Outcome
from realvlg_ros.evaluation.scoring.reply import ReplyStatus
from realvlg_ros.evaluation.scoring.score import Score

_BOX, _CORNERS = [2, 3, 30, 20], [5, 15, 25, 15, 25, 9, 5, 9]
_SEEN = {
    'made_by': 'hand', 'absent': ['the green mug'], 'split': 'seen',
    'objects': [
        {'name': 'a', 'phrase': 'the red mug', 'box_xyxy': _BOX, 'decided_by': 'noun',
         'mask': 'color.png', 'grasps': [_CORNERS], 'contact_points': [[1, 2, 3, 4]]},
        {'name': 'b', 'phrase': 'the mug', 'box_xyxy_approx': _BOX, 'decided_by': 'ambiguous'},
    ],
}  # fmt: skip
_RENDERED = {
    'world': 'w',
    'objects': [{'id': 1, 'label': 'red mug', 'box_xyxy': _BOX, 'visible_px': 400},
                {'id': 2, 'label': 'can', 'box_xyxy': None, 'visible_px': 0}],
}  # fmt: skip
_METADATA = [
    {'image_name': 'color.png', 'image_path': 'color.png', 'object_id': 1,
     'mask_path': 'color.png', 'description': 'the red mug', 'label': 'mug', 'bbox': _BOX,
     'grasps': [_CORNERS], 'contact_points': [[1, 2, 3, 4]], 'split': 'novel'},
]  # fmt: skip
_EXPRESSIONS = {
    'data': [
        {'image_filename': 'seq,im.png', 'question': 'the red mug', 'question_index': 0,
         'target': 'mug_1', 'answer': 1, 'box': [2, 3, 28, 17], 'program': [],
         'grasps': [[[5, 15], [5, 9], [25, 9], [25, 15]]]},
    ],
}  # fmt: skip
_SCORE = Score(
    'a#b', 'a', '', 'the mug', 'mug', 'seen', 'name', Expected.OBJECT, ReplyStatus.OK, 'seen', 0.9,
    Outcome.RIGHT, True, {'iou': 0.8}, True, True, 0.8, {'box': [1.0, 2.0, 3.0, 4.0]},
)  # fmt: skip
_LINE = GroupResult('a', (_SCORE,), (Problem('m.json', 'is damaged'),), 1, 2).line()


def _seed(name: str, values: object, _: Path) -> Mapping[str, bytes]:
    return {name: json.dumps(values, indent=1).encode()}


def _picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((24, 32), 1, np.uint8))


def _use(name: str, pictures: tuple[str, ...], opened: str, data: bytes, folder: Path) -> object:
    """Read every sample of a data set with one file that was changed, and its masks."""
    with TemporaryDirectory(dir=folder) as inner:
        root = Path(inner)
        for picture in pictures:
            _picture(root / picture)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        read = [group.read() for group in open_dataset(root / opened).groups]
        for sample in (sample for each in read for sample in each.samples):
            if sample.truth.mask is not None:
                sample.truth.mask.load(24, 32)
        return read


def _line(data: bytes, _: Path) -> object:
    return GroupResult.from_line(data.decode('utf-8', 'surrogateescape'))


_OCID = ('seq/rgb/im.png', 'seq/seg_mask_instances_combi/im.png')
TARGETS = (
    Target(
        'objects_seen.json', partial(_seed, 'o.json', _SEEN),
        partial(_use, 'objects_seen.json', ('color.png',), '.'), weight=3,
    ),
    Target(
        'rendered labels', partial(_seed, 'l.json', _RENDERED),
        partial(_use, 'labels.json', ('color.png', 'instance_ids.png'), '.'), weight=3,
    ),
    Target(
        'metadata of RealVLG', partial(_seed, 'm.json', _METADATA),
        partial(_use, 'm.json', ('color.png',), 'm.json'), weight=3,
    ),
    Target(
        'expressions of OCID-VLG', partial(_seed, 'e.json', _EXPRESSIONS),
        partial(_use, 'refer/unique/test_expressions.json', _OCID, '.'), weight=3,
    ),
    Target('line of an evaluation', lambda _: {'r.json': _LINE.encode()}, _line, weight=4),
)  # fmt: skip
