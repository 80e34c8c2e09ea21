"""Bags of ROS 2 that are written without ROS."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal

from ...errors import BagError
from .known_types import known_types, rosbags_module, to_known, type_name_of

# Version of metadata.yaml, and depths of the queues that are offered. From rosbag2: Humble and
# later read it; from tf2_ros for what is latched.
_VERSION = 8
_DEPTH, _LATCHED_DEPTH = 10, 100
# Suffixes of a bag of one file, by storage.
_SUFFIXES = {'.mcap': 'mcap', '.db3': 'sqlite3'}


class BagWriter:
    """Writes messages of ROS, or of rosbags, with the definitions of their types.

    To be used as a context manager; what was written is a whole bag also after an exception.
    """

    def __init__(
        self,
        path: Path | str,
        storage: Literal['mcap', 'sqlite3', ''] = '',
        compress: bool = False,
    ) -> None:
        """Make a bag.

        Args:
            path: of a folder with metadata.yaml, or of one file by the suffix .mcap or .db3; it
                must not exist.
            storage: empty for that of the suffix, and for mcap without one.
            compress: by zstd: the chunks of mcap, the messages of sqlite3.

        Raises:
            BagError: the path exists, or cannot be written.
            MissingDependencyError: rosbags is not installed.
        """
        self.path = Path(path).expanduser()
        by_suffix = _SUFFIXES.get(self.path.suffix, '')
        storage = storage or by_suffix or 'mcap'  # type: ignore[assignment]
        if by_suffix and storage != by_suffix:
            raise BagError(f'{self.path} is {by_suffix} by its suffix, not {storage}')
        if storage not in _SUFFIXES.values():
            raise BagError(f'storage {storage!r} is not written; mcap and sqlite3 are')
        if self.path.exists():
            raise BagError(f'{self.path} is there already, and is not overwritten; give another')
        rosbag2 = rosbags_module('rosbag2')
        self._temporary: Path | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            folder = self.path
            if by_suffix:
                prefix = f'.{self.path.name}.'
                self._temporary = Path(mkdtemp(prefix=prefix, dir=self.path.parent))
                folder = self._temporary / self.path.stem
            plugin = {
                'mcap': rosbag2.StoragePlugin.MCAP,
                'sqlite3': rosbag2.StoragePlugin.SQLITE3,
            }[storage]
            self._writer: Any = rosbag2.Writer(folder, version=_VERSION, storage_plugin=plugin)
            if compress:
                mode = rosbag2.CompressionMode
                self._writer.set_compression(
                    mode.STORAGE if storage == 'mcap' else mode.MESSAGE,
                    rosbag2.CompressionFormat.ZSTD,
                )
            self._writer.open()
        except OSError as error:
            self._remove_temporary()
            raise BagError(f'{self.path} cannot be written: {error}') from error
        self._connections: dict[str, tuple[str, Any]] = {}
        self._closed = False

    def write(self, topic: str, message: Any, log_ns: int) -> None:
        """Write a message.

        Args:
            topic: name.
            message: instance of a ROS message, or of a class of rosbags.
            log_ns: time at which it is recorded, ns; messages are read in this order.

        Raises:
            BagError: the type is not known or not that of the topic, or the disk is full.
        """
        type_name = type_name_of(message)
        if topic not in self._connections:
            self._connections[topic] = type_name, self._connect(topic, type_name)
        expected, connection = self._connections[topic]
        if type_name != expected:
            raise BagError(f'{topic} holds {expected}; a {type_name} cannot be written to it')
        if not 0 <= log_ns < 2**63:
            raise BagError(f'log time {log_ns} ns of a message on {topic} is no time of a bag')
        try:
            data = known_types().serialize_cdr(to_known(message, type_name), type_name)
            self._writer.write(connection, int(log_ns), data)
        except OSError as error:
            raise BagError(f'{self.path} cannot be written: {error}') from error

    def close(self) -> None:
        """Write the index, so that others can read the bag.

        Raises:
            BagError: the disk is full.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self._writer.close()
            if self._temporary is not None:
                (written,) = self._temporary.glob(f'*/*{self.path.suffix}')
                written.rename(self.path)
        except OSError as error:
            raise BagError(f'{self.path} cannot be written: {error}') from error
        finally:
            self._remove_temporary()

    def __enter__(self) -> BagWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self, topic: str, type_name: str) -> Any:
        interfaces = rosbags_module('interfaces')
        is_latched = topic.rpartition('/')[2] == 'tf_static'
        durability, depth = interfaces.QosDurability.VOLATILE, _DEPTH
        if is_latched:
            durability, depth = interfaces.QosDurability.TRANSIENT_LOCAL, _LATCHED_DEPTH
        never = interfaces.QosTime(0, 0)
        qos = interfaces.Qos(
            interfaces.QosHistory.KEEP_LAST, depth, interfaces.QosReliability.RELIABLE,
            durability, never, never, interfaces.QosLiveliness.AUTOMATIC, never, False,
        )  # fmt: skip
        if type_name not in known_types().types:
            raise BagError(f'the definition of {type_name} is not known: {topic} is not written')
        return self._writer.add_connection(
            topic, type_name, typestore=known_types(), offered_qos_profiles=[qos]
        )

    def _remove_temporary(self) -> None:
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
