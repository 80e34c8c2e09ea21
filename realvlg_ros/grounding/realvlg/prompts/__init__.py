"""Prompt sets: how the checkpoints of a family are asked, and in which form they answer."""

from .prompt_set import Probe, PromptSet, find_prompts
from .slot import Slot, escape
from .task import Task
from .task_prompt import TaskPrompt

__all__ = ['Probe', 'PromptSet', 'Slot', 'Task', 'TaskPrompt', 'escape', 'find_prompts']
