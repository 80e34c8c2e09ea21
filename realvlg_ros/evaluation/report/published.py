"""What the article reports, to print beside."""

from __future__ import annotations

from ..scoring.judge import Task

SPLITS = ('seen', 'similar', 'novel')
# gIoU of boxes and gAcc of grasps and contacts on the splits of GraspNet, %, under the official
# rule. From RealVLG-R1 (arXiv 2603.14880); 253, 235 and 164 expressions, so about +-6 points.
PUBLISHED: dict[Task, dict[str, tuple[float | None, float | None, float | None]]] = {
    Task.BOX: {
        'RealVLG-R1 3B GRPO': (87.2, 86.5, 78.5),
        'RealVLG-R1 3B GSPO': (87.7, 84.6, 78.0),
        'RealVLG-R1 7B GSPO': (89.0, 86.4, 88.5),
        'Qwen-VL-Max': (92.3, 89.4, 88.4),
        'Qwen2.5-VL 3B': (50.0, None, 52.9),
    },
    Task.GRASP: {
        'RealVLG-R1 3B GRPO': (40.3, 31.9, 17.1),
        'RealVLG-R1 3B GSPO': (33.6, 30.6, 9.1),
        'RealVLG-R1 7B GSPO': (32.8, 30.2, 18.3),
        'Qwen-VL-Max': (16.7, 7.1, 5.4),
        'Qwen2.5-VL 3B': (2.9, None, 1.3),
    },
    Task.CONTACT: {
        'RealVLG-R1 3B GRPO': (33.2, 31.9, 20.2),
        'RealVLG-R1 3B GSPO': (29.6, 28.1, 17.7),
        'RealVLG-R1 7B GSPO': (37.2, 36.2, 25.0),
        'Qwen-VL-Max': (25.6, 7.0, 20.0),
        'Qwen2.5-VL 3B': (17.7, None, 8.6),
    },
}
# The figure that PUBLISHED gives of each task; of masks none is known here.
PUBLISHED_FIGURE = {Task.BOX: 'gIoU', Task.GRASP: 'gAcc', Task.CONTACT: 'gAcc'}
