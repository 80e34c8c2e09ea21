"""A run that is kept line by line in a folder, and goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from .boundary import Boundary
from .documents import as_mapping, read_json
from .errors import RealvlgError, RunError
from .json_text import to_json_text, to_plain
from .limits import MAX_LISTING_BYTES

T = TypeVar('T')


def begin_run(
    options_file: Path,
    options: Mapping[str, Any],
    may_differ: Sequence[str] = (),
    assumed: Mapping[str, Any] | None = None,
) -> None:
    """Write the options of a run into its folder, or check that they are those of the run in it.

    Args:
        options_file: in the folder, which is made.
        options: of the run.
        may_differ: those that may be others when it goes on.
        assumed: values of options that older runs did not keep.

    Raises:
        RunError: the folder holds another run, or cannot be used.
    """
    folder, wanted = options_file.parent, to_plain(options)
    with Boundary(str(folder), RunError).guard('cannot be used for a run'):
        if options_file.exists():
            boundary = Boundary(str(options_file), RunError)
            found = {**(assumed or {}), **as_mapping(read_json(options_file, boundary), boundary)}
            differs = [k for k, v in wanted.items() if found.get(k) != v and k not in may_differ]
            if differs:
                raise RunError(
                    f'{folder} holds a run with another {", ".join(differs)}; give another --out'
                )
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(options_file, to_json_text(options, indent=2) + '\n')


def whole_lines(path: Path, parse: Callable[[str], T], mend: bool = False) -> list[T]:
    """What the lines of a file say; one that was cut off at the end is left out.

    Args:
        path: of the file; where there is none there are no lines.
        parse: raises a RealvlgError for a line that cannot be read.
        mend: take a line that was cut off out of the file, before others are added.

    Raises:
        RunError: the file cannot be read or mended, or a line before the last one cannot be read.
    """
    found: list[T] = []
    if not path.exists():
        return found
    boundary = Boundary(str(path), RunError)
    if not path.is_file():
        raise boundary.refusal('is no regular file')
    end = 0
    with boundary.guard('cannot be read'), path.open('rb') as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LISTING_BYTES), b''), 1):
            try:
                found.append(parse(_text(line)))
            except RealvlgError as error:
                if file.read(1):
                    raise RunError(f'{path.name}, line {number}: {error}') from error
                break
            end = file.tell()
        size = file.seek(0, 2)
    if mend and end < size:
        with boundary.guard('cannot be written'), path.open('r+b') as file:
            file.truncate(end)
    return found


def _text(line: bytes) -> str:
    """The text of a line that has its end.

    Raises:
        RunError: it was cut off.
    """
    if not line.endswith(b'\n'):
        raise RunError('it was cut off')
    return line.decode('utf-8', 'replace')


def append_line(path: Path, line: str) -> None:
    """Add a line.

    Raises:
        RunError: the file cannot be written.
    """
    boundary = Boundary(str(path), RunError)
    with boundary.guard('cannot be written'), path.open('a', encoding='utf-8') as file:
        file.write(line + '\n')


def replace_file(path: Path, text: str) -> None:
    """Write a file beside and put it in place: an interruption leaves the old one.

    Raises:
        RunError: it cannot be written.
    """
    with Boundary(str(path), RunError).guard('cannot be written'):
        beside = path.with_name(f'{path.name}.new')
        beside.write_text(text, encoding='utf-8')
        beside.replace(path)
