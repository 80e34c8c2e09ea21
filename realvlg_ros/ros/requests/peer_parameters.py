"""The parameters of other nodes, as they tell them by their services."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

from rcl_interfaces.srv import GetParameters, ListParameters
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

from ..node.qos import service_queue


class PeerParameters:
    """Asks nodes of the same namespace for all their parameters, and waits for none of them."""

    def __init__(self, node: Node, names: Sequence[str]) -> None:
        """Make the clients.

        Args:
            node: asks.
            names: of the nodes in its namespace.
        """
        self._node = node
        group = MutuallyExclusiveCallbackGroup()
        space = node.get_namespace().rstrip('/')

        def client(kind: type[Any], service: str) -> Any:
            return node.create_client(
                kind, service, qos_profile=service_queue(), callback_group=group
            )

        self._clients = {
            name: (
                client(ListParameters, f'{space}/{name}/list_parameters'),
                client(GetParameters, f'{space}/{name}/get_parameters'),
            )
            for name in names
        }
        self._told: dict[str, dict[str, Any] | None] = dict.fromkeys(names)
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Ask those that are there; what they told before holds until they answer."""
        for name, (listing, _) in self._clients.items():
            if listing.service_is_ready():
                answer = listing.call_async(ListParameters.Request())
                answer.add_done_callback(partial(self._listed, name))
            else:
                with self._lock:
                    self._told[name] = None

    def told(self) -> dict[str, dict[str, Any] | None]:
        """The parameters by node and name; None for a node that is not there or has not told."""
        with self._lock:
            return dict(self._told)

    def destroy(self) -> None:
        """Destroy the clients."""
        for clients in self._clients.values():
            for client in clients:
                self._node.destroy_client(client)

    def _listed(self, name: str, answer: Any) -> None:
        listed = answer.result()
        if listed is None:
            return
        names = list(listed.result.names)
        values = self._clients[name][1].call_async(GetParameters.Request(names=names))
        values.add_done_callback(partial(self._take, name, names))

    def _take(self, name: str, names: list[str], answer: Any) -> None:
        values = answer.result()
        if values is None:
            return
        told = None
        # A node tells none of them when one of them has no value, or is gone meanwhile.
        if len(values.values) == len(names):
            found = map(parameter_value_to_python, values.values)
            told = dict(zip(names, found, strict=True))
        with self._lock:
            self._told[name] = told
