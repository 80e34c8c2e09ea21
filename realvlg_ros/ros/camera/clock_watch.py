"""Whether simulated time has jumped back, as when a bag or a simulation starts again."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.clock import JumpThreshold, TimeJump
from rclpy.duration import Duration

from ...stamp_guard import StampGuard, StampVerdict
from ..node.lifecycle import ManagedNode

# How often the clock is read, s. Chosen: three readings in a row are a jump, within two frames at
# 10 Hz.
_PERIOD_S = 0.05
# A reading farther behind the last one, ns, is out of line. Chosen: a bag that starts again jumps
# farther.
_BEHIND_NS = 500_000_000
# And one farther ahead. Chosen: of a simulation 200 times as fast as real time.
_AHEAD_NS = 10_000_000_000


class ClockWatch:
    """Reads the clock while a node is active: one odd message on /clock is no jump."""

    def __init__(self, node: ManagedNode, on_jump_back: Callable[[float], None]) -> None:
        """Start in the node's activate transition.

        Args:
            node: owner of the clock.
            on_jump_back: called with the length of the jump, s.
        """
        self._clock = node.get_clock()
        self._on_jump_back = on_jump_back
        # A simulation may stand still after it was reset.
        self._guard = StampGuard(_AHEAD_NS, _BEHIND_NS, may_stand=True)
        node.create_managed_timer(_PERIOD_S, self._read)
        self._handle = self._clock.create_jump_callback(
            JumpThreshold(
                min_forward=None,
                min_backward=Duration(nanoseconds=-_BEHIND_NS),
                on_clock_change=False,
            ),
            post_callback=self._note_before,
        )

    def close(self) -> None:
        """Read no more."""
        self._handle.unregister()

    def _note_before(self, jump: TimeJump) -> None:
        """The clock may have gone too far between two readings: what it was counts, too."""
        self._guard.judge(self._clock.now().nanoseconds - jump.delta.nanoseconds)

    def _read(self) -> None:
        now_ns = self._clock.now().nanoseconds
        # Without /clock stamps of the images tell as much, and zero is simulated time to come.
        if not self._clock.ros_time_is_active or now_ns == 0:
            return
        if self._guard.judge(now_ns) is StampVerdict.JUMP:
            assert self._guard.before_jump_ns is not None
            step_ns = now_ns - self._guard.before_jump_ns
            if step_ns < 0:
                self._on_jump_back(-step_ns * 1e-9)
