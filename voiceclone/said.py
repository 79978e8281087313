"""A sentence that somebody reads later, in a language that is not known yet: why a task failed, for one.

It is English text like any other, for programs and the log. `work/telling.py` says it in the languages of the pages.
"""

from __future__ import annotations

from typing import Any, Self


class Said(str):
    """`Said("It has {count} words.", count=3)`, which remembers its pattern, and the numbers, words or sentences in it.

    `manage.py languages` finds the patterns. A sentence that nothing is filled into can be a plain text.
    """

    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, **values: object) -> Self:
        said = super().__new__(cls, pattern.format(**values) if values else pattern)
        said.pattern, said.values = pattern, values
        return said


def sentence_of(error: Exception) -> Any:
    """The sentence of an exception, before it is a text in one language."""
    return error.args[0]
