"""Whether the topics of a camera that is played are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Topics of images that are waited for. Chosen: colour and depth.
_IMAGES = 2
# Topics of camera_info that are waited for. Chosen: that of colour.
_INFOS = 1


class ReaderWatch:
    """Waits until nodes read colour, depth and intrinsics, and says for what it waits."""

    def __init__(self, images: Mapping[str, Any], infos: Mapping[str, Any], readers: int) -> None:
        """Watch publishers.

        Args:
            images: publishers of images by topic; two of them must be read.
            infos: those of camera_info; one of them must be read.
            readers: so many subscriptions each of them must have.
        """
        self._streams = ((images, _IMAGES), (infos, _INFOS))
        self._readers = readers

    def ready(self) -> bool:
        """Whether enough topics have their readers."""
        return all(
            sum(count >= self._readers for count in _counts(publishers).values())
            >= min(least, len(publishers))
            for publishers, least in self._streams
        )

    def words(self) -> str:
        """What is waited for, and how many readers each topic has."""
        counts = {name: n for each, _ in self._streams for name, n in _counts(each).items()}
        said = ', '.join(f'{name} has {count}' for name, count in counts.items())
        nodes = '1 node reads' if self._readers == 1 else f'{self._readers} nodes read'
        return f'waits until {nodes} the camera: {said}'


def _counts(publishers: Mapping[str, Any]) -> dict[str, int]:
    return {name: each.get_subscription_count() for name, each in publishers.items()}
