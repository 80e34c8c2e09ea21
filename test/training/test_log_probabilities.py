"""Probabilities in training are those of generation, for pictures of two sizes in one batch.

Padding that is counted as text, or positions that do not skip it, change them without a word.
"""

import pytest

from benchmarks.tiny_qwen import TinySize, make_qwen2_5_vl, make_qwen3_vl, save_checkpoint
from benchmarks.toy.lessons import make_tokenizer
from benchmarks.toy.samples import draw_samples
from benchmarks.toy_grounding import HERE

for _package in ('trl', 'peft', 'accelerate', 'datasets', 'tensorboard'):
    pytest.importorskip(_package, reason=f'{_package} is not installed (the extra train)')


def trainer_of(folder, out, samples):
    from realvlg_ros.grounding.realvlg.coordinates import Convention
    from realvlg_ros.grounding.realvlg.model.checkpoint import Checkpoint
    from realvlg_ros.grounding.realvlg.prompts import PromptSet
    from realvlg_ros.settings import flatten, from_options
    from realvlg_ros.training.data.rows import Manner, Rows
    from realvlg_ros.training.processor import load_processor, picture_factor
    from realvlg_ros.training.run_folder import RunFolder
    from realvlg_ros.training.settings import TrainingSettings
    from realvlg_ros.training.trainer import Parts, make_trainer

    given = {
        'method': 'grpo', 'model': str(folder), 'tasks': 'box', 'device': 'cpu', 'threads': 1,
        'prompts': str(HERE / 'prompts_original.yaml'),
        'data': {'min_pixels': 1024, 'max_pixels': 40000},
        'rollouts': {'count': 2, 'max_tokens': 12},
        'optimizer': {'batch': 2, 'per_device': 4, 'kl': 0.0, 'checkpointing': False},
    }  # fmt: skip
    settings = from_options(TrainingSettings, flatten(given))
    checkpoint = Checkpoint.open(folder)
    processor = load_processor(checkpoint)
    prompts = PromptSet.from_yaml(HERE / 'prompts_original.yaml')
    manner = Manner(prompts, Convention.ORIGINAL, picture_factor(processor), False, 0)
    rows = Rows(samples, settings.trained, manner, settings.data, settings.randomize)
    parts = Parts(checkpoint, processor, rows, manner, RunFolder(out), 1, cuda=False)
    return make_trainer(settings, parts, []), rows


@pytest.mark.parametrize('make', [make_qwen2_5_vl, make_qwen3_vl], ids=['qwen2_5_vl', 'qwen3_vl'])
def test_probabilities_in_training_are_those_of_generation(torch, tmp_path, make):
    tokenizer = make_tokenizer()
    folder = save_checkpoint(tmp_path / 'start', make(tokenizer, TinySize(), 0), tokenizer)
    samples = draw_samples(5, 3)
    trainer, rows = trainer_of(folder, tmp_path / 'run', samples)
    batch = [rows[index] for index in (0, 0, 2, 2)]
    assert batch[0]['image'].size != batch[2]['image'].size
    trainer.model.train()
    made = trainer._generate_and_score_completions([dict(row) for row in batch])
    prompts, mask = made['prompt_ids'], made['prompt_mask']
    completions, written = made['completion_ids'], made['completion_mask']
    # The two sizes differ in tokens, so that one of them was padded.
    assert mask.sum(1).min() < mask.shape[1]
    pictures = {key: made[key] for key in ('pixel_values', 'image_grid_thw')}
    inputs = {key: made[key] for key in ('mm_token_type_ids', 'num_images') if key in made}

    def score(mask):
        return trainer._get_per_token_logps_and_entropies(
            trainer.model, torch.cat([prompts, completions], 1), torch.cat([mask, written], 1),
            completions.shape[1], **pictures, **inputs,
        )[0]  # fmt: skip

    together, blind = score(mask), score(torch.ones_like(mask))
    ends = pictures['image_grid_thw'].prod(1).cumsum(0).tolist()
    for row in range(4):
        asked = prompts[row][mask[row].bool()]
        answered = completions[row][written[row].bool()]
        grid = pictures['image_grid_thw'][row : row + 1]
        pixels = pictures['pixel_values'][ends[row] - int(grid.prod()) : ends[row]]
        alone = by_generation(torch, trainer.model, asked, answered, pixels, grid)
        assert torch.allclose(together[row, : len(answered)], alone, atol=2e-5), row
        # Where padding is taken for text, this test would see it.
        padded = not bool(mask[row].all())
        assert torch.allclose(blind[row, : len(answered)], alone, atol=2e-5) is not padded


def by_generation(torch, model, asked, answered, pixels, grid):
    """Log-probabilities of an answer, one token after another, without padding."""
    kinds = (asked == model.config.image_token_id).int()[None]
    with torch.no_grad():
        made = model.eval().generate(
            input_ids=asked[None], attention_mask=torch.ones_like(asked)[None],
            mm_token_type_ids=kinds, pixel_values=pixels, image_grid_thw=grid, do_sample=False,
            max_new_tokens=len(answered), use_cache=True,
            output_scores=True, return_dict_in_generate=True,
            logits_processor=[Forced(answered, len(asked))],
        )  # fmt: skip
    assert torch.equal(made.sequences[0, len(asked) :], answered)
    kept = torch.stack([Forced.seen[step] for step in range(len(answered))])
    return kept.gather(1, answered[:, None])[:, 0]


class Forced:
    """Lets an answer be generated, and keeps the log-probabilities that were there before."""

    seen: dict = {}

    def __init__(self, answer, begin):
        self.answer, self.begin = answer, begin
        Forced.seen = {}

    def __call__(self, input_ids, scores):
        step = input_ids.shape[1] - self.begin
        Forced.seen[step] = scores[0].log_softmax(-1)
        only = scores.new_full(scores.shape, float('-inf'))
        only[0, self.answer[step]] = 0
        return only
