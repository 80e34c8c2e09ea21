"""A grounder that needs a server: the embedded one, as long as the server answers."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable

from realvlg_ros.errors import GroundingError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import Grounding, never_aborted
from realvlg_ros.grounding.tabletop import TabletopGrounder

# Longest wait for the server, s. Chosen: it is on this machine.
_TIMEOUT_S = 2.0


class ServedGrounder(TabletopGrounder):
    """Asks a server before each answer."""

    name = 'served'

    def __init__(self, url: str) -> None:
        """Ask the server of this address."""
        super().__init__()
        self._url = url

    def ground(
        self,
        frame: RgbdFrame,
        instruction: str,
        aborted: Callable[[], bool] = never_aborted,
    ) -> Grounding:
        """Find the object, if the server answers; see Grounder.

        Raises:
            GroundingError: it does not.
        """
        try:
            with urllib.request.urlopen(self._url, timeout=_TIMEOUT_S) as reply:
                reply.read(1024)
        except (urllib.error.URLError, OSError) as error:
            raise GroundingError(f'{self._url} does not answer ({error}); start it') from error
        return super().ground(frame, instruction, aborted)


def make_grounder(url: str) -> ServedGrounder:
    """The grounder of a server."""
    return ServedGrounder(url)
