"""An OpenAI-style server on loopback whose model is the toy's, one question at a time.

`python -m benchmarks.model_server` prints its address and serves until it is killed.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np

from benchmarks.toy_grounding import toy_grounder
from realvlg_ros.camera import Camera
from realvlg_ros.errors import RealvlgError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.threads import limit_threads

_INSTRUCTION = re.compile(r'"([^"]*)"')


class _Model:
    """The toy's model behind a lock."""

    def __init__(self) -> None:
        self._grounder = toy_grounder(Convention.ORIGINAL, threshold=0.0)
        self._lock = threading.Lock()

    def reply(self, question: str, picture: bytes) -> str:
        """The box of what a question names, as the toy writes it."""
        image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        height, width = image.shape[:2]
        camera = Camera(width, height, 300, 300, width / 2, height / 2)
        color = np.ascontiguousarray(image[..., ::-1])
        frame = RgbdFrame(color, np.full((height, width), 0.8, np.float32), camera)
        found = _INSTRUCTION.search(question)
        with self._lock:
            answer = self._grounder.ground(frame, found[1] if found else 'x', never_aborted)
        assert answer.box is not None
        return '({:.0f},{:.0f},{:.0f},{:.0f})'.format(*answer.box.as_tuple())


class _Connection(BaseHTTPRequestHandler):
    model: _Model

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        known = self.path == '/v1/models'
        self._send(200 if known else 404, {'data': [{'id': 'toy', 'owned_by': 'toy'}]})

    def do_POST(self) -> None:  # noqa: N802
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        content = body['messages'][-1]['content']
        if isinstance(content, str):
            text = 'hello'
        else:
            url, question = content[0]['image_url']['url'], content[1]['text']
            try:
                text = self.model.reply(question, base64.b64decode(url.partition(',')[2]))
            except RealvlgError as error:
                text = str(error)
        asked = self.headers.get('X-Request-Id', '')
        choice = {'message': {'content': text}}
        self._send(200, {'id': f'chatcmpl-{asked}', 'choices': [choice]})

    def _send(self, status: int, page: dict[str, Any]) -> None:
        data = json.dumps(page).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    limit_threads(1)
    _Connection.model = _Model()
    server = _Server(('127.0.0.1', 0), _Connection)
    print(f'http://127.0.0.1:{server.server_port}/v1', flush=True)
    server.serve_forever(0.01)


if __name__ == '__main__':
    main()
