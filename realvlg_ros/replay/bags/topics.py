"""Which topics of a bag are the camera's: by type, contents and names, or as they are given."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import BagError
from ...ros.conversions import planar_yuv
from ...ros.conversions.image_encodings import COLOR_CODES, DEPTH_ENCODINGS
from .bag import Bag, BagTopic

IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'
CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'
TF_MESSAGE = 'tf2_msgs/msg/TFMessage'
# Encodings of one channel: an infrared camera's, seldom the colour that is looked for.
_GREY = ('mono8', 'mono16', '8UC1')


@dataclass(frozen=True)
class CameraTopics:
    """The topics of one camera, and those of tf, by their names in the bag."""

    color: str
    depth: str
    camera_info: str
    tf: tuple[str, ...] = ()
    tf_static: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Stream:
    """An image or camera_info topic, and what its first message says.

    Attributes:
        topic: name, type and count.
        encoding: of an image, or format of a compressed one.
        frame_id: of the header.
        size: columns and rows; zeros where a compressed image does not tell.
    """

    topic: BagTopic
    encoding: str
    frame_id: str
    size: tuple[int, int]

    @property
    def base(self) -> str:
        """The topic without the transport that image_transport appends for compressed images."""
        parent, _, last = self.topic.name.rpartition('/')
        is_transport = last in ('compressed', 'compressedDepth')
        return parent if is_transport and self.topic.type == COMPRESSED_IMAGE else self.topic.name

    @property
    def folder(self) -> str:
        """The namespace that the camera's camera_info is in, too."""
        return self.base.rpartition('/')[0]

    @property
    def is_depth(self) -> bool:
        """Whether the images are a depth; mono16 may also be grey."""
        if self.topic.type == COMPRESSED_IMAGE:
            return 'compressedDepth' in self.encoding or self.encoding in DEPTH_ENCODINGS
        return self.encoding in DEPTH_ENCODINGS and (
            self.encoding != 'mono16' or 'depth' in self.topic.name
        )

    @property
    def is_color(self) -> bool:
        """Whether the images are a colour."""
        if self.topic.type == COMPRESSED_IMAGE:
            return not self.is_depth
        known = self.encoding in COLOR_CODES or planar_yuv.knows(self.encoding)
        return known and not self.is_depth

    def described(self) -> str:
        """Name, type, number and contents for people."""
        width, height = self.size
        said = [self.encoding] if self.encoding else []
        said += [f'{width}x{height}'] if width else []
        said += [f'in {self.frame_id!r}']
        kind = self.topic.type.rpartition('/')[2]
        return f'{self.topic.name} ({kind}, {self.topic.count}, {", ".join(said)})'


def choose_topics(
    bag: Bag, color: str = '', depth: str = '', camera_info: str = ''
) -> CameraTopics:
    """The topics of the camera in a bag; those that are not given are found.

    Colour and depth are told by the encoding of the first image. Of several, raw images are taken
    before the same compressed, colour before grey, and the depth that is registered to the colour
    (same frame_id and size). camera_info is that beside the colour, else that of its frame_id and
    size.

    Args:
        bag: open.
        color: topic of the colour images, or the one without its transport; empty to find it.
        depth: of the depth images, likewise.
        camera_info: of the colour images; empty to find it.

    Raises:
        BagError: there is no such topic, or several that are as good; it lists them.
    """
    chooser = _Chooser(bag)
    color_stream = chooser.color(color)
    depth_stream = chooser.depth(depth, color_stream)
    info_stream = chooser.camera_info(camera_info, color_stream)
    tf, tf_static = _tf_topics(bag)
    return CameraTopics(
        color_stream.topic.name, depth_stream.topic.name, info_stream.topic.name, tf, tf_static
    )


class _Chooser:
    """Looks at the first message of each topic that may be one of the camera's."""

    def __init__(self, bag: Bag) -> None:
        self._bag = bag
        self._images = [
            stream
            for topic in bag.topics
            if topic.type in (IMAGE, COMPRESSED_IMAGE)
            and (stream := _first_of(bag, topic)) is not None
        ]
        self._infos = [
            stream
            for topic in bag.topics
            if topic.type == CAMERA_INFO and (stream := _first_of(bag, topic)) is not None
        ]

    def color(self, name: str) -> _Stream:
        """The colour images."""
        found = [each for each in self._images if each.is_color]
        if name:
            return self._named('color', name, found)
        found = _best(found, lambda each: each.encoding not in _GREY)
        found = _without_compressed_twins(found)
        return self._only('color', found)

    def depth(self, name: str, color: _Stream) -> _Stream:
        """The depth of a colour."""
        found = [each for each in self._images if each.is_depth]
        if name:
            return self._named('depth', name, found)
        for preferred in (
            lambda each: each.frame_id == color.frame_id,
            lambda each: not (each.size[0] and color.size[0]) or each.size == color.size,
            lambda each: 'depth' in each.topic.name,
        ):
            found = _best(found, preferred)
        return self._only('depth', _without_compressed_twins(found))

    def camera_info(self, name: str, color: _Stream) -> _Stream:
        """The camera_info of a colour."""
        if name:
            return self._named('camera_info', name, self._infos)
        found = self._infos
        beside = [each for each in found if each.folder == color.folder]
        if len(beside) == 1:
            return beside[0]
        for preferred in (
            lambda each: each.frame_id == color.frame_id,
            lambda each: not color.size[0] or each.size == color.size,
        ):
            found = _best(found, preferred)
        return self._only('camera_info', found)

    def _named(self, role: str, name: str, found: Sequence[_Stream]) -> _Stream:
        if not name.startswith('/') and all(each.name != name for each in self._bag.topics):
            name = f'/{name}'
        exact = [each for each in found if each.topic.name == name]
        same = exact or [each for each in found if each.base == name]
        if same:
            return self._only(role, same)
        types = [each.type for each in self._bag.topics if each.name == name]
        if not types:
            known = [each.name for each in self._bag.topics]
            near = difflib.get_close_matches(name, known, 1)
            hint = f' (did you mean {near[0]}?)' if near else ''
            raise BagError(f'{self._bag.path} has no topic {name}{hint}; {self._listing()}')
        others = [*self._images, *self._infos]
        said = [each.described() for each in others if each.topic.name == name] or types
        raise BagError(f'{name} is no {_WORDS[role]}: it holds {said[0]}; {self._listing()}')

    def _only(self, role: str, found: Sequence[_Stream]) -> _Stream:
        if not found:
            raise BagError(
                f'{self._bag.path} has no {_WORDS[role]} that can be read; {self._listing()}'
            )
        names = {each.topic.name for each in found}
        if len(names) == 1 and len(found) > 1:
            kinds = ', '.join(each.topic.type for each in found)
            raise BagError(f'{found[0].topic.name} holds messages of several types: {kinds}')
        if len(found) > 1:
            choices = '\n'.join(f'  {each.described()}' for each in found)
            raise BagError(f'the bag has several topics of {_WORDS[role]}; name one:\n{choices}')
        return found[0]

    def _listing(self) -> str:
        said = '; '.join(self._bag.warnings)
        return f'it holds\n{self._bag.describe_topics()}' + (f'\n{said}' if said else '')


_WORDS = {
    'color': 'colour (Image or CompressedImage)',
    'depth': 'depth (Image of 16UC1 or 32FC1, or compressedDepth)',
    'camera_info': 'camera_info (CameraInfo)',
}


def _first_of(bag: Bag, topic: BagTopic) -> _Stream | None:
    """A topic with what its first message says; None if none can be read."""
    if not topic.count:
        return None
    try:
        first: Any = next(
            found.message for found in bag.messages([topic.name]) if found.type == topic.type
        )
    except (StopIteration, BagError):
        return None
    encoding = getattr(first, 'encoding', getattr(first, 'format', ''))
    size = int(getattr(first, 'width', 0)), int(getattr(first, 'height', 0))
    return _Stream(topic, encoding, first.header.frame_id, size)


def _best(found: list[_Stream], preferred: Callable[[_Stream], bool]) -> list[_Stream]:
    """Those that are preferred; all where none is."""
    return [each for each in found if preferred(each)] or found


def _without_compressed_twins(found: list[_Stream]) -> list[_Stream]:
    """Without compressed images whose raw ones are there, too."""
    raw = {each.topic.name for each in found if each.topic.type == IMAGE}
    return [each for each in found if each.topic.type == IMAGE or each.base not in raw]


def _tf_topics(bag: Bag) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The topics of moving and of static transforms; the global ones where there are several."""
    names = [each.name for each in bag.topics if each.type == TF_MESSAGE]
    static = [name for name in names if name.rpartition('/')[2] == 'tf_static']
    moving = [name for name in names if name not in static]
    if '/tf' in moving or '/tf_static' in static:
        moving = [name for name in moving if name == '/tf']
        static = [name for name in static if name == '/tf_static']
    return tuple(moving), tuple(static)
