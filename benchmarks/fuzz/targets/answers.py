"""What a server replies, addresses of servers, instructions, and the files of a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from benchmarks.fuzz.target import Target
from realvlg_ros.errors import GroundingError
from realvlg_ros.grounding.grounding import check_instruction
from realvlg_ros.grounding.language.sentences.parser import understand
from realvlg_ros.grounding.realvlg.answer.answer_text import number_ranges
from realvlg_ros.grounding.realvlg.answer.calibration import Calibration
from realvlg_ros.grounding.realvlg.answer.reading import read_reply
from realvlg_ros.grounding.realvlg.model.checkpoint import Checkpoint
from realvlg_ros.grounding.realvlg.model.quantization import Quantization
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts
from realvlg_ros.grounding.realvlg.tools.hashes import check_hashes, hash_files
from realvlg_ros.grounding.serving.chat_client import ChatClient

# The picture that replies are about, px.
_SIZE = (640, 480)
_TEXTS = {
    Task.BOX: '<think>left</think>\n<answer>(100,50),(300,250)</answer>',
    Task.GRASP: '<answer>(70.25, 41.5, -38.5, 30)</answer>',
    Task.CONTACT: '<answer>(100,20),(9,118)</answer>',
}
_SENTENCES = (
    'pick up the red mug on the left', 'the second box from the right behind the bottle',
    'hand me the largest yellow thing next to the bowl, not the cup', 'the mug between the boxes',
    'nimm die zweite rote Tasse von links, die nicht auf dem Teller steht',
    'um, the botle or, no wait, the other one that is taller than the can but shorter than it',
)  # fmt: skip


@cache
def _prompts() -> PromptSet:
    return PromptSet.from_yaml(find_prompts('realvlg'))


def _replies(_: Path) -> Mapping[str, bytes]:
    made = {}
    for task, text in _TEXTS.items():
        content = [{'token': c, 'logprob': -0.1} for c in text[-20:]]
        choice = {'message': {'content': text}, 'logprobs': {'content': content}}
        made[f'{task.value}.json'] = json.dumps({'choices': [choice]}).encode()
    return made


def _reply(data: bytes, _: Path) -> object:
    client = ChatClient('http://localhost:8000/v1', 1.0)
    return _any_answer(client.completion_of(200, data).text)


def _answers(_: Path) -> Mapping[str, bytes]:
    return {f'{task.value}.txt': text.encode() for task, text in _TEXTS.items()}


def _answer(data: bytes, _: Path) -> object:
    return _any_answer(data.decode('utf-8', 'replace'))


def _any_answer(text: str) -> object:
    """The answer to one of the tasks; the error of the last where there is none."""
    failure = GroundingError('no task')
    for task, prompt in _prompts().tasks.items():
        try:
            return read_reply(text, prompt, number_ranges(task, *_SIZE))
        except GroundingError as error:
            failure = error
    raise failure


def _sentences(_: Path) -> Mapping[str, bytes]:
    return {f'{number}.txt': text.encode() for number, text in enumerate(_SENTENCES)}


def _instruction(data: bytes, _: Path) -> object:
    return understand(check_instruction(data.decode('utf-8', 'surrogateescape')))


def _address(data: bytes, _: Path) -> object:
    return ChatClient(data.decode('utf-8', 'surrogateescape'), 1.0)


def _model_files(_: Path) -> Mapping[str, bytes]:
    """Each file of a model folder, behind its name and a line's end."""
    return {name: f'{name}\n'.encode() + data for name, data in _whole_model().items()}


@cache
def _whole_model() -> dict[str, bytes]:
    header = json.dumps(
        {
            'model.visual.a': {'dtype': 'F32', 'shape': [2, 3], 'data_offsets': [0, 24]},
            'model.layers.0.b': {'dtype': 'BF16', 'shape': [4], 'data_offsets': [24, 32]},
        }
    ).encode()
    config = {'model_type': 'qwen2_5_vl', 'hidden_size': 8, 'vision_config': {'depth': 2}}
    index = {'weight_map': dict.fromkeys(json.loads(header), 'model.safetensors')}
    files = {
        'model.safetensors': len(header).to_bytes(8, 'little') + header + bytes(32),
        'config.json': json.dumps(config).encode(),
        'model.safetensors.index.json': json.dumps(index).encode(),
        'tokenizer.json': b'{}',
        'preprocessor_config.json': b'{"patch_size": 14, "merge_size": 2}',
        'realvlg_calibration.json': b'{"kind": "score", "threshold": 0.5, "samples": 4}',
        'realvlg_quantization.json': b'{"weights": "int8", "dtype": "bfloat16"}',
    }
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return {**files, 'realvlg_hashes.json': json.dumps(hashes).encode()}


def _model(data: bytes, folder: Path) -> object:
    name, _, content = data.partition(b'\n')
    harmed = name.decode('ascii', 'replace')
    files = dict(_whole_model())
    files[harmed if harmed in files else 'config.json'] = content
    for each, held in files.items():
        (folder / each).write_bytes(held)
    checkpoint = Checkpoint.open(folder)
    checkpoint.describe_memory()
    Calibration.load(folder)
    Quantization.load(folder)
    return check_hashes(folder, hash_files(checkpoint))


TARGETS = (
    Target('reply of a server', _replies, _reply, weight=40),
    Target('answer in a reply', _answers, _answer, weight=40),
    Target('instruction', _sentences, _instruction, weight=30),
    Target('address of a server', lambda _: {'u.txt': b'http://[::1]:8000/v1'}, _address,
           weight=2),
    Target('model folder', _model_files, _model, weight=2),
)  # fmt: skip
