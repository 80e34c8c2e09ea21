"""A page in one file: its style, its script and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from .markup import Html, join, script_json, tag


def page(title: str, body: Html, data: Any, scripts: Sequence[str]) -> str:
    """The whole page.

    Nothing is loaded, and no script runs but the one whose hash stands in the page.

    Args:
        title: of the window.
        body: the content.
        data: for the script, as JSON.
        scripts: names of files in assets/, in order.
    """
    style = asset('page.css')
    code = "'use strict';\n" + '\n'.join(asset(name) for name in scripts)
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode('ascii')
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    head = tag(
        'head',
        tag('meta', charset='utf-8'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        tag('meta', name='viewport', content='width=device-width, initial-scale=1'),
        tag('meta', name='color-scheme', content='light dark'),
        tag('title', title),
        Html(f'<style>\n{style}</style>'),
    )
    whole = tag(
        'body',
        body,
        script_json('data', data),
        Html(f'<script>{code}</script>'),
    )
    document = Html(f'<html lang="en">{join([head, whole])}</html>')
    return f'<!doctype html>\n{document}\n'


def asset(name: str) -> str:
    """A file of assets/."""
    return files(__package__).joinpath('assets', name).read_text(encoding='utf-8')
