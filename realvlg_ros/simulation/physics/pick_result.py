"""What happened in a pick: to the named object, to the others, and when."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...arrays import FloatArray

# A picked object's neighbours may be moved by this much, m. From how a table is used: a nudge.
_MOVED = 0.03


@dataclass(frozen=True)
class Snapshot:
    """Where everything is at a moment.

    Attributes:
        time: s.
        phase: approach, close, lift, shake, hold or open.
        poses: (4x4) of each object by name, to world.
        tcp2world: 4x4.
        opening: of the hand, m.
    """

    time: float
    phase: str
    poses: dict[str, FloatArray]
    tcp2world: FloatArray
    opening: float


@dataclass
class PickResult:
    """What came of a pick.

    Attributes:
        held: whether the named object was in the hand at the end.
        lifted: names of all objects that were in the hand at the end.
        risen: by how much the named object's centre of mass had risen at the end, m.
        moved: how far the centre of mass of each other object was moved, m, by name.
        approach_force: the largest force on the hand before it closed, N, by what it touched.
        table_force: the largest force of the hand on the table or a bin, N.
        gripped: names of the objects that both pads touched when the fingers had closed.
        opening: of the closed fingers before the lift, m.
        snapshots: ten a second.
        seconds: of simulated time.
    """

    held: bool = False
    lifted: tuple[str, ...] = ()
    risen: float = 0.0
    moved: dict[str, float] = field(default_factory=dict)
    approach_force: dict[str, float] = field(default_factory=dict)
    table_force: float = 0.0
    gripped: tuple[str, ...] = ()
    opening: float = 0.0
    snapshots: list[Snapshot] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def disturbed(self) -> tuple[str, ...]:
        """The names of the others that were moved too far."""
        return tuple(name for name, far in self.moved.items() if far > _MOVED)

    @property
    def success(self) -> bool:
        """Whether the named object is held, and no other was moved much."""
        return self.held and not self.disturbed
