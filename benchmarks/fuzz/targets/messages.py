"""Messages of cameras as bytes: images, compressed images, camera_info and transforms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bag_fuzz.cases import USES, no_warning
from benchmarks.bag_fuzz.seeds import make_seeds
from benchmarks.fuzz.target import Target
from realvlg_ros.replay.bags.decoding import make_decoder
from realvlg_ros.replay.bags.files.storage import Channel


@cache
def _whole() -> list[tuple[Channel, bytes]]:
    with TemporaryDirectory() as folder:
        return make_seeds(Path(folder)).messages


def _messages(_: Path) -> Mapping[str, bytes]:
    """Each message behind a byte that tells its channel."""
    return {str(number): bytes([number]) + data for number, (_, data) in enumerate(_whole())}


def _message(data: bytes, _: Path) -> None:
    channels = [channel for channel, _ in _whole()]
    channel = channels[(data[0] if data else 0) % len(channels)]
    USES[channel.type](make_decoder(channel, no_warning)(data[1:]))


TARGETS = (Target('message of a camera', _messages, _message, weight=4),)
