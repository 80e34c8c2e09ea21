"""A Chromium that a test drives through its debugging pipe, with the standard library alone."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from patience import PATIENCE_S

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser')
_SHIFT = 8
_CODES = {'Enter': 13, 'Escape': 27, ' ': 32, 'Delete': 46, 'ArrowLeft': 37, 'ArrowUp': 38}
_CODES |= {'ArrowRight': 39, 'ArrowDown': 40}


class Browser:
    """One page; messages of the DevTools protocol go through two pipes, ended by a zero byte."""

    def __init__(self, profile: Path, size: tuple[int, int] = (1280, 800)) -> None:
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        flags = [
            '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--no-proxy-server',
            f'--user-data-dir={profile}', f'--window-size={size[0]},{size[1]}',
            '--remote-debugging-pipe', 'about:blank',
        ]  # fmt: skip
        script = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self._process = subprocess.Popen(
            ['bash', '-c', script, CHROMIUM, *flags],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._in, self._out, self._number, self._rest = ours_in, ours_out, 0, b''
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        attached = self.call('Target.attachToTarget', targetId=target, flatten=True)
        self._session = attached['sessionId']
        self.call('Page.enable')

    _session = ''

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command."""
        self._number += 1
        message = {'id': self._number, 'method': method, 'params': parameters}
        if self._session:
            message['sessionId'] = self._session
        os.write(self._out, json.dumps(message).encode() + b'\0')
        while True:
            answer = json.loads(self._next())
            if answer.get('id') == self._number:
                assert 'error' not in answer, (method, answer)
                return answer['result']

    def _next(self) -> bytes:
        ends = time.monotonic() + PATIENCE_S
        while b'\0' not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(ends - time.monotonic(), 0))
            data = os.read(self._in, 1 << 16) if ready else b''
            assert data, 'the browser says nothing'
            self._rest += data
        message, _, self._rest = self._rest.partition(b'\0')
        return message

    def open(self, address: str) -> None:
        """Go to an address."""
        self.call('Page.navigate', url=address)

    def value(self, script: str) -> Any:
        """What an expression of JavaScript gives."""
        found = self.call('Runtime.evaluate', expression=script, returnByValue=True)
        assert 'exceptionDetails' not in found, found
        return found['result'].get('value')

    def wait(self, script: str) -> Any:
        """What an expression gives when it is true at last."""
        ends = time.monotonic() + PATIENCE_S
        while not (found := self.value(script)):
            assert time.monotonic() < ends, (script, self.value('document.body.innerText'))
            time.sleep(0.02)
        return found

    def press(self, key: str, shift: bool = False) -> None:
        """Press a key and let it go."""
        code = _CODES.get(key, ord(key[0].upper()))
        text = {'Enter': '\r'}.get(key, key if len(key) == 1 else '')
        fields = {'key': key, 'windowsVirtualKeyCode': code, 'modifiers': _SHIFT * shift}
        self.call('Input.dispatchKeyEvent', type='keyDown', text=text, **fields)
        self.call('Input.dispatchKeyEvent', type='keyUp', **fields)

    def mouse(self, kind: str, x: float, y: float, shift: bool = False) -> None:
        """Press (mousePressed), move (mouseMoved) or release (mouseReleased) the left button."""
        self.call(
            'Input.dispatchMouseEvent', type=kind, x=x, y=y, button='left', buttons=1,
            clickCount=1, modifiers=_SHIFT * shift,
        )  # fmt: skip

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag from one place of the window to another."""
        self.mouse('mousePressed', *start)
        self.mouse('mouseMoved', *end)
        self.mouse('mouseReleased', *end)

    def picture(self, path: Path) -> None:
        """Write what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.call('Page.captureScreenshot')['data']))

    def close(self) -> None:
        """End the browser."""
        self._session = ''
        try:
            self.call('Browser.close')
        except (AssertionError, OSError):
            self._process.kill()
        self._process.wait(PATIENCE_S)
        os.close(self._in)
        os.close(self._out)
