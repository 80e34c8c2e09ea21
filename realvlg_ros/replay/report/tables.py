"""What was used and how the recording was: tables that open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..runs.json_fields import clean, leaves, mapping, sequence
from ..runs.latency import StageLatency
from ..runs.run_reader import Run
from .markup import Child, Html, fold, said, table, tag

# Lists are opened so deep and so far, and texts cut so long. Chosen: more is not read in a table.
_DEPTH = 5
_MOST_ITEMS = 40
_MOST_CHARACTERS = 2000
# What is said of the light, in words.
_LIGHTING = {
    'brightness_mean': 'mean brightness of the colour images, 0 is black, 1 is white',
    'brightness_min': 'of the darkest image',
    'brightness_max': 'of the brightest image',
    'contrast': 'standard deviation of the brightness within an image, 0 to 0.5',
    'saturated_share': 'share of pixels that are as bright as the camera can tell, 0 to 1',
    'dark_share': 'share of pixels that are almost black, 0 to 1',
    'depth_share': 'share of pixels with a depth reading, 0 to 1',
}


def tables(run: Run) -> Html:
    """Parameters, versions, camera, light and the bag."""
    facts = run.facts
    bag = dict(mapping(facts, 'bag'))
    topics = sequence(bag, 'topics')
    bag.pop('topics', None)
    return tag(
        'section',
        tag('h2', 'What was used'),
        _listing('Bag', 'the recording and the topics that were read', bag, _topics(topics)),
        _listing('Frames', 'images that came and those that were dropped', facts.get('frames')),
        _listing('Parameters', 'every setting, its group before the dot', facts.get('parameters')),
        _listing('Versions', 'of the software', facts.get('versions')),
        _listing(
            'Camera intrinsics',
            'how pixels map to rays: focal lengths fx, fy and principal point cx, cy in pixels',
            facts.get('intrinsics'),
        ),
        _listing('Lighting', 'of the colour images', facts.get('lighting'), words=_LIGHTING),
        id='used',
    )


def latency_table(latencies: Sequence[StageLatency]) -> Html:
    """The stages of a frame."""
    rows = [
        (
            said(latency.stage),
            str(latency.frames),
            f'{latency.median_ms:.2f}',
            f'{latency.p95_ms:.2f}',
            f'{latency.max_ms:.2f}',
        )
        for latency in latencies
    ]
    head = ('stage', 'frames', 'median, ms', '95 % below, ms', 'longest, ms')
    return table(head, rows, 'Wall time of each stage in the frames in which it ran', numbers=True)


def _listing(
    title: str,
    hint: str,
    value: Any,
    extra: Html | None = None,
    words: Mapping[str, str] | None = None,
) -> Html:
    if not value and extra is None:
        return fold(title, tag('p', f'run.json tells nothing of this: {hint}.', class_='missing'))
    rows: list[tuple[Child, ...]] = [
        (said(name), said(shown(leaf)), *((words.get(name, ''),) if words else ()))
        for name, leaf in leaves(value or {})
    ]
    head = ('name', 'value', *(('meaning',) if words else ()))
    return fold(title, table(head, rows, f'{title}: {hint}') if value else None, extra)


def _topics(topics: Sequence[Any]) -> Html | None:
    rows = [
        (said(str(item.get('name'))), said(str(item.get('type'))), str(item.get('count')))
        for item in topics
        if isinstance(item, Mapping)
    ]
    if not rows:
        return None
    return table(('topic', 'type', 'messages'), rows, 'Topics in the bag')


def shown(value: Any, depth: int = 0) -> str:
    """A value of JSON as text."""
    if isinstance(value, list | tuple) and depth < _DEPTH:
        words = ', '.join(shown(item, depth + 1) for item in value[:_MOST_ITEMS])
        return words if len(value) <= _MOST_ITEMS else f'{words}, ... ({len(value)} values)'
    if isinstance(value, list | tuple | dict):
        return '...' if value else 'none'
    if value is None:
        return 'not told'
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, float):
        return f'{value:.6g}'
    return clean(str(value))[:_MOST_CHARACTERS]
