"""A camera_info that was published once, before this node subscribed."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.qos import DurabilityPolicy
from sensor_msgs.msg import CameraInfo

from ..node.lifecycle import ManagedNode
from ..node.qos import latched

# How often the graph is asked for such a publisher, s. Chosen: a request waits longer for a frame.
_PERIOD = 0.2


class LatchedInfo:
    """Reads a transient_local publisher's last camera_info while none has come on the stream.

    A volatile subscription, which every publisher matches, does not receive what was published
    before it; a transient_local one does, and matches no other publisher. It is made only where
    there is such a publisher.
    """

    def __init__(
        self,
        node: ManagedNode,
        topic: str,
        received: Callable[[], bool],
        take: Callable[[CameraInfo], None],
    ) -> None:
        """Begin to look, in the node's activate transition.

        Args:
            node: owner of the subscription.
            topic: full name.
            received: whether a camera_info has come.
            take: called with the camera_info.
        """
        self._node = node
        self._topic = topic
        self._received = received
        self._take = take
        self._end: Callable[[], None] | None = None
        node.create_managed_timer(_PERIOD, self._look)

    def _look(self) -> None:
        if self._received():
            if self._end is not None:
                self._end()
                self._end = None
        elif self._end is None and self._is_latched():
            self._end = self._node.create_managed_subscription(
                CameraInfo, self._topic, self._take_first, latched(), matches_any=False
            )

    def _is_latched(self) -> bool:
        return any(
            publisher.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
            for publisher in self._node.get_publishers_info_by_topic(self._topic)
        )

    def _take_first(self, message: CameraInfo) -> None:
        if not self._received():
            self._take(message)
