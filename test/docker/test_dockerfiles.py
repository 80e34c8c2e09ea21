"""The Dockerfiles build from this tree, with nothing hidden; their scripts do what they say."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / 'docker'
FILES = sorted(DOCKER.glob('*/Dockerfile'))
SCRIPTS = sorted(DOCKER.glob('*.sh'))
# What would bring in something that is not in the tree and not a package.
FETCHES = re.compile(r'\b(curl|wget|git clone|pip3? install|add-apt-repository)\b|https?://')


def instructions(path):
    """Name and arguments of each instruction, lines joined."""
    text = re.sub(r'\\\n\s*', ' ', path.read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith('#')]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def arguments(path, name):
    return [rest for kind, rest in instructions(path) if kind == name]


def test_there_is_a_file_for_each_place():
    assert [path.parent.name for path in FILES] == ['humble', 'jazzy', 'jetson']


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.parent.name)
def test_a_file_hides_nothing(path):
    (base,) = arguments(path, 'FROM')
    defaults = dict(line.split('=', 1) for line in arguments(path, 'ARG'))
    for name, value in defaults.items():
        base = base.replace(f'${{{name}}}', value)
    assert re.fullmatch(r'ros:(humble|jazzy)-ros-base-(jammy|noble)', base)
    assert {kind for kind, _ in instructions(path)} <= {
        'ARG', 'FROM', 'SHELL', 'COPY', 'RUN', 'ENV', 'USER', 'WORKDIR', 'ENTRYPOINT', 'CMD',
    }  # fmt: skip
    assert not FETCHES.search(path.read_text())
    for copied in arguments(path, 'COPY'):
        source, target = copied.split()
        assert (ROOT / source).exists() and target.startswith('/ws/')
    # What is run is a script of the tree, which is read below.
    for command in arguments(path, 'RUN'):
        name = command.split()[0].rpartition('/')[2]
        assert (DOCKER / name).is_file(), command
    assert arguments(path, 'USER') == ['1000:1000']
    for kind in ('ENTRYPOINT', 'CMD'):
        (form,) = arguments(path, kind)
        assert form.startswith('['), f'{kind} in the form of a shell keeps signals from the nodes'


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.parent.name)
def test_paths_of_the_environment_are_those_of_the_tree(path):
    prefix = '/ws/install/share/realvlg_ros/'
    named = re.findall(rf'{prefix}(\S+)', path.read_text())
    assert named and all((ROOT / name).is_file() for name in named)
    options = re.findall(r'backend_options:=(\w+\.yaml)#(\w+)', path.read_text())
    for file, section in options:
        assert f'\n{section}:' in (ROOT / 'config' / file).read_text()


@pytest.mark.parametrize('path', SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound_and_fetches_only_packages(path):
    assert os.access(path, os.X_OK)
    subprocess.run(['bash', '-n', path], check=True)
    text = path.read_text()
    assert 'set -e' in text
    assert not FETCHES.search(text)
    if shutil.which('shellcheck'):
        subprocess.run(['shellcheck', path], check=True)


@pytest.mark.skipif(shutil.which('hadolint') is None, reason='hadolint is not installed')
@pytest.mark.parametrize('path', FILES, ids=lambda path: path.parent.name)
def test_hadolint_has_nothing_to_say(path):
    subprocess.run(['hadolint', path], check=True)


def test_what_is_ignored_is_not_needed():
    ignored = (ROOT / '.dockerignore').read_text().splitlines()
    for name in ('package.xml', 'CMakeLists.txt', 'realvlg_ros', 'config', 'docker', 'msg'):
        assert name not in ignored
    assert {'.git', '.venv', 'build', 'install', 'log'} <= set(ignored)


def test_the_entry_point_sources_both_and_becomes_the_command(tmp_path):
    for folder, name in ((tmp_path / 'ros', 'ROS'), (tmp_path / 'ws' / 'install', 'WS')):
        folder.mkdir(parents=True)
        # As those of ROS do, it reads a variable that is not set.
        (folder / 'setup.bash').write_text(f'export {name}_SOURCED="yes$NOT_SET"\n')
    environment = {
        **os.environ, 'REALVLG_ROS_PREFIX': str(tmp_path / 'ros'),
        'REALVLG_WORKSPACE': str(tmp_path / 'ws'),
    }  # fmt: skip
    said = subprocess.run(
        [DOCKER / 'entrypoint.sh', 'bash', '-c', 'echo "$ROS_SOURCED $WS_SOURCED $0"; exit 7'],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert (said.returncode, said.stdout.split()) == (7, ['yes', 'yes', 'bash'])
    environment['REALVLG_WORKSPACE'] = str(tmp_path / 'nowhere')
    assert subprocess.run([DOCKER / 'entrypoint.sh', 'true'], env=environment).returncode != 0


def test_the_build_script_builds_the_package_alone_and_leaves_the_install(tmp_path):
    """With a stand-in for colcon that shows what it was asked."""
    tools, workspace = tmp_path / 'bin', tmp_path / 'ws'
    tools.mkdir()
    (workspace / 'src').mkdir(parents=True)
    colcon = tools / 'colcon'
    colcon.write_text('#!/bin/bash\nmkdir -p build log install\necho "$@" > install/asked\n')
    colcon.chmod(0o755)
    environment = {**os.environ, 'PATH': f'{tools}:{os.environ["PATH"]}', 'ROS_DISTRO': 'none'}
    subprocess.run([DOCKER / 'build.sh', workspace], env=environment, check=True)
    asked = (workspace / 'install' / 'asked').read_text()
    assert '--packages-select realvlg_ros' in asked and '-DBUILD_TESTING=OFF' in asked
    assert sorted(path.name for path in workspace.iterdir()) == ['install', 'src']
