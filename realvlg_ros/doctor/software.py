"""What is installed, and which grounding backends can run with it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from ..errors import RealvlgError
from ..grounding.grounding import never_aborted
from ..grounding.sam3.model import model_class
from ..grounding.serving.chat_client import ChatClient
from ..grounding.serving.dialect import recognise
from ..optional import import_optional
from .finding import Finding, Section, note, ok, problem

# What every part needs, and what is a choice, with what is off without it.
_NEEDED = ('numpy', 'scipy', 'cv2', 'yaml')
_CHOSEN = {
    'threadpoolctl': 'BLAS may take every core',
    'rosbags': 'realvlg bag and replay are off',
    'tf2_msgs': 'tf is off: targets live in the frame of the camera',
    'vision_msgs': 'detections are not published',
    'moveit_msgs': 'moveit_adapter and pick_executor are off',
    'control_msgs': 'picking is off',
    'cv_bridge': 'encodings beyond the common ones are not decoded',
}
_PACKAGES = {'cv2': ('opencv-python-headless', 'opencv-python'), 'yaml': ('PyYAML',)}
_INSTALL = 'see requirements/robot.txt, or apt install ros-<distro>-<package>'
# Longest wait for a server that is looked at, s. Chosen: it answers at once, or is not there.
_SERVER_S = 3.0


def installed() -> Section:
    """The packages that are there, and what is off without the others."""
    found = [ok('realvlg_ros', f'{__version__}, Python {platform.python_version()}')]
    found += [_needed(name) for name in _NEEDED]
    found += [_chosen(name, off) for name, off in _CHOSEN.items()]
    return Section('Installed', tuple(found))


def backends(server: str = '') -> Section:
    """Which grounding backends can run here.

    Args:
        server: address of a model's server to look at; empty for none.
    """
    found = [ok('tabletop', 'needs nothing else')]
    missing = _missing('torch', 'realvlg_ros needs it for models') or _missing('transformers', '')
    for name in ('realvlg', 'detector', 'sam3'):
        found.append(_model_backend(name, missing))
    found.append(_server_backend(server))
    return Section('Grounding backends', tuple(found))


def _needed(name: str) -> Finding:
    reason = _missing(name, 'needed')
    if reason:
        return problem(
            name, reason, f'install it: {_PACKAGES.get(name, (name,))[0]} (pip), {_INSTALL}'
        )
    return ok(name, _version(name))


def _chosen(name: str, off: str) -> Finding:
    reason = _missing(name, off)
    return note(name, reason, _INSTALL) if reason else ok(name, _version(name))


def _model_backend(name: str, missing: str) -> Finding:
    if missing:
        return note(name, missing, 'pip install torch transformers (on a Jetson its own torch)')
    if name == 'sam3':
        try:
            model_class()
        except RealvlgError as error:
            return note(name, str(error), 'pip install -U transformers')
    torch = import_optional('torch', '', '')
    where = 'on the GPU' if torch.cuda.is_available() else 'on the CPU, slowly'
    return ok(name, f'{where}; give it the folder of a checkpoint')


def _server_backend(url: str) -> Finding:
    if not url:
        return note(
            'server', 'not looked at', 'name one: realvlg doctor --server http://HOST:8000/v1'
        )
    try:
        client = ChatClient(url, _SERVER_S, os.environ.get('REALVLG_SERVER_KEY', ''))
        dialect = recognise(client, never_aborted)
        client.check_health(dialect.health, never_aborted)
        held = client.models(never_aborted)
    except RealvlgError as error:
        return problem(
            'server', str(error), 'start the server, or mend url; see docs/grounding.md'
        )
    names = ', '.join(held[:4]) or 'no models listed'
    return ok('server', f'{url} answers; dialect {dialect.name}; {names}')


def _missing(module: str, need: str) -> str:
    """Why a module cannot be imported; empty if it can."""
    try:
        import_optional(module, need, 'install it')
    except RealvlgError as error:
        return str(error).removeprefix(': ').removesuffix('; install it')
    return ''


def _version(module: str) -> str:
    for package in _PACKAGES.get(module, (module,)):
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    return 'there'
