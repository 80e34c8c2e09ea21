"""LeRobotDataset v3.0 with images: a folder of Parquet files, written by pyarrow alone.

The layout is that of https://github.com/huggingface/lerobot (lerobot/datasets): many episodes in
a file, their bounds in meta/episodes, PNG bytes in columns of the type image. The time of a frame
is its number by the rate, whenever it was taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import LabelError
from ...json_text import to_json_text
from ...optional import import_optional
from .column_stats import ColumnStats

VERSION = 'v3.0'
DATA_PATH = 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet'
EPISODES_PATH = 'meta/episodes/chunk-000/file-000.parquet'
# Files in a chunk, and MB in a file. From LeRobot v3.0.
_CHUNKS_SIZE, _DATA_MB, _VIDEO_MB = 1000, 100, 200
_COUNTERS = ('frame_index', 'episode_index', 'index', 'task_index')


@dataclass(frozen=True)
class Feature:
    """A column of frames.

    Attributes:
        dtype: image, float32, int64 or bool.
        shape: of one value; (height, width, 3) of an image.
        names: of its dimensions or elements.
    """

    dtype: str
    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class LeRobotEpisode:
    """One episode.

    Attributes:
        task: what was asked for, in words.
        frames: of each frame the value of every feature: PNG bytes of an image, a number for the
            shape (1,), a sequence of numbers otherwise. NaN is what is not known.
        facts: of the episode, by name; written into meta/provenance.jsonl.
    """

    task: str
    frames: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class _Bounds:
    """Where an episode's frames are."""

    task: str
    start: int
    stop: int
    file_index: int


def write_lerobot(
    folder: Path,
    episodes: Iterable[LeRobotEpisode],
    features: Mapping[str, Feature],
    *,
    fps: int,
    robot_type: str,
) -> int:
    """Write a dataset, one episode after the other; returns how many frames it has.

    Args:
        folder: of the dataset; it is made.
        episodes: in their order, with at least one frame each.
        features: of every frame, by name, without a slash.
        fps: frames a second.
        robot_type: free text.

    Raises:
        MissingDependencyError: pyarrow is not installed.
        LabelError: a feature's name has a slash, or there is no episode.
    """
    wrong = [name for name in features if '/' in name]
    if wrong:
        raise LabelError(f'LeRobot knows no feature {wrong[0]!r}: names have no slash')
    writer = _Writer(folder, features, fps)
    tasks: dict[str, int] = {}
    bounds: list[_Bounds] = []
    facts: list[Mapping[str, Any]] = []
    for episode in episodes:
        number = tasks.setdefault(episode.task, len(tasks))
        bounds.append(writer.add(episode, len(bounds), number))
        facts.append(episode.facts)
    writer.close()
    if not bounds:
        raise LabelError('there is no episode to write; LeRobot knows no empty dataset')
    _write_tasks(folder, tasks)
    _write_episodes(folder, bounds)
    _write_json(folder / 'meta' / 'stats.json', dict(writer.stats()))
    _write_json(
        folder / 'meta' / 'info.json', _info(features, fps, robot_type, bounds, len(tasks))
    )
    lines = [to_json_text({'episode_index': n, **known}) for n, known in enumerate(facts)]
    (folder / 'meta' / 'provenance.jsonl').write_text('\n'.join(lines) + '\n')
    return bounds[-1].stop


class _Writer:
    """Writes frames, a row group an episode, and a new file when one is large."""

    def __init__(self, folder: Path, features: Mapping[str, Feature], fps: int) -> None:
        self._arrow, self._parquet = _pyarrow()
        self._folder, self._features, self._fps = folder, features, fps
        self._schema = _schema(self._arrow, features)
        self._stats = {
            name: ColumnStats(
                3 if feature.dtype == 'image' else feature.shape[0], feature.dtype == 'image'
            )
            for name, feature in features.items()
        }
        self._file: Any = None
        self._file_index, self._file_bytes = -1, 0
        self._count = 0

    def add(self, episode: LeRobotEpisode, number: int, task_index: int) -> _Bounds:
        start, length = self._count, len(episode.frames)
        indices = range(length)
        columns: dict[str, Any] = {
            'timestamp': [index / self._fps for index in indices],
            'frame_index': list(indices),
            'episode_index': [number] * length,
            'index': [start + index for index in indices],
            'task_index': [task_index] * length,
        }
        for name, feature in self._features.items():
            values = [frame[name] for frame in episode.frames]
            self._stats[name].add(values)
            image = feature.dtype == 'image'
            columns[name] = [{'bytes': v, 'path': None} for v in values] if image else values
        table = self._arrow.Table.from_pydict(columns, schema=self._schema)
        self._open_for(table.nbytes)
        self._file.write_table(table)
        self._count += length
        return _Bounds(episode.task, start, self._count, self._file_index)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def stats(self) -> Iterator[tuple[str, Any]]:
        for name, stats in self._stats.items():
            if (known := stats.values()) is not None:
                yield name, known

    def _open_for(self, size: int) -> None:
        if self._file is not None and self._file_bytes + size <= _DATA_MB * 2**20:
            self._file_bytes += size
            return
        self.close()
        self._file_index += 1
        self._file_bytes = size
        chunk, file = divmod(self._file_index, _CHUNKS_SIZE)
        path = self._folder / DATA_PATH.format(chunk_index=chunk, file_index=file)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._parquet.ParquetWriter(path, self._schema)


def _schema(arrow: Any, features: Mapping[str, Feature]) -> Any:
    image = arrow.struct([('bytes', arrow.binary()), ('path', arrow.string())])
    fields = [('timestamp', arrow.float32()), *((name, arrow.int64()) for name in _COUNTERS)]
    for name, feature in features.items():
        if feature.dtype == 'image':
            fields.append((name, image))
        else:
            kind = arrow.type_for_alias(feature.dtype)
            single = feature.shape == (1,)
            fields.append((name, kind if single else arrow.list_(kind, feature.shape[0])))
    # By it the library `datasets` knows which columns are images.
    known = {'info': {'features': _hugging_face(features)}}
    return arrow.schema(fields, metadata={'huggingface': json.dumps(known)})


def _hugging_face(features: Mapping[str, Feature]) -> dict[str, Any]:
    known: dict[str, Any] = {'timestamp': {'dtype': 'float32', '_type': 'Value'}}
    known |= {name: {'dtype': 'int64', '_type': 'Value'} for name in _COUNTERS}
    for name, feature in features.items():
        value = {'dtype': feature.dtype, '_type': 'Value'}
        if feature.dtype == 'image':
            known[name] = {'_type': 'Image'}
        elif feature.shape == (1,):
            known[name] = value
        else:
            known[name] = {'feature': value, 'length': feature.shape[0], '_type': 'Sequence'}
    return known


def _info(
    features: Mapping[str, Feature], fps: int, robot_type: str, bounds: Sequence[_Bounds],
    tasks: int,
) -> dict[str, Any]:  # fmt: skip
    described: dict[str, Any] = {
        name: {'dtype': item.dtype, 'shape': item.shape, 'names': item.names}
        for name, item in features.items()
    }
    described['timestamp'] = {'dtype': 'float32', 'shape': [1], 'names': None}
    described |= {name: {'dtype': 'int64', 'shape': [1], 'names': None} for name in _COUNTERS}
    return {
        'codebase_version': VERSION,
        'robot_type': robot_type,
        'total_episodes': len(bounds),
        'total_frames': bounds[-1].stop,
        'total_tasks': tasks,
        'chunks_size': _CHUNKS_SIZE,
        'data_files_size_in_mb': _DATA_MB,
        'video_files_size_in_mb': _VIDEO_MB,
        'fps': fps,
        'splits': {'train': f'0:{len(bounds)}'},
        'data_path': DATA_PATH,
        'video_path': None,
        'features': described,
    }


def _write_tasks(folder: Path, tasks: Mapping[str, int]) -> None:
    """The tasks, of which the words are the index that pandas reads back."""
    arrow, parquet = _pyarrow()
    column = {'metadata': None}
    pandas = {
        'index_columns': ['task'],
        'column_indexes': [],
        'columns': [
            {**column, 'name': 'task_index', 'field_name': 'task_index', 'pandas_type': 'int64',
             'numpy_type': 'int64'},
            {**column, 'name': 'task', 'field_name': 'task', 'pandas_type': 'unicode',
             'numpy_type': 'object'},
        ],
        'creator': {'library': 'pyarrow', 'version': arrow.__version__},
        'pandas_version': '2.0.0',
    }  # fmt: skip
    table = arrow.table({'task_index': list(tasks.values()), 'task': list(tasks)})
    path = folder / 'meta' / 'tasks.parquet'
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table.replace_schema_metadata({'pandas': json.dumps(pandas)}), path)


def _write_episodes(folder: Path, bounds: Sequence[_Bounds]) -> None:
    arrow, parquet = _pyarrow()
    zeros = [0] * len(bounds)
    table = arrow.table(
        {
            'episode_index': list(range(len(bounds))),
            'tasks': [[each.task] for each in bounds],
            'length': [each.stop - each.start for each in bounds],
            'data/chunk_index': [each.file_index // _CHUNKS_SIZE for each in bounds],
            'data/file_index': [each.file_index % _CHUNKS_SIZE for each in bounds],
            'dataset_from_index': [each.start for each in bounds],
            'dataset_to_index': [each.stop for each in bounds],
            'meta/episodes/chunk_index': zeros,
            'meta/episodes/file_index': zeros,
        }
    )
    path = folder / EPISODES_PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path)


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(to_json_text(values, indent=4) + '\n')


def _pyarrow() -> tuple[Any, Any]:
    words = 'no LeRobot dataset can be written', 'install pyarrow (PyPI)'
    return import_optional('pyarrow', *words), import_optional('pyarrow.parquet', *words)
