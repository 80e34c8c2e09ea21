"""Rewards of answers: the text is read, and judged by evaluation/rewards.py."""
