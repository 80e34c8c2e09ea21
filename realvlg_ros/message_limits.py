"""How much of a peer's messages is taken, in one place: what is beyond is refused in words.

A peer is whoever is in the ROS domain. docs/security.md lists these limits.
"""

from __future__ import annotations

from .errors import InstructionError

# Characters of a request's id or of a question's token. Chosen: an id made here has 32.
MAX_ID_CHARACTERS = 128
# Characters of any other text of a message: names, reasons, labels. Chosen: ten sentences of the
# longest kind.
MAX_TEXT_CHARACTERS = 10_000
# Elements of a list in one message. Chosen: a hundred times what any grounder or planner gives.
MAX_ITEMS = 10_000
# Places and lengths, m. Chosen: far more than a robot covers, and far less than loses millimetres
# in 64 bits.
MAX_METRES = 1e6
# Requests that are remembered between their grounding and its answer, of whomever they are; the
# oldest are forgotten. Chosen: far more than are at work.
MAX_REQUESTS = 64
# Groundings that wait to be planned; later ones are refused. Chosen: a minute of planning.
MAX_WAITING_GROUNDINGS = 32
# Frames of tf, and poses that are kept of one. Chosen: ten robots of a hundred links; 10 s at
# 1000 Hz.
MAX_TF_FRAMES = 2_000
MAX_TF_POSES = 10_000
# Tracks that are shown to a motion planner at a time. Chosen: many times what is followed.
MAX_TRACKS = 256


def check_request_id(request_id: str) -> str:
    """Return the id of a request.

    Raises:
        InstructionError: it is too long.
    """
    if len(request_id) > MAX_ID_CHARACTERS:
        raise InstructionError(
            f'request_id has {len(request_id)} characters, at most {MAX_ID_CHARACTERS} are '
            'taken; send a shorter one, or none'
        )
    return request_id
