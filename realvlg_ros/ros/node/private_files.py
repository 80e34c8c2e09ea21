"""Files and shared memory of a node's process are for its own user alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

# Mode of files that only their owner reads and writes; folders may be searched as well.
# Chosen: recordings and images show people and rooms.
_OWNER_ONLY = 0o600
_UMASK = 0o077
# Shared memory of Fast DDS, as Linux maps it.
_SEGMENTS = '/dev/shm/'
_NAME = 'fastrtps_'


def keep_private() -> None:
    """Write files of this process for its user alone, from now on."""
    os.umask(_UMASK)


def keep_segments_private() -> list[Path]:
    """Take the rights of others from the shared memory that this process has mapped.

    Fast DDS gives its segments rights of its own, whatever the umask. Users other than the owner
    could not send through them before, only read.

    Returns:
        The segments, which belong to this user.
    """
    try:
        lines = Path('/proc/self/maps').read_text().splitlines()
    except OSError:
        return []
    names = {line.split(maxsplit=5)[-1] for line in lines if _SEGMENTS in line}
    kept = []
    for path in sorted(Path(name) for name in names if _NAME in name):
        try:
            status = path.stat()
            if status.st_uid == os.geteuid() and stat.S_ISREG(status.st_mode):
                path.chmod(_OWNER_ONLY)
                kept.append(path)
        except OSError:
            # Of a participant that has ended meanwhile.
            continue
    return kept
