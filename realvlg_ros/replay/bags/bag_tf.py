"""tf of a bag: transforms that come within a bounded time after the image they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ...arrays import FloatArray
from ...errors import ParameterError, TransformError
from ...ros.conversions.stamps import stamp_to_ns
from ...ros.tf.pose_parameter import pose_from_parameter
from ...ros.tf.tf_adapter import TransformReader
from ...transform_buffer import TransformBuffer

T = TypeVar('T')


def frame_name(name: str) -> str:
    """The name of a frame without the slash that ROS 1 put before it."""
    return name.lstrip('/')


class NotYet(Exception):
    """A transform is not there yet and may come; not an error of the package."""


@dataclass(frozen=True)
class StaticTransform:
    """The pose of a frame in another one, for a bag that lacks it.

    Attributes:
        parent: name of the frame.
        child: name of the frame whose pose it is.
        child2parent: (4x4) m.
    """

    parent: str
    child: str
    child2parent: FloatArray

    @classmethod
    def from_text(cls, text: str) -> StaticTransform:
        """Read 'PARENT CHILD X Y Z ROLL PITCH YAW', or with a quaternion X Y Z W at the end.

        Raises:
            ParameterError: it is something else.
        """
        words = text.split()
        try:
            numbers = tuple(float(word) for word in words[2:])
        except ValueError:
            numbers = ()
        if len(words) < 2 or len(numbers) not in (6, 7):
            raise ParameterError(
                f'static transform {text!r}: expected PARENT CHILD X Y Z ROLL PITCH YAW (m, rad), '
                'or a quaternion X Y Z W in place of the three angles'
            )
        return cls(words[0], words[1], pose_from_parameter('static transform', numbers))


class BagTf:
    """The transforms of a bag up to the message that was read last."""

    def __init__(self, given: Sequence[StaticTransform], warn: Callable[[str], None]) -> None:
        """Start with those that are given.

        Args:
            given: static transforms; they count before those of the bag of the same frames.
            warn: called when a transform of the bag is refused, and with an empty text once none
                is any more.

        Raises:
            TransformError: a given one has no names, or is not finite.
        """
        self._buffer = TransformBuffer()
        self._reader = TransformReader(self._buffer, warn)
        # Stamp of the newest transform, ns, and how many messages came: what is worth a look.
        self.newest_ns = -1
        self.changes = 0
        # Whether what is not there counts as missing.
        self.is_final = False
        self._given = {frame_name(each.child) for each in given}
        for each in given:
            self._buffer.set_transform(each.parent, each.child, each.child2parent, 0, static=True)

    def read(self, message: Any, static: bool) -> None:
        """Take a message of the bag."""
        self._read(message.transforms, static)
        self.changes += 1
        if not static:
            stamps = [stamp_to_ns(each.header.stamp) for each in message.transforms]
            self.newest_ns = max([self.newest_ns, *stamps])

    def read_first_static(self, messages: Iterable[Any]) -> None:
        """Take the static transforms of a bag before its images, each as it is first.

        They hold at all times, and a recorder may have got them late.
        """
        known: set[str] = set()
        for message in messages:
            first = [each for each in message.transforms if each.child_frame_id not in known]
            known.update(each.child_frame_id for each in first)
            self._read(first, True)

    def clear(self) -> None:
        """Forget what moves, as after a jump of the stamps."""
        self._buffer.clear()
        self.newest_ns = -1

    def wait(self, what: str, look_up: Callable[[TransformBuffer], T]) -> T:
        """Look something up.

        Args:
            what: its name, for the error.
            look_up: gives it, or raises TransformError while it is not available.

        Raises:
            NotYet: it is not there, and may come.
            TransformError: it is missing.
        """
        try:
            return look_up(self._buffer)
        except TransformError as error:
            if not self.is_final:
                raise NotYet from error
            raise self._reader.missing(what, error) from error

    def _read(self, transforms: Iterable[Any], static: bool) -> None:
        self._reader.read(
            [each for each in transforms if frame_name(each.child_frame_id) not in self._given],
            static,
        )
