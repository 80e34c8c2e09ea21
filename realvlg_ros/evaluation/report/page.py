"""An evaluation as one page that holds all it shows."""

from __future__ import annotations

from pathlib import Path

from ...replay.report.markup import Html, join, tag
from ...replay.report.page import page
from ...resumable import replace_file
from ..run.run import EvaluationRun
from . import rows, tables
from .figures import Against, Figures
from .shown import against_section, failures


def write_page(
    path: Path,
    run: EvaluationRun,
    figures: Figures,
    second: EvaluationRun | None = None,
    against: Against | None = None,
) -> None:
    """Write the page.

    Args:
        path: of the file.
        run: that is told of.
        figures: of it.
        second: run of another backend on the same data.
        against: the comparison with it.

    Raises:
        RunError: it cannot be written.
    """
    sections = [_header(run, figures), tables.problems(run), tables.outcomes(figures)]
    sections += tables.means(run, figures)
    sections.append(tables.detection(figures))
    sections += [tables.robustness(figures)] if figures.robustness else []
    sections += tables.published(run, figures)
    if second is not None and against is not None:
        sections.append(against_section(run, second, against))
    sections.append(failures(run))
    title = f'{run.options.backend.name} on {run.dataset.path.name}: {run.options.task}'
    replace_file(path, page(title, tag('main', join(sections)), {}, ()))


def _header(run: EvaluationRun, figures: Figures) -> Html:
    options, whole = run.options, figures.whole
    right = whole.strict.accuracy
    verdict = f'{rows.percent(right.value)} % right' if right.cases else 'no object is asked for'
    of = f'{whole.questions} questions about {whole.images} images, {run.dataset.layout}'
    interval = ''
    if right.cases:
        interval = (
            f' Of those that an object answers {rows.percent(right.value)} % are answered rightly '
            f'by the strict rule; with 95 % confidence the share lies between '
            f'{rows.percent(right.low)} and {rows.percent(right.high)} %.'
        )
    return tag(
        'header',
        tag('p', 'Evaluation of a grounding backend', class_='eyebrow'),
        tag('h1', f'{options.backend.name}, {options.task}: {verdict}', class_='verdict'),
        tag('p', f'{of}.{interval}'),
    )
