"""Whether the stamps of one stream go on, one of them is an outlier, or its clock has jumped."""

from __future__ import annotations

from enum import Enum

# So many stamps in a row, each a little after the one before, are no outliers but a clock that was
# set or a bag that began again. Chosen: two may go wrong together, and it takes a tenth of a
# second at 30 Hz.
_JUMP_STAMPS = 3


class StampVerdict(Enum):
    """What a stamp is in its stream."""

    NEWER = 'newer'
    REPEATED = 'repeated'
    LATE = 'late'
    OUTLIER = 'outlier'
    JUMP = 'jump'


class StampGuard:
    """Judges the stamps of one stream in the order of their arrival.

    One stamp decides nothing: what is out of line is an outlier, until several in a row go on from
    one another.
    """

    def __init__(self, ahead_ns: int, behind_ns: int, may_stand: bool = False) -> None:
        """Start without a stamp; the first is believed.

        Args:
            ahead_ns: a stamp farther ahead of the newest is out of line, ns.
            behind_ns: and so is one farther behind, ns; nearer ones are late.
            may_stand: whether equal stamps go on from one another, as of a clock that stands.
        """
        self._ahead_ns = ahead_ns
        self._behind_ns = behind_ns
        self._least_step_ns = 0 if may_stand else 1
        # The last stamp out of line and how many of them went on from one another.
        self._far_ns = self._far = 0
        # The last late stamp, and how far late ones in a row have advanced.
        self._late_ns: int | None = None
        self._late_advance_ns = 0
        self.newest_ns: int | None = None
        # The newest stamp before the last jump, ns.
        self.before_jump_ns: int | None = None

    def judge(self, stamp_ns: int, slack_ns: int = 0) -> StampVerdict:
        """Take the next stamp.

        Args:
            stamp_ns: of a message, ns.
            slack_ns: how much farther ahead it may be, such as after a pause, ns.
        """
        newest, ahead_ns = self.newest_ns, self._ahead_ns + slack_ns
        if newest is None or newest < stamp_ns <= newest + ahead_ns:
            self._clear_runs()
            self.newest_ns = stamp_ns
            return StampVerdict.NEWER
        if stamp_ns == newest:
            self._far = 0
            return StampVerdict.REPEATED
        if newest - self._behind_ns <= stamp_ns < newest:
            self._far = 0
            return self._judge_late(stamp_ns)
        follows = self._least_step_ns <= stamp_ns - self._far_ns <= ahead_ns
        self._far = self._far + 1 if self._far and follows else 1
        self._far_ns = stamp_ns
        return self._jump(stamp_ns) if self._far >= _JUMP_STAMPS else StampVerdict.OUTLIER

    def _judge_late(self, stamp_ns: int) -> StampVerdict:
        """A stamp a little behind: late, unless the stream does not catch up.

        Stamps that have advanced farther than the distance allowed, and are behind still, are of a
        short bag that begins again and again.
        """
        if self._late_ns is not None and stamp_ns > self._late_ns:
            self._late_advance_ns += stamp_ns - self._late_ns
        self._late_ns = stamp_ns
        too_long = self._late_advance_ns > self._behind_ns
        return self._jump(stamp_ns) if too_long else StampVerdict.LATE

    def _jump(self, stamp_ns: int) -> StampVerdict:
        self._clear_runs()
        self.before_jump_ns, self.newest_ns = self.newest_ns, stamp_ns
        return StampVerdict.JUMP

    def _clear_runs(self) -> None:
        self._far_ns = self._far = 0
        self._late_ns = None
        self._late_advance_ns = 0
