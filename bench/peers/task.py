"""What a task of the worker is."""

from typing import Callable, NamedTuple


class Task(NamedTuple):
    images_per_step: int
    versions: dict[str, str]
    step: Callable[[], object]
    # Uses up what was made ahead while others had their turn.
    drain: Callable[[], object] = lambda: None
