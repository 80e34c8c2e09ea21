"""GoalEvent to its message and back."""

from __future__ import annotations

from ... import msg as msgs
from ...errors import MessageError
from ...recording.goal_event import GoalEvent, GoalStep
from . import values
from .stamps import ns_to_stamp, stamp_to_ns


def goal_event_to_msg(event: GoalEvent) -> msgs.GoalEvent:
    """The message of an event."""
    msg = msgs.GoalEvent(
        event=int(event.step),
        action=event.action,
        goal_id=event.goal_id,
        request_id=event.request_id,
        instruction=event.instruction,
        token=event.token,
        status=event.status,
        message=event.message,
        target_stamp=ns_to_stamp(event.target_stamp_ns),
    )
    msg.header.stamp = ns_to_stamp(event.stamp_ns)
    return msg


def goal_event_from_msg(msg: msgs.GoalEvent) -> GoalEvent:
    """The event of a message.

    Raises:
        MessageError: an unknown event, or one of no goal.
    """
    if msg.event not in set(GoalStep):
        raise MessageError(
            f'the event of goal {msg.goal_id[:80]!r} is {msg.event}; expected one of '
            f'{", ".join(f"{step.value} {step.name}" for step in GoalStep)}'
        )
    if not msg.goal_id:
        raise MessageError('an event has no goal_id; fill in the id of the goal it speaks of')
    values.texts(
        'an event', request_id=msg.request_id, token=msg.token, goal_id=msg.goal_id,
        action=msg.action, instruction=msg.instruction, status=msg.status, message=msg.message,
    )  # fmt: skip
    return GoalEvent(
        GoalStep(msg.event),
        msg.action,
        msg.goal_id,
        stamp_to_ns(msg.header.stamp),
        request_id=msg.request_id,
        instruction=msg.instruction,
        token=msg.token,
        status=msg.status,
        message=msg.message,
        target_stamp_ns=stamp_to_ns(msg.target_stamp),
    )
