"""Memory, passes and speed of a model of Qwen2.5-VL-3B's shape, with random weights.

The JSON forms are decoded by that shape and by that of Qwen3-VL-2B as well.

`python -m benchmarks.decoding` needs about 10 GB of memory and several minutes of an otherwise
idle machine. `--quick` keeps the widths and cuts the layers (4 of 36, 2 of 32 in the vision
tower): its ratios of layers hold, its ratios of the whole model do not, and no goal is checked.
"""

from __future__ import annotations

import gc
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.decoding_forms import measure_forms, qwen3_vl_2b
from benchmarks.report import Goal, Report, argument_parser
from benchmarks.tiny_qwen import save_processor, train_vocabulary
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.realvlg.answer.decoder import Answer, Decoder, Mode, Thinking
from realvlg_ros.grounding.realvlg.model.model import VisionLanguageModel, restore_rotary_buffers
from realvlg_ros.grounding.realvlg.model.quantization import Quantization, convert
from realvlg_ros.grounding.realvlg.model.quantized_layers import Int4Linear
from realvlg_ros.grounding.realvlg.model.session import PrefixSession, chat_prompt
from realvlg_ros.grounding.realvlg.model.text_tokens import TextTokens
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts
from realvlg_ros.torch_device import use_torch_threads

_STEPS = 12
_THOUGHT_TOKENS = 100
_BLOCK = 1 << 20


def true_shape(tokenizer: Any, quick: bool) -> Any:
    """Qwen2.5-VL-3B's published configuration, but for the ids of the special tokens."""
    from transformers import Qwen2_5_VLConfig

    text = {
        'vocab_size': 151936, 'hidden_size': 2048, 'intermediate_size': 11008,
        'num_hidden_layers': 4 if quick else 36, 'num_attention_heads': 16,
        'num_key_value_heads': 2, 'tie_word_embeddings': True,
        'rope_parameters': {
            'rope_type': 'default', 'rope_theta': 1e6, 'mrope_section': [16, 24, 24],
        },
        'eos_token_id': tokenizer.token_to_id('<|im_end|>'), 'bos_token_id': None,
    }  # fmt: skip
    vision = {
        'depth': 2 if quick else 32, 'hidden_size': 1280, 'intermediate_size': 3420,
        'num_heads': 16, 'out_hidden_size': 2048, 'window_size': 112,
        'fullatt_block_indexes': [1] if quick else [7, 15, 23, 31],
    }  # fmt: skip
    names = ('image_pad', 'video_pad', 'vision_start', 'vision_end')
    keys = (
        'image_token_id', 'video_token_id', 'vision_start_token_id', 'vision_end_token_id',
    )  # fmt: skip
    ids = {k: tokenizer.token_to_id(f'<|{n}|>') for k, n in zip(keys, names, strict=True)}
    return Qwen2_5_VLConfig(
        text_config=text, vision_config=vision, tie_word_embeddings=True, **ids
    )


def random_model(config: Any, weights: str) -> Any:
    """A model of a shape with random weights, in bfloat16 or rounded to int8 or int4."""
    import torch
    import transformers

    kind = {
        'qwen2_5_vl': transformers.Qwen2_5_VLForConditionalGeneration,
        'qwen3_vl': transformers.Qwen3VLForConditionalGeneration,
    }[config.model_type]
    with torch.device('meta'):
        model = kind._from_config(config, dtype=torch.bfloat16)
    restore_rotary_buffers(model, config)
    if weights != 'bf16':
        convert(model, Quantization(weights), empty=True)
    generator = torch.Generator().manual_seed(0)
    floats = (torch.randn(_BLOCK, generator=generator) * 0.02).bfloat16()
    integers = torch.randint(-127, 128, (_BLOCK,), dtype=torch.int8, generator=generator)
    for module in model.modules():
        for name, value in [*module._parameters.items()]:
            if value is not None and value.is_meta:
                filled = _filled(value, floats)
                module._parameters[name] = torch.nn.Parameter(filled, requires_grad=False)
        for name, value in [*module._buffers.items()]:
            if value is not None and value.is_meta:
                source = floats.abs() / 64 if value.is_floating_point() else integers
                module._buffers[name] = _filled(value, source)
        if isinstance(module, Int4Linear):
            module.prepare()
    if weights == 'bf16':
        model.tie_weights()
    return model.eval()


def _filled(like: Any, block: Any) -> Any:
    """A tensor of a shape and type, filled by repeating a block."""
    import torch

    count = like.numel()
    flat = torch.empty(count, dtype=like.dtype)
    source = block if like.is_floating_point() or like.dtype == block.dtype else block.view(
        like.dtype
    )  # fmt: skip
    for start in range(0, count, _BLOCK):
        end = min(start + _BLOCK, count)
        flat[start:end] = source[: end - start]
    return flat.view(like.shape)


def bytes_by_part(model: Any) -> dict[str, int]:
    """Memory of the weights by part, each tensor once."""
    sizes: dict[str, int] = {'vision': 0, 'embeddings': 0, 'language': 0}
    seen: set[int] = set()
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if tensor.data_ptr() in seen or name.startswith('lm_head'):
            continue
        seen.add(tensor.data_ptr())
        part = 'vision' if 'visual' in name else 'language'
        sizes['embeddings' if 'embed_tokens' in name else part] += (
            tensor.numel() * tensor.element_size()
        )
    return sizes


def tokens_per_second(model: VisionLanguageModel, prompts: PromptSet) -> float:
    """Single tokens decoded a second after a small picture."""
    picture = model.prepare(np.full((112, 112, 3), 128, np.uint8), 0, 10**6)
    ids = chat_prompt(model.tokens, prompts.system, picture.tokens, 'the red mug')
    session = PrefixSession(model)
    session.prefill(ids, picture)
    session.extend([5])
    times = []
    for _ in range(_STEPS):
        start = time.perf_counter()
        session.extend([5])
        times.append(time.perf_counter() - start)
    return 1 / float(np.median(times))


def generate_seconds(
    model: VisionLanguageModel, prompts: PromptSet, picture: Any, n: int
) -> float:
    """Seconds that transformers' generate takes for the box prompt and n new tokens."""
    import torch

    question = prompts.task(Task.BOX).ask('the red mug')
    row = torch.tensor([chat_prompt(model.tokens, prompts.system, picture.tokens, question)])
    start = time.perf_counter()
    model._model.generate(
        input_ids=row, attention_mask=torch.ones_like(row), pixel_values=picture.pixels,
        image_grid_thw=picture.grid, mm_token_type_ids=(row == model.image_token).int(),
        do_sample=False, min_new_tokens=n, max_new_tokens=n,
    )  # fmt: skip
    return time.perf_counter() - start


def timed_answer(
    decoder: Decoder,
    words: str,
    picture: Any,
    size: tuple[int, int],
    thinking: Thinking | None = None,
) -> tuple[Answer, float]:
    """The box for some words, and the seconds it took."""
    start = time.perf_counter()
    answer = decoder.ask(Task.BOX, words, picture, size, thinking or Thinking(), never_aborted)
    return answer, time.perf_counter() - start


def measure_answers(
    report: Report, model: VisionLanguageModel, prompts: PromptSet, goals: bool
) -> None:
    """Passes and time of answers, of a second question, and of transformers' generate."""
    for (width, height), most in (((1280, 720), 14), ((1920, 1080), 16)):
        image = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
        picture = model.prepare(image, 0, 1003520)
        size = width, height
        if width == 1280:
            # The first pass over so many tokens allocates memory that later ones reuse.
            timed_answer(Decoder(model, prompts), 'warm-up', picture, size)
        decoder, seconds = Decoder(model, prompts), []
        for words in ('the red mug', 'the blue box on the left'):
            answer, took = timed_answer(decoder, words, picture, size)
            seconds.append(took)
        name = f'{width}x{height}'
        report.add(f'box_passes_{name}', answer.passes, Goal('<=', most))
        report.add(f'first_question_s_{name}', seconds[0])
        ratio = seconds[1] / seconds[0]
        report.add(f'second_question_ratio_{name}', ratio, Goal('<=', 0.35) if goals else None)
        if width == 1280:
            count = len(answer.tokens)
            direct = generate_seconds(model, prompts, picture, count)
            thinking = generate_seconds(model, prompts, picture, count + _THOUGHT_TOKENS)
            report.add('generate_direct_over_ours', direct / seconds[0])
            report.add('generate_thinking_over_ours', thinking / seconds[0])
            thought = Thinking(Mode.THINK, _THOUGHT_TOKENS)
            _, ours = timed_answer(Decoder(model, prompts), 'the red mug', picture, size, thought)
            report.add('generate_thinking_over_our_thinking', thinking / ours)
            report.add('answer_tokens', count)


def measure(quick: bool) -> Report:
    """All figures; one model after the other, so that one at a time is in memory."""
    use_torch_threads(0)
    report = Report('decoding')
    prompts = PromptSet.from_yaml(find_prompts('realvlg'))
    sets = [prompts, *(PromptSet.from_yaml(find_prompts(f'qwen{n}_vl')) for n in ('2_5', '3'))]
    texts = [p.question + p.answer + p.item for s in sets for p in s.tasks.values()] * 3
    tokenizer = train_vocabulary([*texts, 'system\nuser\nassistant\n', prompts.system], 800)
    config = true_shape(tokenizer, quick)
    sizes: dict[str, dict[str, int]] = {}
    rates: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokenizer.save(str(folder / 'tokenizer.json'))
        save_processor(folder, patch=14, qwen3=False)
        for weights in ('bf16', 'int8', 'int4'):
            model = VisionLanguageModel.from_parts(
                random_model(config, weights), folder, TextTokens(folder / 'tokenizer.json')
            )
            sizes[weights] = bytes_by_part(model._model)
            rates[weights] = tokens_per_second(model, prompts)
            if weights == 'bf16':
                measure_answers(report, model, prompts, goals=not quick)
                measure_forms(report, model, 'qwen2_5_vl', '3b', quick)
            del model
            gc.collect()
        save_processor(folder, patch=16, qwen3=True)
        model = VisionLanguageModel.from_parts(
            random_model(qwen3_vl_2b(tokenizer, quick), 'bf16'), folder,
            TextTokens(folder / 'tokenizer.json'),
        )  # fmt: skip
        measure_forms(report, model, 'qwen3_vl', '2b', quick)
    _add_ratios(report, sizes, rates, quick)
    return report


def _add_ratios(
    report: Report, sizes: dict[str, dict[str, int]], rates: dict[str, float], quick: bool
) -> None:
    for weights, parts in sizes.items():
        for part, size in parts.items():
            report.add(f'{weights}_{part}_mb', size / 1e6)
        report.add(f'{weights}_tokens_per_s', rates[weights])
    language = sizes['int4']['language'] / sizes['bf16']['language']
    whole = sum(sizes['int4'].values()) / sum(sizes['bf16'].values())
    report.add('int4_language_ratio', language, Goal('<=', 0.30))
    report.add('int4_whole_ratio', whole, None if quick else Goal('<=', 0.35))
    speed = rates['int4'] / rates['bf16']
    report.add('int4_speedup', speed, None if quick else Goal('>=', 2.2))
    report.add('int8_speedup', rates['int8'] / rates['bf16'])


def main() -> None:
    """Read the command line and measure."""
    arguments = argument_parser('decoding', __doc__ or '').parse_args()
    measure(arguments.quick).finish(arguments.json)


if __name__ == '__main__':
    main()
