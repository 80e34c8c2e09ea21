"""Files that are installed beside the Python code: config/, launch/, urdf/."""

from __future__ import annotations

import difflib
from pathlib import Path

from .boundary import Boundary
from .errors import ParameterError
from .limits import REASON_CHARACTERS
from .quoting import cut, quoted


def share_folder() -> Path:
    """The folder that holds config/: the installed share folder, or the source checkout.

    Raises:
        ParameterError: neither is there, so the installation is incomplete.
    """
    for parent in Path(__file__).absolute().parents:
        for folder in (parent / 'share' / 'realvlg_ros', parent):
            if (folder / 'config' / 'grippers').is_dir():
                return folder
    raise ParameterError(
        f'no share/realvlg_ros/config above {Path(__file__).parent}; install the package again'
    )


def config_file(name: str) -> Path:
    """A file of config/ by its relative name, or any file by an absolute or existing path.

    Raises:
        ParameterError: there is no such file.
    """
    with Boundary(f'the file {quoted(name)}', ParameterError).guard('cannot be looked up'):
        given = Path(name).expanduser()
        path = given if given.is_absolute() or given.exists() else share_folder() / 'config' / name
        if path.is_file():
            return path
        folder = path.parent
        known = sorted(p.name for p in folder.glob('*')) if folder.is_dir() else []
    held = cut(', '.join(known), REASON_CHARACTERS) or 'none'
    raise ParameterError(f'{path} is not a file; {folder} holds {held}{_hint(name)}')


def gripper_file(name: str) -> Path:
    """A gripper profile by name ('franka_hand') or by path.

    Raises:
        ParameterError: there is no such profile.
    """
    return _profile('gripper', 'grippers', name)


def depth_noise_file(name: str) -> Path:
    """A profile of a depth camera's noise by name ('d435') or by path.

    Raises:
        ParameterError: there is no such profile.
    """
    return _profile('depth noise profile', 'depth_noise', name)


def world_file(name: str) -> Path:
    """A simulated world as a file of config/ ('worlds/clutter.yaml') or by path.

    Raises:
        ParameterError: there is no such world.
    """
    return _yaml_file('world', 'worlds', name)


def backend_options_file(name: str) -> Path:
    """Options of a grounding backend by name ('server'), as a file of config/, or by path.

    Raises:
        ParameterError: there is no such file.
    """
    return _profile('backend_options', 'backends', name)


def training_file(name: str) -> Path:
    """Settings of a training by name ('gspo'), as a file of config/, or by path.

    Raises:
        ParameterError: there is no such file.
    """
    return _profile('training config', 'train', name)


def _profile(what: str, folder: str, name: str) -> Path:
    """A YAML file in a folder of config/ by its name, a file of config/, or any by its path."""
    known = share_folder() / 'config' / folder
    profiles = {p.stem: p for p in sorted(known.glob('*.yaml'))}
    if name in profiles:
        return profiles[name]
    if not name.endswith(('.yaml', '.yml')):
        raise ParameterError(
            f'{what} is {quoted(name)}; expected one of {", ".join(profiles)}, or the path of '
            f'a YAML file of your own; {_holds(known)}'
        )
    return _yaml_file(what, folder, name)


def _yaml_file(what: str, folder: str, name: str) -> Path:
    """A file of config/ or of a folder in it, or any by its path."""
    known = share_folder() / 'config' / folder
    with Boundary(f'{what} {quoted(name)}', ParameterError).guard('cannot be looked up'):
        for path in (Path(name).expanduser(), known.parent / name, known / name):
            if path.is_file():
                return path
    shown = cut(name, REASON_CHARACTERS) or repr(name)
    raise ParameterError(f'{what} {shown} is not a file; {_holds(known)}{_hint(name)}')


def _holds(folder: Path) -> str:
    """The YAML files of a folder, for the message of a miss."""
    names = sorted(path.name for path in folder.glob('*.yaml'))
    return f'{folder} holds {", ".join(names) or "none"}'


def _hint(name: str) -> str:
    near = _near_config_file(name)
    return f'; did you mean {near!r}?' if near else ''


def _near_config_file(name: str) -> str:
    """The file of config/ whose name is most like a wrong one; empty when none is like it."""
    config = share_folder() / 'config'
    files = sorted(p for p in config.rglob('*') if p.is_file())
    names = {p.stem: p for p in files}
    near = difflib.get_close_matches(Path(name).stem, names, 1)
    return str(names[near[0]].relative_to(config)) if near else ''
