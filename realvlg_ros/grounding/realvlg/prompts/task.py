"""What a checkpoint can be asked for, and the numbers that say it."""

from __future__ import annotations

from enum import Enum

_CORNERS = ('x1', 'y1', 'x2', 'y2')


class Task(Enum):
    """What a checkpoint can be asked for; a mask comes from the box or the point."""

    BOX = 'box'
    """The thing that is meant, as a box."""
    BOXES = 'boxes'
    """Every thing of a name, each as a box."""
    POINT = 'point'
    """The things that are meant, each as a point on it."""
    GRASP = 'grasp'
    CONTACT = 'contact'

    @property
    def fields(self) -> tuple[str, ...]:
        """The numbers of one thing, in the order in which they are handed on."""
        if self is Task.POINT:
            return 'x', 'y'
        return ('x', 'y', 'theta', 'width') if self is Task.GRASP else _CORNERS

    @property
    def is_box(self) -> bool:
        """Whether its numbers are the corners of boxes."""
        return self in (Task.BOX, Task.BOXES)

    @property
    def locates(self) -> bool:
        """Whether it says where things are."""
        return self.is_box or self is Task.POINT

    @property
    def role(self) -> Task:
        """The task whose model is asked: what locates is asked of the model of boxes."""
        return Task.BOX if self.locates else self
