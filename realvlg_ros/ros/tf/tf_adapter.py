"""/tf and /tf_static: read into a TransformBuffer, or published."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from geometry_msgs.msg import TransformStamped
from rclpy.qos import DurabilityPolicy, QoSProfile

from ...arrays import FloatArray
from ...errors import TransformError
from ...message_limits import MAX_ID_CHARACTERS, MAX_REQUESTS
from ...transform_buffer import TransformBuffer
from ...transforms import from_quaternion, to_quaternion
from ..conversions.optional_messages import optional_messages
from ..conversions.pose import point_from_msg, vector_to_msg
from ..conversions.stamps import ns_to_stamp, stamp_to_ns

# Quality of service of /tf and /tf_static. From tf2_ros.
_DYNAMIC_QOS = QoSProfile(depth=100)
_STATIC_QOS = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)

Subscribe = Callable[[type[Any], str, Callable[[Any], None], QoSProfile], Any]


def transform_to_msg(
    parent: str, child: str, child2parent: FloatArray, stamp_ns: int
) -> TransformStamped:
    """The message of the pose of a child frame in its parent.

    Args:
        parent: name of the parent frame.
        child: name of the child frame.
        child2parent: 4x4 pose of the child in the parent, m.
        stamp_ns: time at which it holds, ns.
    """
    msg = TransformStamped(child_frame_id=child)
    msg.header.stamp = ns_to_stamp(stamp_ns)
    msg.header.frame_id = parent
    msg.transform.translation = vector_to_msg(child2parent[:3, 3])
    rotation = msg.transform.rotation
    rotation.x, rotation.y, rotation.z, rotation.w = map(float, to_quaternion(child2parent))
    return msg


def transform_from_msg(msg: TransformStamped) -> FloatArray:
    """The 4x4 transform child2parent of a message.

    Raises:
        TransformError: a value is not finite, or the quaternion is not of unit length.
    """
    q = msg.transform.rotation
    return from_quaternion(point_from_msg(msg.transform.translation), (q.x, q.y, q.z, q.w))


class TransformReader:
    """Fills a buffer from messages of tf, and keeps what is refused of them."""

    def __init__(self, buffer: TransformBuffer, warn: Callable[[str], None]) -> None:
        """Read into a buffer.

        Args:
            buffer: receives the transforms.
            warn: called when a transform is refused for another reason than before, and with an
                empty text once none is refused any more.
        """
        self._buffer = buffer
        self._warn = warn
        self._refused: dict[str, str] = {}

    def refused(self, words: str) -> str:
        """The transforms that are refused now of the frames that words quote, and why."""
        # A copy: transforms come in other threads.
        found = list(self._refused.items())
        return '; '.join(why for child, why in found if repr(child) in words)

    def missing(self, what: str, error: TransformError) -> TransformError:
        """The error of something that cannot be looked up; names what tf has refused, too."""
        refused = self.refused(str(error))
        return TransformError(f'no {what}: {error}' + (f'. {refused}' if refused else ''))

    def read(self, transforms: Iterable[Any], static: bool) -> None:
        """Take messages TransformStamped, static ones or not."""
        before = list(self._refused)
        for each in transforms:
            parent, child = each.header.frame_id, each.child_frame_id
            try:
                pose = transform_from_msg(each)
                self._buffer.set_transform(
                    parent, child, pose, stamp_to_ns(each.header.stamp), static
                )
            except TransformError as error:
                if len(self._refused) < MAX_REQUESTS:
                    self._refused.setdefault(
                        child[:MAX_ID_CHARACTERS],
                        f'tf refused the pose of {child[:MAX_ID_CHARACTERS]!r} in '
                        f'{parent[:MAX_ID_CHARACTERS]!r}: {error}; fix its publisher',
                    )
            else:
                self._refused.pop(child, None)
        if list(self._refused) != before:
            self._warn('; '.join(self._refused.values()))


class TransformListener(TransformReader):
    """Fills a buffer from /tf and /tf_static."""

    def __init__(
        self, buffer: TransformBuffer, subscribe: Subscribe, warn: Callable[[str], None]
    ) -> None:
        """Subscribe.

        Args:
            buffer: receives the transforms.
            subscribe: makes a subscription, such as `node.create_subscription`.
            warn: as for TransformReader.

        Raises:
            MissingDependencyError: tf2_msgs is not installed.
        """
        super().__init__(buffer, warn)
        message = _tf_message()
        subscribe(message, '/tf', self._receive, _DYNAMIC_QOS)
        subscribe(message, '/tf_static', self._receive_static, _STATIC_QOS)

    def _receive(self, msg: Any) -> None:
        self.read(msg.transforms, static=False)

    def _receive_static(self, msg: Any) -> None:
        self.read(msg.transforms, static=True)


class TransformBroadcaster:
    """Publishes transforms on /tf and, latched for late subscribers, on /tf_static."""

    def __init__(self, make_publisher: Callable[[type[Any], str, QoSProfile], Any]) -> None:
        """Make the publishers.

        Args:
            make_publisher: makes one, such as `node.create_publisher`.

        Raises:
            MissingDependencyError: tf2_msgs is not installed.
        """
        self._message = _tf_message()
        self._moving = make_publisher(self._message, '/tf', _DYNAMIC_QOS)
        self._fixed = make_publisher(self._message, '/tf_static', _STATIC_QOS)
        self._static: dict[str, TransformStamped] = {}

    def send(self, *transforms: TransformStamped) -> None:
        """Publish transforms on /tf; each holds at its stamp."""
        self._moving.publish(self._message(transforms=list(transforms)))

    def send_static(self, *transforms: TransformStamped) -> None:
        """Publish static transforms, together with those sent before."""
        # A late subscriber receives only the last message.
        self._static.update((msg.child_frame_id, msg) for msg in transforms)
        self._fixed.publish(self._message(transforms=list(self._static.values())))


def _tf_message() -> type[Any]:
    return optional_messages('tf2_msgs', ('TFMessage',), 'tf is off').TFMessage  # type: ignore[no-any-return]
