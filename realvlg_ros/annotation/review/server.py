"""The review page's server: on this machine alone, and only for who was given its token."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ...boundary import Boundary
from ...documents import as_mapping, parse_json
from ...errors import AnnotationError, RealvlgError
from ...files import read_bytes
from ...json_text import to_json_text
from ...limits import MAX_IMAGE_BYTES
from .desk import Desk

HOST = '127.0.0.1'
# A correction, bytes. Chosen: some thousand points.
_MOST_BYTES = 100_000
# A client that says nothing is let go after, s. Chosen: far longer than a browser takes.
_SILENT_S = 20.0
_ASSETS = {
    '/': ('page.html', 'text/html'),
    '/page.css': ('page.css', 'text/css'),
    '/start.js': ('start.js', 'text/javascript'),
    '/stage.js': ('stage.js', 'text/javascript'),
    '/review.js': ('review.js', 'text/javascript'),
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_IMAGE_TYPES = {b'\x89PNG': 'image/png', b'\xff\xd8\xff\xe0': 'image/jpeg'}


class ReviewServer:
    """Serves the page of one set; its address holds the token."""

    def __init__(self, desk: Desk, port: int = 0) -> None:
        """Listen on the loopback interface; a request that does not know the token is refused.

        Raises:
            AnnotationError: the port is taken.
        """
        self.token = secrets.token_urlsafe(16)
        handler = _handler(desk, self.token)
        with Boundary(f'port {port} of {HOST}', AnnotationError).guard('cannot be used'):
            self._server = ThreadingHTTPServer((HOST, port), handler)
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        """Of the page; the part after # never leaves the browser."""
        return f'http://{HOST}:{self._server.server_port}/#{self.token}'

    def serve(self) -> None:
        """Answer until `stop` is called or the process is interrupted."""
        self._server.serve_forever()

    def stop(self) -> None:
        """End `serve` in another thread, and free the port."""
        self._server.shutdown()
        self.close()

    def close(self) -> None:
        """Free the port."""
        self._server.server_close()


def _handler(desk: Desk, token: str) -> type[BaseHTTPRequestHandler]:
    """The handler of requests about a desk."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENT_S
        server_version = 'realvlg'

        def do_GET(self) -> None:
            if not self._from_here():
                return
            path = urlsplit(self.path).path
            if path in _ASSETS:
                name, kind = _ASSETS[path]
                text = files(__package__).joinpath('assets', name).read_bytes()
                self._send(HTTPStatus.OK, text, f'{kind}; charset=utf-8')
            elif self._knows_token():
                self._answer(lambda: _asked(desk, path))

        def do_POST(self) -> None:
            if self._from_here() and self._knows_token():
                self._answer(lambda: _done(desk, urlsplit(self.path).path, self._body()))

        def _body(self) -> Mapping[str, Any]:
            boundary = Boundary('correction', AnnotationError)
            length = self.headers.get('Content-Length', '')
            if not length.isdigit() or int(length) > _MOST_BYTES:
                raise boundary.refusal(f'has not up to {_MOST_BYTES} bytes')
            return as_mapping(parse_json(self.rfile.read(int(length)), boundary), boundary)

        def _answer(self, make: Callable[[], Any]) -> None:
            try:
                made = make()
            except RealvlgError as error:
                text = to_json_text({'problem': str(error)}).encode()
                self._send(HTTPStatus.BAD_REQUEST, text, 'application/json')
                return
            if isinstance(made, bytes):
                kind = _IMAGE_TYPES.get(made[:4], 'application/octet-stream')
                self._send(HTTPStatus.OK, made, kind)
            else:
                self._send(HTTPStatus.OK, to_json_text(made).encode(), 'application/json')

        def _from_here(self) -> bool:
            """Whether the page was asked for by its own address; a name may be another's."""
            host = self.headers.get('Host', '')
            if host == f'{HOST}:{self._port()}':
                return True
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b'', 'text/plain')
            return False

        def _port(self) -> int:
            return int(self.connection.getsockname()[1])

        def _knows_token(self) -> bool:
            if hmac.compare_digest(self.headers.get('X-Token', '').encode(), token.encode()):
                return True
            self._send(HTTPStatus.FORBIDDEN, b'', 'text/plain')
            return False

        def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
            self.send_response(status)
            for name, value in (
                ('Content-Type', kind), ('Content-Length', str(len(content))),
                ('Content-Security-Policy', _POLICY), ('X-Content-Type-Options', 'nosniff'),
                ('Cache-Control', 'no-store'), ('Referrer-Policy', 'no-referrer'),
            ):  # fmt: skip
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the terminal is the command's."""

    return Handler


def _asked(desk: Desk, path: str) -> Any:
    """What a path of GET names."""
    parts = [unquote(part) for part in path.split('/')[1:]]
    if parts == ['list']:
        return desk.listing()
    if len(parts) == 2 and parts[0] == 'image':
        color = Path(desk.picture(parts[1]))
        return read_bytes(color, Boundary(str(color), AnnotationError), MAX_IMAGE_BYTES)
    if len(parts) == 3 and parts[0] == 'item':
        return desk.item(parts[1], _number(parts[2]))
    raise AnnotationError('there is nothing at this address')


def _done(desk: Desk, path: str, deed: Mapping[str, Any]) -> Any:
    """What comes of a correction."""
    parts = [unquote(part) for part in path.split('/')[1:]]
    if len(parts) == 3 and parts[0] == 'item':
        return desk.do(parts[1], _number(parts[2]), deed)
    raise AnnotationError('there is nothing at this address')


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise AnnotationError('an object has a number')
    return int(text)
