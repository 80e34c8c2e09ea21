"""How nodes must be set up for the camera of a bag that is played to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import BagError
from ..bags.bag import Bag
from ..bags.topics import COMPRESSED_IMAGE, choose_topics
from .qos import is_reliable, profile_for, read_overrides


@dataclass(frozen=True)
class PlayedCamera:
    """Topics of a camera as the nodes name them, and what its images need.

    Attributes:
        color, depth, camera_info: topics, those of images without what the transport appends.
        color_transport: raw or compressed.
        depth_transport: raw or compressedDepth.
        reliable: whether all three are played reliably, so that no image is lost on the way.
    """

    color: str
    depth: str
    camera_info: str
    color_transport: str
    depth_transport: str
    reliable: bool

    @classmethod
    def of_bag(
        cls,
        path: Path,
        qos_overrides: Path | None = None,
        *,
        color: str = '',
        depth: str = '',
        camera_info: str = '',
    ) -> PlayedCamera:
        """Find the camera of a bag.

        Args:
            path: of the bag.
            qos_overrides: file that the bag is played with; None for none.
            color: topic; if it is empty it is found, where there is one choice.
            depth: likewise.
            camera_info: likewise.

        Raises:
            BagError: the bag cannot be read, or lacks a topic or has several.
        """
        overrides = {} if qos_overrides is None else read_overrides(qos_overrides)
        with Bag(path) as bag:
            topics = choose_topics(bag, color, depth, camera_info)
            names = (topics.color, topics.depth, topics.camera_info)
            profiles = [profile_for(name, bag.offered_qos(name), overrides) for name in names]
            color, color_transport = _base(bag, topics.color, 'compressed')
            depth, depth_transport = _base(bag, topics.depth, 'compressedDepth')
        return cls(
            color, depth, topics.camera_info, color_transport, depth_transport,
            all(map(is_reliable, profiles)),
        )  # fmt: skip


def _base(bag: Bag, name: str, transport: str) -> tuple[str, str]:
    """The topic that a node is given for images, and their transport.

    Raises:
        BagError: compressed images are on a topic where image_transport would not have them.
    """
    types = {each.name: each.type for each in bag.topics}
    if types[name] != COMPRESSED_IMAGE:
        return name, 'raw'
    base, _, last = name.rpartition('/')
    if last != transport:
        raise BagError(
            f'{name} holds compressed images, and the nodes read those of topics that end with '
            f'/{transport}; play it under such a name: --remap {name}:={name}/{transport}'
        )
    return base, transport
