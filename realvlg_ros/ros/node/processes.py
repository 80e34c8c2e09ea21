"""Nodes as child processes that are monitored and stopped together."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from ...errors import RealvlgError
from ...resources import config_file

# How long a process may take to end, s, and lines of its log that are shown. Chosen: as long as
# launch waits; a screen.
_STOP_TIMEOUT_S = 5.0
_LOG_LINES = 25


class ProcessError(RealvlgError):
    """A node's process that ended by itself."""


# Domains that are chosen from. Chosen: above those that people take; up to 101 no port of them is
# one that the system hands out by itself.
_DOMAINS = range(51, 102)


def is_free(domain: int) -> bool:
    """Whether no participant of a domain runs on this machine.

    The first one has the port 7410 + 250 * domain (DDSI-RTPS 2.5, 9.6.2).
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(('', 7410 + 250 * domain))
        except OSError:
            return False
    return True


def isolated_environment() -> dict[str, str]:
    """Environment of nodes that discover only each other, with large shared memory.

    It sets a random free domain on the loopback interface: robots are not affected.

    Raises:
        RealvlgError: nodes run in every domain that is chosen from.
    """
    shuffled = secrets.SystemRandom().sample(_DOMAINS, len(_DOMAINS))
    domain = next(filter(is_free, shuffled), None)
    if domain is None:
        raise RealvlgError(
            f'nodes run in each of the domains {_DOMAINS.start} to {_DOMAINS.stop - 1} on this '
            'machine: stop some'
        )
    profile = str(config_file('fastdds_profile.xml'))
    return {
        **os.environ,
        'ROS_DOMAIN_ID': str(domain),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'FASTRTPS_DEFAULT_PROFILES_FILE': profile,
        'FASTDDS_DEFAULT_PROFILES_FILE': profile,
        'PYTHONUNBUFFERED': '1',
    }


class NodeProcesses:
    """A group of node processes; leaving the context stops them."""

    def __init__(self, log_folder: Path, environment: Mapping[str, str]) -> None:
        """Write each node's output to log_folder/NODE.log."""
        self._folder = log_folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._environment = dict(environment)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> NodeProcesses:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(
        self, node: str, parameters: Mapping[str, Any], remappings: Mapping[str, str]
    ) -> None:
        """Start the process of a node.

        Args:
            node: name of the node and of its module in realvlg_ros.nodes.
            parameters: values by name.
            remappings: new names of topics, services and actions, by their names in the node.
        """
        file = self._folder / f'{node}.yaml'
        file.write_text(yaml.safe_dump({node: {'ros__parameters': dict(parameters)}}))
        command = [sys.executable, '-m', f'realvlg_ros.nodes.{node}']
        command += ['--ros-args', '--params-file', str(file)]
        command += [part for old, new in remappings.items() for part in ('-r', f'{old}:={new}')]
        with (self._folder / f'{node}.log').open('wb') as log:
            self._processes[node] = subprocess.Popen(
                command, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )

    def pids(self) -> dict[str, int]:
        """Process ids by node."""
        return {node: process.pid for node, process in self._processes.items()}

    def check(self) -> None:
        """Check that every node still runs.

        Raises:
            ProcessError: one has ended; the message holds the end of its output.
        """
        for node, process in self._processes.items():
            if process.poll() is not None:
                lines = self.log(node).splitlines()[-_LOG_LINES:]
                raise ProcessError(
                    f'{node} ended with status {process.returncode}:\n  ' + '\n  '.join(lines)
                )

    def log(self, node: str) -> str:
        """What a node has printed so far."""
        return (self._folder / f'{node}.log').read_text(errors='replace')

    def stop(self) -> None:
        """Send SIGINT to every node, and kill those that do not end in time."""
        running = [p for p in self._processes.values() if p.poll() is None]
        for process in running:
            process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + _STOP_TIMEOUT_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
