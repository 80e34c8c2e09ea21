"""The losses of training, with auxiliary outputs that exist in training only."""

from __future__ import annotations

from typing import Any

import torch

from benchmarks.tiny_qwen import TinySize
from benchmarks.toy.scenes import COLORS

SIZE = TinySize(
    text_width=128, text_layers=4, text_heads=4, key_heads=4,
    vision_width=96, vision_layers=3, vision_heads=4, rope_theta=10.0,
)  # fmt: skip
_GUIDED_LAYERS = (1, 2)
_GUIDED_HEADS = 2


class Heads(torch.nn.Module):  # type: ignore[misc]
    """Auxiliary outputs from the hidden states, in training only."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.box = torch.nn.Sequential(
            torch.nn.Linear(width, width), torch.nn.GELU(), torch.nn.Linear(width, 6)
        )
        self.cell = torch.nn.Linear(width, 4 + len(COLORS))


class Gaze:
    """Where the guided attention heads look from the end of a question."""

    def __init__(self, model: Any) -> None:
        self._text = model.model.language_model
        self._seen: dict[str, torch.Tensor] = {}
        for layer in _GUIDED_LAYERS:
            attention = self._text.layers[layer].self_attn
            for name in ('q_proj', 'k_proj'):
                getattr(attention, name).register_forward_hook(self._keep(f'{layer}.{name}'))

    def _keep(self, key: str) -> Any:
        def keep(module: Any, inputs: Any, output: torch.Tensor) -> None:
            self._seen[key] = output

        return keep

    def loss(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Cross entropy of the guided heads' attention over the picture with the asked shape."""
        from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import apply_rotary_pos_emb

        first, last = batch['image_span'].tolist()
        known = batch['looked'].sum(-1) > 0
        rows = torch.arange(len(known))[:, None]
        size = SIZE.text_width // SIZE.text_heads
        total = torch.zeros(())
        for layer in _GUIDED_LAYERS:
            query, key = (
                self._seen[f'{layer}.{name}'].float()[..., : _GUIDED_HEADS * size]
                for name in ('q_proj', 'k_proj')
            )
            shape = (*query.shape[:2], _GUIDED_HEADS, size)
            cos, sin = self._text.rotary_emb(query, batch['position_ids'])
            query, key = apply_rotary_pos_emb(
                query.view(shape).transpose(1, 2), key.view(shape).transpose(1, 2), cos, sin
            )
            asked = query.transpose(1, 2)[rows, batch['asked']]
            logits = torch.einsum('bqhd,bhkd->bqhk', asked, key[:, :, first:last]) / size**0.5
            target = batch['looked'][:, :, None]
            each = -(target * logits.log_softmax(-1)).sum(-1)
            total = total + each[known].mean()
        return total / len(_GUIDED_LAYERS)


def losses(model: Any, heads: Heads, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The losses of one batch by name."""
    output = model.model(
        input_ids=batch['input_ids'], pixel_values=batch['pixel_values'],
        image_grid_thw=batch['image_grid_thw'], position_ids=batch['position_ids'],
        attention_mask=batch['attention_mask'].expand(len(batch['input_ids']), -1, -1, -1),
        use_cache=False, output_hidden_states=True,
    )  # fmt: skip
    hidden = output.last_hidden_state
    weights = batch['weights'][:, 1:]
    chosen = weights > 0
    logits = model.lm_head(hidden[:, :-1][chosen])
    each = torch.nn.functional.cross_entropy(
        logits.float(), batch['input_ids'][:, 1:][chosen], reduction='none'
    )
    answer = (each * weights[chosen]).sum() / weights[chosen].sum()
    rows = torch.arange(len(hidden))[:, None]
    known = ~batch['boxes'][..., 0].isnan()
    guess, truth = heads.box(hidden[rows, batch['asked']])[known].float(), batch['boxes'][known]
    box = (guess[:, :4].sigmoid() - truth[:, :4]).abs().sum(-1).mean()
    bars = truth[:, 4:].abs().sum(-1) > 0
    axis = (guess[bars, 4:] - truth[bars, 4:]).abs().sum() / bars.sum().clamp(min=1)
    first, last = batch['image_span'].tolist()
    middle = output.hidden_states[2][:, first:last]
    cells = heads.cell(middle)
    place = (cells[..., :2] - batch['cells'][..., :2]).abs().mean()
    color = torch.nn.functional.binary_cross_entropy_with_logits(
        cells[..., 4:], batch['cells'][..., 4:]
    )
    # On bars only: other shapes have no axis, and with them an output of zero would score well.
    axes = batch['cells'][..., 2:4]
    share = axes.norm(dim=-1, keepdim=True)
    off = (share * cells[..., 2:4] - axes).abs().sum() / share.sum().clamp(min=1)
    return {'answer': answer, 'box': box, 'axis': axis + off, 'place': place, 'color': color}


def optimizers(model: Any, heads: Heads, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the inner matrices, AdamW for the rest."""
    inner: list[Any] = []
    rest: list[Any] = []
    for name, parameter in model.named_parameters():
        matrix = parameter.ndim == 2 and 'embed' not in name and 'lm_head' not in name
        (inner if matrix else rest).append(parameter)
    return [
        torch.optim.Muon(inner, lr=rate, weight_decay=0.01, momentum=0.95),
        torch.optim.AdamW([*rest, *heads.parameters()], lr=0.15 * rate, betas=(0.9, 0.98)),
    ]
