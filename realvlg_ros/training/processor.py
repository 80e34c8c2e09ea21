"""The processor that `trl` wants: tokenizer, image processor and chat template of a checkpoint."""

from __future__ import annotations

from typing import Any

from ..boundary import Boundary
from ..errors import GroundingError
from ..grounding.realvlg.model.checkpoint import Checkpoint
from ..torch_device import import_libraries

# The turns as `chat_prompt` of the backend writes them, so that what is trained is what is asked.
_TEMPLATE = """\
{%- for message in messages -%}
<|im_start|>{{ message.role }}
{% if message.content is string %}{{ message.content }}{% else %}
{%- for part in message.content -%}
{%- if part.type == 'image' -%}<|vision_start|><|image_pad|><|vision_end|>
{%- else -%}{{ part.text }}{%- endif -%}
{%- endfor -%}
{%- endif -%}<|im_end|>{% if not loop.last or add_generation_prompt %}{{ '\\n' }}{% endif %}
{%- endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{% endif -%}"""
# Pictures come at the size at which they are fed, so that no limit of the processor may change it.
# Chosen: beyond what any picture has, pixels.
_NO_LIMIT = 2**40


def load_processor(checkpoint: Checkpoint) -> Any:
    """The processor of a checkpoint; its template gives what the backend asks.

    Raises:
        GroundingError: a file of the checkpoint cannot be used.
        MissingDependencyError: transformers is not installed.
    """
    _, transformers = import_libraries()
    path = checkpoint.path
    with Boundary(str(path), GroundingError).guard('has no processor that can be used'):
        tokenizer = transformers.PreTrainedTokenizerFast(
            tokenizer_file=str(path / 'tokenizer.json'), eos_token='<|im_end|>',
            pad_token='<|endoftext|>', padding_side='left',
        )  # fmt: skip
        images = transformers.Qwen2VLImageProcessorPil.from_pretrained(path, local_files_only=True)
        images.size = {'shortest_edge': 1, 'longest_edge': _NO_LIMIT}
        kind = _kind(transformers, checkpoint.model_type)
        return kind(image_processor=images, tokenizer=tokenizer, chat_template=_TEMPLATE)


def _kind(transformers: Any, model_type: str) -> Any:
    """The class of a checkpoint's processor, without its part for videos, which needs more."""
    base: Any = {
        'qwen2_5_vl': transformers.Qwen2_5_VLProcessor,
        'qwen3_vl': transformers.Qwen3VLProcessor,
    }[model_type]

    class PictureProcessor(base):  # type: ignore[misc]
        """For pictures and text alone."""

        @classmethod
        def get_attributes(cls) -> list[str]:
            """Names of the parts."""
            return ['image_processor', 'tokenizer']

    return PictureProcessor


def picture_factor(processor: Any) -> int:
    """Side of an image token, px."""
    return int(processor.image_processor.patch_size) * int(processor.image_processor.merge_size)
