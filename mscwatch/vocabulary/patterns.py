"""Regular expressions that are compiled when a text is first held against them: most nights need few of them."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def pattern_of(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` returns, later: an error in the expression is raised where it is first used."""
    return cast("re.Pattern[AnyStr]", _Waiting(expression, flags))


class _Waiting:
    """An expression that becomes the pattern's own methods, each when it is first asked for."""

    def __init__(self, expression: Any, flags: int) -> None:
        self._written = expression, flags
        self.pattern = expression  # a part of other expressions, which needs no compiling

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._written), name)
        setattr(self, name, found)
        return found
