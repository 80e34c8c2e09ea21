"""Writes the hashes of all files of each pinned release into requirements/*.txt.

    python scripts/write_hashes.py --uv UV [--find-links FOLDER]

With hashes pip installs nothing else (`pip install --require-hashes -r requirements/run.txt`). Run
it again after a pin was changed. It asks the package index that the command `uv` is configured
for, once for each pin; every file of the release counts, so that other machines and versions of
Python are served. Wheels of a local version (torch 2.13.0+cpu) in a folder that pip is configured
to look into (find-links) count instead of the release of that version: it is another build.

requirements/robot.txt is a choice and is not pinned whole: what it needs on a machine of the kind
that this runs on is written, with hashes, into requirements/robot_whole.txt; of it torch's release
for CUDA, and what that needs, into requirements/torch_cuda.txt.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parents[1] / 'requirements'
# Files that are pinned whole.
WHOLE = ('run.txt', 'test.txt', 'docs.txt', 'train.txt')
PIN = re.compile(r'^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)')
HASH = re.compile(r'--hash=(sha256:[0-9a-f]{64})')
WHEEL = re.compile(r'^(.+?)-([^-]+)(?:-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl$')
# Torch, and what it needs for CUDA.
CUDA = re.compile(r'(nvidia-|cuda-|triton==|torch==)')
CUDA_HEAD = """\
# Torch for CUDA and what it needs, instead of the torch of test.txt where the package index has no
# build of it for processors alone. Written by scripts/write_hashes.py.

"""
# The Python whose packages robot_whole.txt names. Chosen: the embedded default of Debian 12.
PYTHON = '3.11'
ROBOT_HEAD = """\
# All that requirements/robot.txt needs, pinned whole with hashes: x86_64, Linux, Python {python}.
# Written by scripts/write_hashes.py. On a Jetson take torch from NVIDIA and robot.txt instead.

"""


def canonical(name: str) -> str:
    """The name of a package as indexes compare it."""
    return re.sub(r'[-_.]+', '-', name).lower()


def compiled(uv: str, text: str, *options: str) -> str:
    """What uv makes of requirements, with hashes.

    Args:
        uv: the command.
        text: the requirements.
        options: further ones of `uv pip compile`.
    """
    with tempfile.NamedTemporaryFile('w', suffix='.txt') as file:
        file.write(text)
        file.flush()
        command = [uv, 'pip', 'compile', '--quiet', '--generate-hashes', '--no-header']
        command += ['--no-annotate', *options, file.name]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def hashes_of(text: str) -> dict[tuple[str, str], list[str]]:
    """The hashes of requirements by name and version."""
    found: dict[tuple[str, str], list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if match := PIN.match(line):
            current = found.setdefault((canonical(match[1]), match[2]), [])
        current += HASH.findall(line)
    return found


def local_hashes(folders: Sequence[Path]) -> dict[tuple[str, str], list[str]]:
    """The hashes of wheels of a local version in folders, by name and public version."""
    found: dict[tuple[str, str], list[str]] = {}
    for folder in folders:
        for path in sorted(folder.glob('*.whl')):
            match = WHEEL.match(path.name)
            if match is not None and '+' in match[2]:
                key = canonical(match[1]), match[2].partition('+')[0]
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found.setdefault(key, []).append(f'sha256:{digest}')
    return found


def cuda_pins(text: str) -> str:
    """The requirements, with their hashes, that a release of torch for CUDA needs."""
    kept, keep = [], False
    for line in text.splitlines():
        if PIN.match(line):
            keep = CUDA.match(line) is not None
        if keep and (PIN.match(line) or HASH.search(line)):
            kept.append(line)
    return '\n'.join(kept) + '\n'


def without_hashes(text: str) -> str:
    """Requirements without their hashes, comments kept."""
    lines = [line.rstrip(' \\') for line in text.splitlines() if not HASH.search(line)]
    return '\n'.join(lines) + '\n'


def with_hashes(text: str, hashes: dict[tuple[str, str], list[str]]) -> str:
    """Requirements with the hashes of each.

    Args:
        text: without hashes.
        hashes: by name and version.

    Raises:
        SystemExit: one has none.
    """
    lines = []
    for line in text.splitlines():
        match = PIN.match(line)
        if match is None:
            lines.append(line)
            continue
        known = sorted(set(hashes.get((canonical(match[1]), match[2]), [])))
        if not known:
            sys.exit(f'{match[0]} has no hash: is it on the index that uv asks?')
        lines += [' \\\n    '.join([line, *(f'--hash={value}' for value in known)])]
    return '\n'.join(lines) + '\n'


def main() -> None:
    """Write all files again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--uv', default='uv', help='the command uv (default: uv)')
    parser.add_argument('--find-links', type=Path, action='append', default=[], metavar='FOLDER')
    arguments = parser.parse_args()
    local = local_hashes(arguments.find_links)
    for name in WHOLE:
        path = FOLDER / name
        plain = without_hashes(path.read_text())
        hashes = hashes_of(compiled(arguments.uv, plain, '--no-deps'))
        path.write_text(with_hashes(plain, hashes | local))
    robot = (FOLDER / 'robot.txt').read_text()
    options = ('--python-version', PYTHON)
    text = ROBOT_HEAD.format(python=PYTHON) + compiled(arguments.uv, robot, *options)
    (FOLDER / 'robot_whole.txt').write_text(text)
    (FOLDER / 'torch_cuda.txt').write_text(CUDA_HEAD + cuda_pins(text))


if __name__ == '__main__':
    main()
