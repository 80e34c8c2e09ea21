"""Stand-in servers on loopback that speak one dialect each, as their documents describe it."""

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = '<think></think>\n<answer>(100,50),(300,250)</answer>'
_GBNF = re.compile(r'("(?:[^"\\]|\\.)*")|(\[(?:[^\]\\]|\\.)*\]|\{[^}]*\}|[()|*+?])|(\s+)')


def gbnf_to_regex(grammar):
    """The expression of a grammar with one rule."""
    rule, text, at = grammar.removeprefix('root ::= '), '', 0
    while at < len(rule):
        found = _GBNF.match(rule, at)
        assert found, f'no grammar of llama.cpp: {rule[at : at + 20]}'
        text += re.escape(json.loads(found[1])) if found[1] else found[2] or ''
        at = found.end()
    return text


@dataclass
class Kind:
    """What a server of a dialect lists, shows, knows and sends."""

    owner: str = 'someone'
    pages: dict = field(default_factory=dict)
    expression: object = None
    strict: bool = False
    log_probabilities: bool = True
    id_of: object = lambda asked: 'chatcmpl-1'
    echoes: bool = False


KINDS = {
    'vllm': Kind(
        'vllm', {'/version': {'version': '0.24.0'}, '/health': {}},
        lambda b: b.get('structured_outputs', {}).get('regex'), id_of=lambda i: f'chatcmpl-{i}',
    ),
    'vllm before 0.12': Kind(
        'vllm', {'/version': {'version': '0.9.2'}, '/health': {}},
        lambda b: b.get('guided_regex'), id_of=lambda i: f'chatcmpl-{i}',
    ),
    'tensorrt_edge_llm': Kind(
        'nvidia', {}, lambda b: b.get('guided_decoding', {}).get('regex'),
    ),
    'llama_cpp': Kind(
        'llamacpp', {'/health': {'status': 'ok'}},
        lambda b: gbnf_to_regex(b['grammar']) if 'grammar' in b else None,
    ),
    'transformers_serve': Kind(
        '', {'/health': {'status': 'ok'}}, strict=True, log_probabilities=False,
        id_of=lambda asked: asked, echoes=True,
    ),
    'ollama': Kind('library', {'/api/version': {'version': '0.40.12'}}),
}  # fmt: skip
_KNOWN = {'model', 'messages', 'max_tokens', 'logprobs', 'temperature', 'chat_template_kwargs'}


@dataclass
class DialectServer:
    """A server of a kind.

    Attributes:
        url: base of its API.
        fault: '', 'refuses' (500 and no health), 'rubbish', 'foreign' (another robot's answer),
            'untied' (no ids any more), 'busy' (503) or 'stalls'.
        bodies: questions so far, without those of one token.
        robots: who asked.
    """

    kind: Kind
    url: str = ''
    fault: str = ''
    reply: str = ANSWER
    busy: int = 0
    bodies: list = field(default_factory=list)
    robots: list = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


def handler_of(server):
    kind = server.kind

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            if server.fault == 'refuses':
                self.send(503, {})
            elif self.path == '/v1/models':
                self.send(200, {'data': [{'id': 'm', 'owned_by': kind.owner}]})
            elif self.path in kind.pages:
                self.send(200, kind.pages[self.path])
            else:
                self.send(404, {})

        def do_POST(self):  # noqa: N802
            body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
            if kind.strict and set(body) - _KNOWN:
                self.send(422, {'detail': f'Unexpected fields {set(body) - _KNOWN}'})
                return
            if body['max_tokens'] > 1:
                server.bodies.append(body)
                server.robots.append(self.headers.get('X-Realvlg-Robot'))
            if server.fault == 'stalls':
                server.released.wait(60)
            if server.fault == 'refuses':
                self.send(500, {'error': 'out of memory'})
            elif server.busy:
                server.busy -= 1
                self.send(503, {'error': 'busy'})
            else:
                self.send(200, self.completion(body))

        def completion(self, body):
            if server.fault == 'rubbish':
                return ['rubbish']
            expression = kind.expression(body) if kind.expression else None
            text = 'hello' if body['max_tokens'] == 1 else server.reply
            if expression is not None:
                text = '7' if body['max_tokens'] == 1 else text
                assert re.fullmatch(expression, text), (expression, text)
            listed = [{'token': c, 'logprob': -0.1} for c in text]
            choice = {'message': {'content': text}}
            if kind.log_probabilities and body.get('logprobs'):
                choice['logprobs'] = {'content': listed}
            asked = self.headers.get('X-Request-Id', '')
            named = {'foreign': f'realvlg-{"0" * 32}', 'untied': 'x'}.get(server.fault)
            return {'id': named or kind.id_of(asked), 'choices': [choice]}

        def send(self, status, page):
            data = json.dumps(page).encode()
            self.send_response(status)
            if kind.echoes and server.fault not in ('foreign', 'untied'):
                self.send_header('X-Request-Id', self.headers.get('X-Request-Id', ''))
            self.send_header('Content-Length', str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments):
            pass

    return Handler


@contextmanager
def serving(kind, reply=ANSWER):
    """A server of a kind that says a reply, until the block ends."""
    server = DialectServer(KINDS[kind], reply=reply)
    http = ThreadingHTTPServer(('127.0.0.1', 0), handler_of(server))
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    server.url = f'http://127.0.0.1:{http.server_port}/v1'
    try:
        yield server
    finally:
        server.released.set()
        http.shutdown()
        http.server_close()
        thread.join(5)
