"""A tiny Qwen2.5-VL that learns to point at drawn shapes: scenes, training, prompts, weights."""
