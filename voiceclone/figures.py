"""Numbers as the language of whoever reads them writes them: 1.5 MB, 1,5 MB."""

from __future__ import annotations

from django.utils.formats import number_format


class Figure:
    """A number that is written as a pattern has it (`{seconds:.1f}`), with the language's own point and comma."""

    def __init__(self, number: float) -> None:
        self.number = number

    def __format__(self, spec: str) -> str:
        written = format(self.number, spec).replace(",", "")
        return str(number_format(written, force_grouping="," in spec))
