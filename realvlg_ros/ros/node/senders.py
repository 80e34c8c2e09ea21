"""Which nodes publish a topic that one node alone should publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rclpy.node import Node

# What the information of a message calls the publisher, where a middleware tells it.
_GID = 'publisher_gid'
# What the graph calls the node of a publisher that is not discovered yet. From rcl.
_UNKNOWN = '_NODE_NAME_UNKNOWN_'


class Senders:
    """The publishers of a topic by the ROS graph; any node of the domain may be among them."""

    def __init__(self, node: Node, topic: str) -> None:
        """Watch a topic.

        Args:
            node: gives the graph.
            topic: relative to the node's namespace.
        """
        self._node = node
        self.topic = node.resolve_topic_name(topic)

    def names(self) -> list[str]:
        """Full names of the nodes, one for each publisher; empty before one is discovered."""
        return sorted(self._by_gid().values())

    def of(self, info: Mapping[str, Any]) -> str:
        """Full name of the node that sent a message; empty where the middleware does not tell.

        Args:
            info: what rclpy says of the message.
        """
        gid = info.get(_GID)
        if isinstance(gid, Mapping):
            gid = gid.get('data')
        return '' if gid is None else self._by_gid().get(bytes(gid), 'an unknown node')

    def words(self) -> str:
        """That several publish the topic, and which; empty when one does at most."""
        names = self.names()
        if len(names) < 2:
            return ''
        shown = ', '.join(names[:8]) + f' and {len(names) - 8} more' * (len(names) > 8)
        return (
            f'{self.topic} has {len(names)} publishers, of {shown}: stop all but one (a node that '
            'was killed is listed for some seconds)'
        )

    def _by_gid(self) -> dict[bytes, str]:
        infos = self._node.get_publishers_info_by_topic(self.topic)
        return {
            bytes(info.endpoint_gid): f'{info.node_namespace.rstrip("/")}/{info.node_name}'
            for info in infos
            if info.node_name != _UNKNOWN
        }
