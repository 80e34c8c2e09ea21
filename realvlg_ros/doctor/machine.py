"""The figures of the machine: memory, board, shared memory, DDS."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..resources import config_file
from .finding import Finding, Section, note, ok, problem

PROFILE_VARIABLES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
_SHM = Path('/dev/shm')
_SEGMENT = re.compile(r'<segment_size>\s*(\d+)\s*</segment_size>')
# What Fast DDS takes for a sender without a profile, bytes. From its default segment_size.
_DEFAULT_SEGMENT = 512 * 1024
# Senders of large images for which there must be room: the camera's driver and three nodes.
# Chosen: those of realvlg.launch.py.
_SENDERS = 4
# Free memory that the nodes need without a model, MB. Chosen: three processes with numpy, OpenCV
# and the images that they keep.
_NODES_MB = 600
_MB = 1e6


@dataclass(frozen=True)
class Machine:
    """What the machine says of itself.

    Attributes:
        memory_mb, available_mb: memory, and what of it is not in use.
        board: name of the board; empty where none is told.
        jetpack: line of /etc/nv_tegra_release; empty on other machines.
        shm_mb, shm_free_mb: size of /dev/shm and what is free; 0 where there is none.
        dead_segments: files of Fast DDS in /dev/shm that no process has open.
        receive_buffer: largest receive buffer of a socket (rmem_max), bytes; 0 if unknown.
        environment: variables.
    """

    memory_mb: float
    available_mb: float
    board: str = ''
    jetpack: str = ''
    shm_mb: float = 0.0
    shm_free_mb: float = 0.0
    dead_segments: int = 0
    receive_buffer: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def this(cls) -> Machine:
        """The machine that this runs on."""
        lines = _text('/proc/meminfo').splitlines()
        memory = {line.split(':')[0]: line.split()[1] for line in lines if line.endswith('kB')}
        total, free = 0.0, 0.0
        if _SHM.is_dir():
            usage = shutil.disk_usage(_SHM)
            total, free = usage.total / _MB, usage.free / _MB
        buffer = _text('/proc/sys/net/core/rmem_max').strip()
        return cls(
            memory_mb=int(memory.get('MemTotal', 0)) * 1024 / _MB,
            available_mb=int(memory.get('MemAvailable', 0)) * 1024 / _MB,
            board=_text('/proc/device-tree/model').strip('\0 \n'),
            jetpack=(_text('/etc/nv_tegra_release').splitlines() or [''])[0],
            shm_mb=total,
            shm_free_mb=free,
            dead_segments=_dead_segments(),
            receive_buffer=int(buffer) if buffer.isdigit() else 0,
            environment=dict(os.environ),
        )


def memory(machine: Machine) -> Section:
    """The board and its memory."""
    found = (
        [ok('board', f'{machine.board} ({machine.jetpack or "no JetPack"})')]
        if machine.board
        else []
    )
    state = f'{machine.available_mb:.0f} of {machine.memory_mb:.0f} MB free'
    if machine.available_mb < _NODES_MB:
        found.append(
            problem(
                'memory',
                state,
                f'end other programs: the nodes take {_NODES_MB} MB without a model',
            )
        )
    else:
        found.append(ok('memory', f'{state}; for weights see docs/orin.md'))
    return Section('Machine', tuple(found))


def middleware(machine: Machine) -> Section:
    """DDS: which one, its profile, and room for its shared memory."""
    env = machine.environment
    rmw = env.get('RMW_IMPLEMENTATION', '')
    fast = rmw in ('', 'rmw_fastrtps_cpp', 'rmw_fastrtps_dynamic_cpp')
    found = [ok('middleware', rmw or 'the default of the distribution (Fast DDS)')]
    found.append(ok('domain', f'{env.get("ROS_DOMAIN_ID", "0")}, {_range(env)}'))
    if not fast:
        words = f'{rmw} has its own settings for large images; the profile of Fast DDS is not read'
        return Section('DDS', (*found, note('profile', words)))
    profile, segment = _profile(env)
    found.append(profile)
    found.append(_shared_memory(machine, segment))
    if machine.dead_segments:
        found.append(
            note(
                'left segments', f'{machine.dead_segments} files in /dev/shm belong to no process',
                'free them when no node runs: fastdds shm clean',
            )
        )  # fmt: skip
    return Section('DDS', tuple(found))


def _range(env: Mapping[str, str]) -> str:
    if env.get('ROS_LOCALHOST_ONLY') == '1':
        return 'this machine only'
    return f'discovery range {env.get("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")}'


def _profile(env: Mapping[str, str]) -> tuple[Finding, int]:
    """The profile of Fast DDS, and the size of its shared-memory segments, bytes."""
    shipped = config_file('fastdds_profile.xml')
    both = ' and '.join(PROFILE_VARIABLES)
    remedy = f'set {both} to {shipped}, here and in the environment of the camera driver'
    named = next((env[name] for name in PROFILE_VARIABLES if env.get(name)), '')
    if not named:
        words = 'none is set: large images are lost between processes'
        return problem('profile', words, remedy), _DEFAULT_SEGMENT
    path = Path(named)
    if not path.is_file():
        return problem('profile', f'{named} is not there', remedy), _DEFAULT_SEGMENT
    found = _SEGMENT.search(_text(named))
    size = int(found[1]) if found else _DEFAULT_SEGMENT
    if size < 2**24:
        words = f'{named}: a segment of {size / _MB:.1f} MB holds no large image'
        return problem('profile', words, remedy), size
    return ok('profile', f'{named}, segments of {size / _MB:.0f} MB'), size


def _shared_memory(machine: Machine, segment: int) -> Finding:
    needed = _SENDERS * segment / _MB
    if not machine.shm_mb:
        return problem(
            '/dev/shm', 'is not there', 'mount a tmpfs there; in a container: --shm-size 1g'
        )
    state = f'{machine.shm_free_mb:.0f} of {machine.shm_mb:.0f} MB free'
    if machine.shm_free_mb < needed:
        return problem(
            '/dev/shm',
            f'{state}; {_SENDERS} senders take {needed:.0f} MB',
            'free what dead nodes left (fastdds shm clean), or make it larger: mount -o remount,'
            'size=1g /dev/shm; in a container: --shm-size 1g',
        )
    return ok('/dev/shm', state)


def _dead_segments() -> int:
    """Files of Fast DDS that no process of ours or of others that we may look at has mapped."""
    try:
        names = {path.name for path in _SHM.iterdir() if _is_segment(path)}
    except OSError:
        return 0
    used: set[str] = set()
    for maps in Path('/proc').glob('[0-9]*/maps'):
        text = _text(str(maps))
        used |= {name for name in names if name in text}
    return len(names - used)


def _is_segment(path: Path) -> bool:
    try:
        regular = stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
    # Locks and ports are not mapped while nobody writes; only segments take room.
    name = path.name
    return (
        regular
        and name.startswith('fastrtps_')
        and not name.endswith('_el')
        and 'port' not in name
    )


def _text(path: str) -> str:
    """A small file of the system; empty where it cannot be read."""
    try:
        with Path(path).open(errors='replace') as file:
            return file.read(2**22)
    except OSError:
        return ''
