"""The server backend against a real server: transformers serve with the toy's weights."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from realvlg_ros.errors import GroundingCanceled, GroundingError
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.server import make_grounder

TOY = Path(__file__).parents[2] / 'benchmarks' / 'toy'
START_S = 60
PACKAGES = ('torch', 'transformers', 'torchvision', 'fastapi', 'uvicorn', 'openai', 'pydantic')
TEMPLATE = """\
{%- for message in messages %}<|im_start|>{{ message.role }}
{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content -%}
{% if part.type == 'text' %}{{ part.text }}{% else %}<|vision_start|><|image_pad|><|vision_end|>\
{% endif %}{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


@pytest.fixture
def server(tmp_path):
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f'transformers serve needs {", ".join(missing)}')
    folder = checkpoint_to_serve(tmp_path / 'toy')
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    command = [sys.executable, '-m', 'transformers.cli.transformers', 'serve', str(folder)]
    command += ['--host', '127.0.0.1', '--port', str(port), '--device', 'cpu']
    environment = {**os.environ, 'HF_HUB_OFFLINE': '1', 'OMP_NUM_THREADS': '1'}
    log = tmp_path / 'log'
    with log.open('wb') as file:
        process = subprocess.Popen(
            [*command, '--dtype', 'float32'], env=environment, stdout=file, stderr=file
        )
    try:
        deadline = time.monotonic() + START_S
        while not answers(port):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        process.url, process.model = f'http://127.0.0.1:{port}/v1', str(folder)
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(('127.0.0.1', port)) == 0


def checkpoint_to_serve(folder):
    """The toy's weights with what a processor of transformers reads beside them."""
    shutil.copytree(TOY / 'weights', folder)
    names = ('image_pad', 'video_pad', 'vision_start', 'vision_end')
    roles = ('image_token', 'video_token', 'vision_start_token', 'vision_end_token')
    tokenizer = {role: f'<|{name}|>' for role, name in zip(roles, names, strict=True)}
    tokenizer.update(tokenizer_class='PreTrainedTokenizerFast', eos_token='<|im_end|>')
    (folder / 'tokenizer_config.json').write_text(json.dumps(tokenizer))
    processor = {'processor_class': 'Qwen2_5_VLProcessor'}
    (folder / 'processor_config.json').write_text(json.dumps(processor))
    (folder / 'chat_template.jinja').write_text(TEMPLATE)
    return folder


def loaded(server, **options):
    grounder = make_grounder(
        url=server.url,
        box_model=server.model,
        max_pixels=19200,
        **{'prompts': str(TOY / 'prompts_original.yaml'), 'max_tokens': 40, **options},
    )
    grounder.load()
    return grounder


def test_a_real_server_answers_is_slow_and_dies(server):
    from benchmarks.toy_grounding import frame_of, pictures

    grounder = loaded(server, grasp_model=server.model)
    overlaps = []
    for asked in pictures(777, 6):
        words = asked.scene.words(asked.shape)
        found = grounder.ground(frame_of(asked.scene), words, never_aborted)
        overlaps.append(found.box.iou(asked.shape.box))
        absent = f'the {asked.scene.absent_colors[0]} circle'
        found = grounder.ground(frame_of(asked.scene), absent, never_aborted)
        assert found.status is GroundingStatus.NOT_FOUND
    # A box in the middle of the picture has about 0.1.
    assert np.mean(overlaps) > 0.6
    with pytest.raises(GroundingError, match=r"guide 'guided_regex': .* 422: .*guided_regex"):
        loaded(server, guide='guided_regex')

    frame = frame_of(asked.scene)
    rambling = loaded(
        server, prompts='realvlg', thinking=True, max_tokens=3000, timeout=5.0, retries=0
    )
    looks = iter(range(1000))
    with pytest.raises(GroundingCanceled):
        rambling.ground(frame, 'mug', lambda: next(looks) > 3)
    server.send_signal(signal.SIGSTOP)
    with pytest.raises(GroundingError, match='within 5 s'):
        rambling.ground(frame, 'mug', never_aborted)
    server.send_signal(signal.SIGCONT)
    threading.Timer(0.2, server.kill).start()
    with pytest.raises(GroundingError, match='broke off'):
        rambling.ground(frame, 'mug', never_aborted)
