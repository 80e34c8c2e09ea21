"""The judge of each task."""

from __future__ import annotations

from .grasp_judges import ContactJudge, GraspJudge
from .judge import Judge, Task
from .region_judges import BoxJudge, MaskJudge

JUDGES: dict[Task, Judge] = {
    Task.BOX: BoxJudge(),
    Task.MASK: MaskJudge(),
    Task.GRASP: GraspJudge(),
    Task.CONTACT: ContactJudge(),
}
