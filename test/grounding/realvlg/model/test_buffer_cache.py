def test_it_grows_and_is_cut_back_without_losing_what_it_holds(torch):
    from realvlg_ros.grounding.realvlg.model.cache import BufferCache

    cache = BufferCache(layers=2, capacity=10)
    generator = torch.Generator().manual_seed(0)
    parts = [torch.randn(1, 2, n, 4, generator=generator) for n in (200, 100, 300, 7)]
    for part in parts:
        for layer in range(2):
            keys, values = cache.update(part, -part, layer)
    whole = torch.cat(parts, dim=2)
    assert torch.equal(keys, whole)
    assert torch.equal(values, -whole)
    cache.cut_to(250)
    assert cache.get_seq_length() == 250
    keys, _ = cache.update(parts[3], parts[3], 0)
    assert torch.equal(keys, torch.cat([whole[:, :, :250], parts[3]], dim=2))
    # Two layers of keys and values, 2 heads of 4 floats; no less than 607 tokens long.
    assert cache.nbytes >= 2 * 2 * 2 * 4 * 4 * 607


def test_a_long_thought_outgrows_the_first_buffer(torch, random_folder, realvlg_prompts):
    import numpy as np

    from realvlg_ros.grounding.grounding import never_aborted
    from realvlg_ros.grounding.realvlg.answer.decoder import Decoder, Mode, Thinking
    from realvlg_ros.grounding.realvlg.model.model import VisionLanguageModel
    from realvlg_ros.grounding.realvlg.prompts import Task

    model = VisionLanguageModel.load(random_folder, 'cpu', 'float32')
    picture = model.prepare(np.zeros((112, 112, 3), np.uint8), 0, 10**6)
    answer = Decoder(model, realvlg_prompts).ask(
        Task.BOX, 'mug', picture, (112, 112), Thinking(Mode.THINK, budget=300), never_aborted
    )
    assert answer.passes >= 300
    assert len(answer.values) == 4
