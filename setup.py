"""`pip install .`: the Python code with its interfaces, built by CMake, in one wheel.

On a robot colcon builds the package and does not look at this file.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, find_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
NAME = 'realvlg_ros'


class BuildWithInterfaces(build_py):
    """Install with CMake into a stage, then pack what came out."""

    def run(self):
        """Build; the environment must be a ROS prefix (sourced, or ROS installed as wheels)."""
        super().run()
        stage = (HERE / 'build' / 'pip' / 'stage').resolve()
        shutil.rmtree(stage, ignore_errors=True)
        self._install_into(stage)
        self._pack(stage)

    def _install_into(self, stage):
        build = stage.parent / 'cmake'
        environment = dict(os.environ)
        environment.setdefault('AMENT_PREFIX_PATH', sys.prefix)
        environment.setdefault('CMAKE_PREFIX_PATH', environment['AMENT_PREFIX_PATH'])
        environment['PATH'] = f'{Path(sys.executable).parent}:{environment["PATH"]}'
        configure = [
            'cmake', '-S', str(HERE), '-B', str(build), f'-DCMAKE_INSTALL_PREFIX={stage}',
            f'-DPython3_EXECUTABLE={sys.executable}', '-DBUILD_TESTING=OFF',
        ]  # fmt: skip
        install = ['cmake', '--build', str(build), '--target', 'install', '--parallel']
        for command in (configure, install):
            subprocess.run(command, check=True, env=environment)

    def _pack(self, stage):
        (generated,) = stage.glob(f'**/*-packages/{NAME}')
        target = Path(self.build_lib) / NAME
        shutil.copytree(generated, target, dirs_exist_ok=True)
        data = {}
        for path in stage.rglob('*'):
            # bin/ holds what the entry point below makes with the right interpreter.
            kept = not {generated.parent, stage / 'bin'} & set(path.parents)
            if path.is_file() and kept:
                folder = str(path.parent.relative_to(stage))
                data.setdefault(folder, []).append(str(path))
        self.distribution.data_files = sorted(data.items())


class PlatformDistribution(Distribution):
    """The wheel holds compiled type support."""

    def has_ext_modules(self):
        """Whether the wheel depends on the platform."""
        return True


setup(
    name=NAME,
    version='0.1.0',
    description='From an instruction and RGB-D images to stable, collision-checked 6-DoF grasps.',
    license='Apache-2.0',
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    package_data={NAME: ['py.typed', 'replay/report/assets/*', 'annotation/review/assets/*']},
    python_requires='>=3.10',
    install_requires=[
        'numpy>=1.21',
        'scipy>=1.8',
        'opencv-python-headless>=4.5,<5',
        'PyYAML>=5.4',
        'threadpoolctl>=3.1',
        'rosbags>=0.11',
    ],
    extras_require={
        'realvlg': ['torch>=2.5', 'transformers>=5', 'safetensors>=0.4'],
        'export': ['pyarrow>=14'],
        'distributed': ['ray[data]>=2.40'],
        'train': [
            'trl>=1.16,<2', 'accelerate>=1.10.1', 'datasets>=4.7', 'peft>=0.18',
            'tensorboard>=2.15', 'torch>=2.5', 'transformers>=5', 'safetensors>=0.4', 'pillow',
        ],
        'simulation': ['trimesh>=4', 'embreex', 'mujoco>=3.5', 'coacd>=1.0.5'],
        'test': [
            'pytest<8.4', 'pytest-cov', 'hypothesis', 'ruff', 'mypy', 'trimesh', 'embreex',
            'mujoco', 'coacd', 'xacro', 'transforms3d',
        ],
    },
    entry_points={
        'console_scripts': ['realvlg = realvlg_ros.cli:main'],
        # Other packages add grounders of their own to this group; these need no installation.
        'realvlg_ros.grounders': [
            f'{name} = realvlg_ros.grounding.{module}:make_grounder'
            for name, module in (
                ('detector', 'detector'),
                ('realvlg', 'realvlg.grounder'),
                ('sam3', 'sam3'),
                ('server', 'server'),
                ('tabletop', 'tabletop'),
            )
        ],
    },
    cmdclass={'build_py': BuildWithInterfaces},
    distclass=PlatformDistribution,
)  # fmt: skip
