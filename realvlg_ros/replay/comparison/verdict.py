"""The comparison in a sentence, and its figures in words."""

from __future__ import annotations

from collections.abc import Sequence

from ..report.words import counted
from .comparison import Comparison
from .figures import Figure, Verdict

# Decimals of a unit. Chosen: a hundredth of a millimetre or a degree is less than any noise.
_DECIMALS = {'mm': 2, '°': 2, 's': 2, 'ms': 2}
# Grasps that are nearer are the same, mm. Chosen: half of what a gripper can tell.
_SEEN_MM = 0.5
# A figure that is left out of the sentence where it has the other.
_FIRST = {'jitter_rotation_ratio': 'jitter_position_ratio'}
# So many more jumps are worse, but do not make a comparison red on their own. Chosen: whether one
# of two grasps that are as good becomes the best one is chance.
_CHANCE_JUMPS = 1
# Figures of wall time; the sentence may have the first where it is worse, else the last.
_WALL_TIMES = ('latency_ratio', 'latency_p95_ratio', 'work_ratio')


def sentence(comparison: Comparison) -> tuple[str, str]:
    """A word for the colour ('good', 'bad', 'mixed', 'none') and what to know first.

    Wall times come last and do not give the colour: they are those of a machine.
    """
    judged = [figure for figure in comparison.figures if figure.name not in _WALL_TIMES]
    worse = [figure for figure in judged if figure.verdict is Verdict.WORSE]
    better = [figure for figure in judged if figure.verdict is Verdict.BETTER]
    parts = []
    if worse:
        parts.append(f'B is worse: {_brief(worse)}.')
    if better:
        word = 'It is better: ' if worse else 'B is better: '
        parts.append(f'{word}{_brief(better)}.')
    if not parts:
        parts.append(_alike(comparison))
    parts += [_moved(comparison), _took(comparison)]
    return _tone(worse, better), ' '.join(filter(None, parts))


def _tone(worse: Sequence[Figure], better: Sequence[Figure]) -> str:
    if not worse:
        return 'good' if better else 'none'
    only_chance = all(
        figure.name == 'jumps_more' and (figure.value or 0) <= _CHANCE_JUMPS for figure in worse
    )
    return 'mixed' if better or only_chance else 'bad'


def _alike(comparison: Comparison) -> str:
    if comparison.pair.equal:
        return 'Both runs came to the same, in every event.'
    return 'B is neither better nor worse, but it is not the same.'


def _moved(comparison: Comparison) -> str:
    """How far the grasps of a frame are apart; empty where that is not seen."""
    values = {figure.name: figure.value or 0.0 for figure in comparison.figures}
    median, largest = values['position_mm_median'], values['position_mm_max']
    if largest < _SEEN_MM:
        return ''
    return f'The grasps of a frame are {median:.1f} mm apart in the median, {largest:.1f} at most.'


def _took(comparison: Comparison) -> str:
    """Whether it took more time or less; empty where it took the same."""
    times = {figure.name: figure for figure in comparison.figures if figure.name in _WALL_TIMES}
    stage, total = times[_WALL_TIMES[0]], times[_WALL_TIMES[-1]]
    told = stage if stage.verdict is Verdict.WORSE else total
    if told.verdict not in (Verdict.WORSE, Verdict.BETTER):
        return ''
    word = 'more' if told.verdict is Verdict.WORSE else 'less'
    return f'It took {word} time on the machine as it was: {_in_words(told)}.'


def limits_sentence(comparison: Comparison) -> str:
    """How many limits hold; empty without limits."""
    checks = comparison.checks
    if not checks:
        return ''
    broken = [check.figure.name for check in checks if not check.holds]
    if not broken:
        return f'{counted(len(checks), "limit")} given, none is broken.'
    return f'{len(broken)} of {counted(len(checks), "limit")} broken: {", ".join(broken)}.'


def side(figure: Figure, value: float | None) -> str:
    """The figure of one run."""
    return '' if value is None else _number(value, figure.unit, figure.name)


def against(figure: Figure) -> str:
    """B against A."""
    if figure.value is None:
        return 'not known'
    if figure.name.endswith('_ratio'):
        return f'{figure.value:.2f} times'
    if figure.name == 'followed_drop':
        return f'{-100 * figure.value + 0.0:+.1f} % points'
    if figure.name == 'answer_later_s_max':
        return f'{figure.value:+.2f} s'
    if figure.name == 'jumps_more':
        return f'{figure.value:+.0f}'
    return _number(figure.value, figure.unit, figure.name)


def _number(value: float, unit: str, name: str) -> str:
    if name == 'followed_drop':
        return f'{100 * value:.1f} %'
    if not unit:
        return f'{value:g}'
    space = '' if unit == '°' else ' '
    return f'{value:.{_DECIMALS[unit]}f}{space}{unit}'


def _brief(figures: Sequence[Figure]) -> str:
    """Figures that are better or worse, in a few words; what says the same twice is said once."""
    names = {figure.name for figure in figures}
    told = [figure for figure in figures if _FIRST.get(figure.name, '') not in names]
    return '; '.join(_in_words(figure) for figure in told)


def _in_words(figure: Figure) -> str:
    value, worse = abs(figure.value or 0.0), figure.verdict is Verdict.WORSE
    if figure.name in ('statuses_worse', 'statuses_better'):
        return f'{counted(int(value), "goal")} ended {figure.verdict.value}'
    if figure.name == 'answer_later_s_max':
        return f'an answer comes {value:.2f} s {"later" if worse else "sooner"}'
    if figure.name == 'jumps_more':
        jumps = 'jump' if value == 1 else 'jumps'
        return f'{value:.0f} {"more" if worse else "fewer"} {jumps} to another grasp'
    if figure.name == 'followed_drop':
        return f'{"fewer" if worse else "more"} frames are followed, by {100 * value:.1f} % points'
    return f'{figure.words.partition(",")[0]} is {against(figure)} that of A'
