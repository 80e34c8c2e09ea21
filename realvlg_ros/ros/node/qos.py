"""Quality of service: profiles, and warnings about incompatible ones that name the remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSProfile,
    ReliabilityPolicy,
    qos_policy_name_from_kind,
)

try:
    from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks, SubscriptionEventCallbacks

RELIABILITY = ('best_effort', 'reliable')

# Requests and answers that a service keeps for a reader that is busy; with the 10 of ROS's default
# profile most of a burst were lost without a word. Chosen: 50 in a second, four times.
_SERVICE_DEPTH = 200

# Remedies by policy: here for a publisher that is incompatible with our subscription.
_PUBLISHER_REMEDIES = {
    'RELIABILITY': (
        'the publisher is best_effort and this subscription asks for reliable: '
        '{set}make the publisher reliable'
    ),
    'DURABILITY': (
        'the publisher is volatile and this subscription asks for transient_local: '
        'publish it with --qos-durability transient_local'
    ),
}
_SUBSCRIBER_REMEDIES = {
    'RELIABILITY': (
        'the subscriber asks for reliable and this publisher is best_effort: '
        '{set}subscribe with best_effort'
    ),
    'DURABILITY': (
        'the subscriber asks for transient_local and this publisher is volatile: '
        'subscribe with volatile durability'
    ),
}


def stream(reliability: str, depth: int) -> QoSProfile:
    """A volatile profile for streamed data.

    Args:
        reliability: one of RELIABILITY.
        depth: number of messages kept.
    """
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy[reliability.upper()],
        durability=DurabilityPolicy.VOLATILE,
    )


def latched(depth: int = 1) -> QoSProfile:
    """A reliable, transient_local profile: late subscribers receive the last depth messages."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )


def service_queue() -> QoSProfile:
    """The profile of a service, and of those of an action, that answers a burst of requests.

    The middleware gives a client each answer of its service, also those to other clients: a client
    needs it as much as a server.
    """
    return stream('reliable', _SERVICE_DEPTH)


def action_queues() -> dict[str, QoSProfile]:
    """The profiles of an action's three services, as arguments of its server or client."""
    names = ('goal', 'result', 'cancel')
    return {f'{name}_service_qos_profile': service_queue() for name in names}


def subscription_events(
    node: Node, topic: str, parameter: str, report: Callable[[str], None]
) -> SubscriptionEventCallbacks:
    """Event callbacks that report a publisher of incompatible QoS, and the remedy.

    Args:
        node: resolves the topic's full name.
        topic: as given to create_subscription.
        parameter: name of the parameter that sets the reliability of this subscription; empty when
            none does.
        report: called with the message.
    """
    setting = f'set the parameter {parameter} to best_effort, or ' if parameter else ''
    full_name = node.resolve_topic_name(topic)
    return SubscriptionEventCallbacks(
        incompatible_qos=lambda event: report(
            _describe(full_name, event, _PUBLISHER_REMEDIES, setting)
        )
    )


def publisher_events(
    node: Node, topic: str, parameter: str, report: Callable[[str], None]
) -> PublisherEventCallbacks:
    """Event callbacks that report a subscriber of incompatible QoS, and the remedy.

    Args:
        node: resolves the topic's full name.
        topic: as given to create_publisher.
        parameter: name of the parameter that sets the reliability of this publisher; empty when
            none does.
        report: called with the message.
    """
    setting = f'set the parameter {parameter} to reliable, or ' if parameter else ''
    full_name = node.resolve_topic_name(topic)
    return PublisherEventCallbacks(
        incompatible_qos=lambda event: report(
            _describe(full_name, event, _SUBSCRIBER_REMEDIES, setting)
        )
    )


def _describe(topic: str, event: Any, remedies: dict[str, str], setting: str) -> str:
    policy = str(qos_policy_name_from_kind(event.last_policy_kind))
    remedy = remedies.get(policy, f'make both sides agree on {policy.lower()}')
    return (
        f'incompatible QoS ({policy.lower()}) on {topic}, no message will pass: '
        + remedy.format(set=setting)
    )
