"""Why tf does not connect two frames, and how to close the gap, in words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

# Names of frames in one message. Chosen: a robot with two arms fills a line.
_MOST_NAMES = 24


def explain_gap(
    target: str, source: str, target_chain: Sequence[str], source_chain: Sequence[str],
    known: Iterable[str],
) -> str:  # fmt: skip
    """Name how far tf reaches from both frames, and the static transform that joins them.

    Args:
        target: frame that something is to be expressed in.
        source: frame that it is given in.
        target_chain: the frame and its ancestors; empty when it is not known.
        source_chain: likewise.
        known: names of all frames.
    """
    names = sorted(known)
    parts = [_reach(source, source_chain, names), _reach(target, target_chain, names)]
    child = source_chain[-1] if source_chain else source
    shown = ', '.join(names[:_MOST_NAMES]) + (', ...' if len(names) > _MOST_NAMES else '')
    return (
        f'no transform connects {source!r} and {target!r}: {"; ".join(parts)}; known frames: '
        f'{shown or "none"}. The link from {target!r} to {child!r} is missing: start its '
        'publisher, or publish a static transform with the calibrated pose: ros2 run tf2_ros '
        'static_transform_publisher --x 0 --y 0 --z 0 --roll 0 --pitch 0 --yaw 0 '
        f'--frame-id {target} --child-frame-id {child}'
    )


def _reach(frame: str, chain: Sequence[str], names: Sequence[str]) -> str:
    if len(chain) > 1:
        return f'tf reaches from {frame!r} to {chain[-1]!r} ({" -> ".join(chain)})'
    if chain:
        return f'tf reaches nothing above {frame!r}'
    near = difflib.get_close_matches(frame, names, 1)
    return f'frame {frame!r} is not known' + (f' (did you mean {near[0]!r}?)' if near else '')
