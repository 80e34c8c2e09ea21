"""Annotations as RLDS by tensorflow-datasets: an object is an episode of one step."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...boundary import Boundary
from ...errors import AnnotationError
from ...json_text import to_json_text
from ...optional import import_optional
from .labelled import Labelled, make_folder
from .steps import BOX, CONTACTS, POSE, RECTANGLE, Step, facts_of, of_one_size

_NAME, _VERSION = 'realvlg_annotations', '1.0.0'


def export_rlds(folder: Path, labelled: Sequence[Labelled]) -> str:
    """Write an RLDS dataset; returns what was written, in words.

    Raises:
        AnnotationError: the folder is not empty, or an image is not where it was.
        MissingDependencyError: tensorflow-datasets is not installed.
    """
    words = 'no RLDS dataset can be written', 'install tensorflow-datasets and tensorflow'
    tfds = import_optional('tensorflow_datasets', *words)
    import_optional('tensorflow', *words)
    make_folder(folder)
    fitting, (width, height) = of_one_size(labelled)
    with Boundary(str(folder), AnnotationError).guard('cannot be written as RLDS'):
        builder = _builder(tfds, folder, fitting, (height, width, 3))
        builder.download_and_prepare(file_format='tfrecord')
    left = len(labelled) - len(fitting)
    said = f'; {left} left out, whose images are not {width}x{height}' if left else ''
    return f'{folder}: {len(fitting)} objects{said}'


def _builder(
    tfds: Any, folder: Path, labelled: Sequence[Labelled], shape: tuple[int, int, int]
) -> Any:
    """The builder of tensorflow-datasets, a class of its own each time."""
    features = _features(tfds, shape)

    class RealvlgAnnotations(tfds.core.GeneratorBasedBuilder):  # type: ignore[misc]
        name = _NAME
        VERSION = tfds.core.Version(_VERSION)
        pkg_dir_path = folder

        def _info(self) -> Any:
            return tfds.core.DatasetInfo(builder=self, features=features)

        def _split_generators(self, manager: Any) -> Any:
            return {'train': self._generate_examples()}

        def _generate_examples(self) -> Iterator[tuple[str, Any]]:
            for each in labelled:
                yield f'{each.image.name}-{each.item.number}', _episode(each)

    return RealvlgAnnotations(data_dir=folder)


def _features(tfds: Any, shape: tuple[int, int, int]) -> Any:
    kinds = tfds.features

    def numbers(names: Sequence[str]) -> Any:
        return kinds.Tensor(shape=(len(names),), dtype=np.float32)

    step = {
        'observation': {'image': kinds.Image(shape=shape), 'box': numbers(BOX)},
        'action': {
            'pose': numbers((*POSE, 'opening')),
            'rectangle': numbers(RECTANGLE),
            'contacts': numbers(CONTACTS),
        },
        'reward': np.float32,
        'discount': np.float32,
        'is_first': np.bool_,
        'is_last': np.bool_,
        'is_terminal': np.bool_,
        'language_instruction': kinds.Text(),
    }
    metadata = {'facts': kinds.Text()}
    return kinds.FeaturesDict({'steps': kinds.Dataset(step), 'episode_metadata': metadata})


def _episode(each: Labelled) -> dict[str, Any]:
    step = Step(each)
    values = {
        'observation': {
            'image': io.BytesIO(step.image),
            'box': np.asarray(step.box, np.float32),
        },
        'action': {
            'pose': np.asarray(step.action, np.float32),
            'rectangle': np.asarray(step.rectangle, np.float32),
            'contacts': np.asarray(step.contacts, np.float32),
        },
        'reward': np.float32(1),
        'discount': np.float32(1),
        'is_first': True,
        'is_last': True,
        'is_terminal': True,
        'language_instruction': step.instruction,
    }
    return {'steps': [values], 'episode_metadata': {'facts': to_json_text(facts_of(each))}}
