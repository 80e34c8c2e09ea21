"""The state of a replay on /diagnostics, in the form of the nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from diagnostic_msgs.msg import DiagnosticArray

from ...ros.conversions.stamps import ns_to_stamp
from ...ros.node.diagnostics import PERIOD_S, Level, Report
from ...tracking.target.target import TargetState
from ..session.step import Step

_NODE = 'replay'
_WELL = (TargetState.TENTATIVE, TargetState.CONFIRMED)


class StepDiagnostics:
    """Reports once a second of the bag: images, targets and their states, times of the stages."""

    def __init__(self) -> None:
        """Start with the first step."""
        self._due_ns = 0
        self._frames = self._notices = 0
        self._ms: defaultdict[str, float] = defaultdict(float)
        self._notice = ''

    def of(self, step: Step) -> Iterator[DiagnosticArray]:
        """The array that is due with a step, if one is."""
        self._frames += step.frame is not None
        for event in step.events:
            if event['event'] == 'notice':
                self._notices += 1
                self._notice = event['message']
        for stage, milliseconds in step.timings_ms.items():
            self._ms[stage] += milliseconds
        if step.time_ns < self._due_ns or not self._frames:
            return
        array = DiagnosticArray(
            status=[report.to_msg(_NODE) for report in (self._stream(), self._targets(step))]
        )
        array.header.stamp = ns_to_stamp(step.stamp_ns)
        yield array
        self._due_ns = step.time_ns + round(PERIOD_S * 1e9)
        self._frames = self._notices = 0
        self._ms.clear()
        self._notice = ''

    def _stream(self) -> Report:
        mean = {f'{stage}_ms': ms / self._frames for stage, ms in self._ms.items()}
        values = {'frames': self._frames, 'notices': self._notices, **mean}
        if self._notice:
            return Report('stream', Level.WARN, self._notice, values)
        return Report('stream', values=values)

    def _targets(self, step: Step) -> Report:
        values: dict[str, object] = {'targets': len(step.targets)}
        for target in step.targets:
            values[f'track {target.track_id}'] = f'{target.label}: {target.state.name}'
        shown = step.shown
        if shown is None:
            return Report('targets', message='none', values=values)
        level = Level.OK if shown.state in _WELL else Level.WARN
        words = f'{shown.label}: {shown.state.name}' + (', stable' if shown.stable else '')
        return Report('targets', level, '; '.join(filter(None, (words, shown.message))), values)
