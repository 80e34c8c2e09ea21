"""The report of one run, written into its folder."""

from __future__ import annotations

from pathlib import Path

from ...errors import RunError
from ..runs.run_reader import REPORT_FILE, read_run
from .goal_cards import goal_cards
from .markup import join, tag
from .page import page
from .page_data import Content
from .panels import charts, dialog, scene_view, timeline, viewer
from .strip import strip
from .summary import bag_name, header, statuses, warnings
from .tables import tables

# Of the page's script, in the order in which they run.
_SCRIPTS = (
    'start.js',
    'chart.js',
    'charts.js',
    'timeline.js',
    'pictures.js',
    'projection.js',
    'scene.js',
)
_HINT = (
    'One line for each object that was followed; a low bar is a bad state, a blue edge below it a '
    'stable pose. Point at a bar, tap it or reach it with the keyboard for its reason; a click '
    'shows the nearest image.'
)


def write_report(run_folder: Path) -> Path:
    """Write report.html into a run folder.

    The page is a function of the folder's content: it names no time at which it was made.

    Raises:
        RunError: the folder cannot be read or written.
    """
    content = Content.of(read_run(run_folder))
    path = run_folder / REPORT_FILE
    try:
        path.write_text(render_report(content), encoding='utf-8')
    except OSError as error:
        raise RunError(f'{path} cannot be written: {error}') from error
    return path


def render_report(content: Content) -> str:
    """The page about a run."""
    run, goals = content.run, content.goals
    pictures = content.picture_indices()
    at_answers = [content.picture_for(goal) for goal in goals]
    motions = [content.motion_for(goal) for goal in goals]
    needed = 'Pictures, charts and the 3-D view of this page need JavaScript.'
    left = (
        timeline(_HINT, bool(content.tracks)),
        strip(content.choice, pictures, run.frame_times),
        charts(content),
    )
    body = join(
        [
            header(run, goals),
            warnings([*run.warnings, *content.recording.remarks]),
            tag('noscript', tag('p', needed, class_='missing')),
            statuses(run, goals),
            goal_cards(goals, motions, at_answers, content.image_size()),
            tag('div', tag('div', *left, class_='left'), viewer(content), class_='replay'),
            scene_view(content),
            tables(run),
            dialog(),
        ]
    )
    title = f'Replay report: {bag_name(run)}'
    return page(title, tag('main', body), content.to_json(), _SCRIPTS)
