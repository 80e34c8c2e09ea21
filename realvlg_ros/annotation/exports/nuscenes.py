"""Boxes in space in the tables of nuScenes (Caesar et al. 2020), of one camera, CAM_FRONT.

Each image is a sample; all are one scene in their order, and their time stamps are numbers, since
nothing is known of their times. The ego and the global frame are one: that of the level camera,
x ahead, y left, z up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import FloatArray
from ...boundary import Boundary
from ...errors import AnnotationError
from ...json_text import to_json_text
from ...transforms import make_transform, to_quaternion
from ..annotation import AnnotatedImage
from .labelled import Labelled, as_png, by_image, make_folder
from .level import LevelBox, intrinsics, level_boxes

VERSION = 'v1.0-realvlg'
_CHANNEL = 'CAM_FRONT'
# From the level camera's frame to the ego's: x ahead, y left, z up. From nuScenes.
_EGO_FROM_LEVEL = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
# Bins of the share of an object that is seen. From nuScenes.
_VISIBILITIES = (('1', 'v0-40'), ('2', 'v40-60'), ('3', 'v60-80'), ('4', 'v80-100'))
# The pose of what does not move. From nuScenes: w, x, y, z.
_STILL = {'rotation': [1.0, 0.0, 0.0, 0.0], 'translation': [0.0, 0.0, 0.0]}


def export_nuscenes(folder: Path, labelled: Sequence[Labelled]) -> str:
    """Write the 13 tables and the images; returns what was written, in words.

    Raises:
        AnnotationError: the folder is not empty, or an image is not where it was.
    """
    make_folder(folder)
    tables = _Tables()
    images = [(image, items) for image, items in by_image(labelled) if image.up is not None]
    with Boundary(str(folder), AnnotationError).guard('cannot be written'):
        (folder / 'samples' / _CHANNEL).mkdir(parents=True)
        (folder / VERSION).mkdir()
        for image, items in images:
            (folder / 'samples' / _CHANNEL / f'{image.name}.png').write_bytes(as_png(image))
            tables.add(image, items)
        for name, rows in tables.finished().items():
            (folder / VERSION / f'{name}.json').write_text(to_json_text(rows, indent=0) + '\n')
    return f'{folder}: {tables.count} boxes of {len(labelled)} objects'


class _Tables:
    """Rows of the tables, by their names."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                'calibrated_sensor', 'ego_pose', 'instance', 'sample', 'sample_annotation',
                'sample_data', 'category',
            )
        }  # fmt: skip
        self._categories: dict[str, str] = {}

    @property
    def count(self) -> int:
        """Boxes so far."""
        return len(self._rows['sample_annotation'])

    def add(self, image: AnnotatedImage, items: list[Labelled]) -> None:
        """Add an image with its boxes."""
        boxes, rotation = level_boxes(items, image)
        if rotation is None:
            return
        number, rows = len(self._rows['sample']), self._rows
        calibration = {
            'token': _token('calibrated_sensor', image.name),
            'sensor_token': _token('sensor', _CHANNEL),
            'translation': [0.0, 0.0, 0.0],
            'rotation': _wxyz(_EGO_FROM_LEVEL @ rotation),
            'camera_intrinsic': intrinsics(image).tolist(),
        }
        rows['calibrated_sensor'].append(calibration)
        pose = {'token': _token('ego_pose', image.name), 'timestamp': number, **_STILL}
        rows['ego_pose'].append(pose)
        sample = {
            'token': _token('sample', image.name),
            'timestamp': number,
            'scene_token': _token('scene'),
        }
        rows['sample'].append(sample)
        rows['sample_data'].append(
            {
                'token': _token('sample_data', image.name),
                'sample_token': sample['token'],
                'ego_pose_token': pose['token'],
                'calibrated_sensor_token': calibration['token'],
                'timestamp': number,
                'fileformat': 'png',
                'is_key_frame': True,
                'width': image.width,
                'height': image.height,
                'filename': f'samples/{_CHANNEL}/{image.name}.png',
            }
        )
        for box in boxes:
            self._add_box(image, box)

    def finished(self) -> dict[str, list[dict[str, Any]]]:
        """All tables."""
        rows = self._rows
        for name in ('sample', 'sample_data'):
            _link(rows[name])
        samples = [row['token'] for row in rows['sample']]
        log = {'token': _token('log'), 'logfile': '', 'vehicle': '', 'date_captured': ''}
        scene = {
            'token': _token('scene'), 'log_token': log['token'], 'nbr_samples': len(samples),
            'first_sample_token': samples[0] if samples else '',
            'last_sample_token': samples[-1] if samples else '', 'name': 'scene-0001',
            'description': 'annotations of realvlg_ros',
        }  # fmt: skip
        sensor = {'token': _token('sensor', _CHANNEL), 'channel': _CHANNEL, 'modality': 'camera'}
        return {
            **rows,
            'sensor': [sensor],
            'scene': [scene],
            'log': [{**log, 'location': ''}],
            'map': [],
            'attribute': [],
            'visibility': [
                {'token': token, 'level': level, 'description': level}
                for token, level in _VISIBILITIES
            ],
        }

    def _add_box(self, image: AnnotatedImage, box: LevelBox) -> None:
        label = box.each.item.label or 'object'
        if label not in self._categories:
            self._categories[label] = _token('category', label)
            self._rows['category'].append(
                {'token': self._categories[label], 'name': label, 'description': ''}
            )
        key = image.name, str(box.each.item.number)
        token, instance = _token('sample_annotation', *key), _token('instance', *key)
        self._rows['instance'].append(
            {
                'token': instance,
                'category_token': self._categories[label],
                'nbr_annotations': 1,
                'first_annotation_token': token,
                'last_annotation_token': token,
            }
        )
        cos, sin = np.cos(box.turn), np.sin(box.turn)
        along = _EGO_FROM_LEVEL @ np.array([cos, 0.0, -sin])
        up = np.array([0.0, 0.0, 1.0])
        axes = np.stack([along, np.cross(up, along), up], axis=1)
        self._rows['sample_annotation'].append(
            {
                'token': token,
                'sample_token': _token('sample', image.name),
                'instance_token': instance,
                'visibility_token': '',
                'attribute_tokens': [],
                'translation': (_EGO_FROM_LEVEL @ box.center).tolist(),
                'size': [box.width, box.length, box.height],
                'rotation': _wxyz(axes),
                'prev': '',
                'next': '',
                'num_lidar_pts': 0,
                'num_radar_pts': 0,
                'description': box.each.item.description,
            }
        )


def _link(rows: list[dict[str, Any]]) -> None:
    """Name the row before and the row after."""
    tokens = ['', *(row['token'] for row in rows), '']
    for row, before, after in zip(rows, tokens, tokens[2:], strict=False):
        row.update(prev=before, next=after)


def _wxyz(rotation: FloatArray) -> list[float]:
    x, y, z, w = to_quaternion(make_transform(rotation, (0, 0, 0))).tolist()
    return [w, x, y, z]


def _token(*words: str) -> str:
    """32 hexadecimal digits, the same each time."""
    return hashlib.sha256('\n'.join(words).encode()).hexdigest()[:32]
