"""Fine-tuning of Qwen vision-language models: SFT, and GRPO and GSPO by verifiable rewards.

`trl` and `accelerate` do the training; this package turns datasets into its rows, answers into its
rewards, and its result into a checkpoint that the backend `realvlg` loads.
"""
