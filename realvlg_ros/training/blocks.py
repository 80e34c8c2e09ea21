"""Blocks of the settings of a training: sampling, adapters, steps, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import Settings, setting
from ..torch_device import FLOAT_BYTES


@dataclass(frozen=True)
class RolloutSettings(Settings):
    """How a model answers while it is trained by rewards."""

    count: int = setting(
        5, 'Answers to each question, whose rewards are compared.', unit='answers', low=2, high=256
    )
    temperature: float = setting(
        1.0, 'Of the sampling.', unit='unitless', low=0.01, high=10.0
    )  # fmt: skip
    max_tokens: int = setting(
        512, 'Length of an answer at most, with its thought.', unit='tokens', low=8, high=32768
    )
    guided: bool = setting(
        False,
        'Keep answers within the grammar, so that each of them parses; the thought before it '
        'stays free.',
    )
    updates: int = setting(
        1, 'Steps of the optimiser on the answers of one rollout.', unit='steps', low=1, high=64
    )
    engine: str = setting(
        'transformers',
        'What generates: the model in training itself, vLLM on the same GPUs, or a vLLM server.',
        choices=('transformers', 'vllm', 'vllm_server'),
    )
    server_url: str = setting('', 'Of `trl vllm-serve`, with engine vllm_server.')
    gpu_share: float = setting(
        0.3, 'Of the memory of a GPU that vLLM takes, with engine vllm.',
        unit='unitless', low=0.05, high=0.95,
    )  # fmt: skip

    @property
    def in_process(self) -> bool:
        """Whether the model in training generates."""
        return self.engine == 'transformers'


@dataclass(frozen=True)
class LoraSettings(Settings):
    """Low-rank adapters, merged into the model at the end."""

    rank: int = setting(
        0, 'Of the adapters; 0 trains the weights themselves.', unit='unitless', low=0, high=1024
    )
    scale: float = setting(
        2.0, "The adapters' alpha, as a multiple of the rank.",
        unit='unitless', low=0.01, high=64.0,
    )  # fmt: skip
    dropout: float = setting(
        0.0, 'Share of inputs of the adapters that is dropped.', unit='unitless', low=0.0, high=0.9
    )


@dataclass(frozen=True)
class OptimizerSettings(Settings):
    """Steps of the optimiser (AdamW)."""

    learning_rate: float = setting(
        1e-6, 'Highest learning rate.', unit='unitless', low=0.0, high=1.0
    )
    schedule: str = setting(
        'constant_with_warmup', 'How the rate changes after the warm-up.',
        choices=('constant_with_warmup', 'linear', 'cosine'),
    )  # fmt: skip
    warmup_steps: int = setting(
        0, 'Steps in which the rate rises from 0.', unit='steps', low=0, high=1000000
    )
    weight_decay: float = setting(0.0, 'Of AdamW.', unit='unitless', low=0.0, high=1.0)
    max_norm: float = setting(
        1.0, 'Norm to which gradients are cut.', unit='unitless', low=0.0, high=1000.0
    )
    batch: int = setting(
        128, 'Questions of a step, on all devices together.', unit='questions', low=1, high=65536
    )
    per_device: int = setting(
        5, 'Answers that a device takes at once; less needs less memory.',
        unit='answers', low=1, high=4096,
    )  # fmt: skip
    epochs: float = setting(
        10.0, 'Times that each question is asked.', unit='unitless', low=0.0, high=10000.0
    )
    max_steps: int = setting(
        0, 'End after so many steps; 0 for as many as the epochs have.',
        unit='steps', low=0, high=10**8,
    )  # fmt: skip
    kl: float = setting(
        0.01, 'Weight of the divergence from the model of the start (grpo, gspo); 0 for none.',
        unit='unitless', low=0.0, high=10.0,
    )  # fmt: skip
    clip_low: float = setting(
        0.2, 'How far below 1 the ratio of probabilities counts.',
        unit='unitless', low=1e-6, high=1.0,
    )  # fmt: skip
    clip_high: float = setting(
        0.2, 'How far above 1 the ratio of probabilities counts.',
        unit='unitless', low=1e-6, high=10.0,
    )  # fmt: skip
    checkpointing: bool = setting(
        True, 'Compute activations again in the backward pass, for less memory.'
    )


@dataclass(frozen=True)
class KeepSettings(Settings):
    """What is written on the way."""

    every: int = setting(
        50, 'Steps between checkpoints, from which an interrupted run goes on.',
        unit='steps', low=1, high=10**6,
    )  # fmt: skip
    count: int = setting(
        2, 'Newest checkpoints that are kept.', unit='checkpoints', low=1, high=1000
    )
    log_every: int = setting(
        1, 'Steps between lines for TensorBoard.', unit='steps', low=1, high=10**6
    )
    dtype: str = setting(
        'bfloat16', 'Type of the weights of the result.', choices=tuple(FLOAT_BYTES)
    )
