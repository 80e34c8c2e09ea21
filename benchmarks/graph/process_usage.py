"""CPU time and memory of processes, from Linux's /proc."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf('SC_CLK_TCK')


def cpu_seconds(pid: int) -> float:
    """Time that a process has spent on the CPU, in user and in kernel mode (proc(5), stat)."""
    # The name of the program, in brackets, may hold spaces.
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def resident_mb(pid: int) -> float:
    """Resident memory of a process that is its own: without the shared memory of DDS, MB."""
    rows = (line.split() for line in Path(f'/proc/{pid}/status').read_text().splitlines())
    values = {row[0]: int(row[1]) for row in rows if row[0] in ('RssAnon:', 'RssFile:')}
    return sum(values.values()) * 1024 / 1e6
