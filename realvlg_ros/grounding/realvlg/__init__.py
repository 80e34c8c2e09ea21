"""RealVLG-R1 and stock Qwen vision-language models: prompts, constrained decoding, confidence."""
