"""A table with three boxes of known outlines, and a server that says what a test tells it to."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
from table_scene import BLUE_BOX, CAMERA, RED_BOX, TABLE, camera2world

from benchmarks.analytic.cast import cast, stand
from benchmarks.analytic.solids import box
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.server import ServerGrounder, ServerSettings
from realvlg_ros.grounding.serving.abilities import Abilities
from realvlg_ros.grounding.serving.chat_client import Completion
from realvlg_ros.image_region import Box

GREEN_BOX = (stand(box(0.05, 0.05, 0.08), 0.0, 0.1), (20, 150, 40))
RED, BLUE, GREEN = 1, 2, 3
# Where nothing but the table is seen, px.
BARE = Box(140, 190, 180, 225)


@cache
def scene() -> tuple[RgbdFrame, dict[int, Box]]:
    """The frame, and the outline of each box by its number, px."""
    things = (TABLE, RED_BOX, BLUE_BOX, GREEN_BOX)
    depth, owner = cast([solid for solid, _ in things], CAMERA, camera2world())
    color = np.array([paint for _, paint in things], np.uint8)[owner]
    outlines = {}
    for number in (RED, BLUE, GREEN):
        rows, columns = np.nonzero(owner == number)
        outlines[number] = Box(
            int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
        )
    return RgbdFrame.from_arrays(color, depth.astype(np.float32), CAMERA), outlines


def boxes_as_json(*boxes: Box, label: str = 'mug') -> str:
    """The reply of a Qwen3-VL that names boxes of the scene's image."""
    rows = [
        {
            'bbox_2d': [
                round(1000 * value / side)
                for value, side in zip(each.as_tuple(), (320, 240, 320, 240), strict=True)
            ],
            'label': label,
        }
        for each in boxes
    ]
    return f'```json\n{json.dumps(rows)}\n```'


class Scripted:
    """Stands for the connection to a server: gives replies in turn, and keeps the questions."""

    def __init__(self, *replies: str) -> None:
        self._replies = list(replies)
        self.questions: list[str] = []
        self.requests: list[dict] = []

    def complete(self, request: dict, aborted: object, left_s: float = 0.0) -> Completion:
        self.requests.append(request)
        self.questions.append(request['messages'][-1]['content'][-1]['text'])
        return Completion(self._replies.pop(0))


def asked(*replies: str, **options: object) -> tuple[ServerGrounder, Scripted]:
    """A grounder on a server with replies, as if it were loaded; the prompts' probe is not asked.

    Args:
        replies: of the server, in turn.
        options: of the backend.
    """
    settings = ServerSettings(**{'prompts': 'qwen3_vl', 'box_model': 'any', **options})
    grounder = ServerGrounder(settings)
    server = Scripted(*replies)
    grounder._client, grounder._models = server, settings.models
    grounder._abilities = {
        name: Abilities('none', True, True) for name in settings.models.values()
    }
    return grounder, server
