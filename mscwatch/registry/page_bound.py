"""How many pages a walk may have, by the count that its first page announced. Pure."""

from __future__ import annotations

import math

from mscwatch.errors import RefusedError

MOST_TRIALS = 10_000_000  # a larger count is none: the registry holds 600,000 trials
SPARE_PAGES = 3  # besides twice as many as the count needs


class Announced:
    """The bound of one walk: page tokens that are ever new would lead on for ever."""

    def __init__(self, page_size: int) -> None:
        self._page_size = page_size
        self._tokens: set[str] = set()
        self._total = self._most_pages = 0

    def admit(self, token: str, came: int, total: object) -> None:
        """Admit the page that `token` leads to, after a page of `came` trials.

        `total` is the announced count of trials; only that of the first page counts. Raises `RefusedError` for a token
        that came before, for a walk that goes on without a count, and for more pages than the count can need.
        """
        if not self._tokens:
            self._announce(came, total)
        if token in self._tokens:
            msg = "The registry sent the same page token twice, so the walk would never end."
            raise RefusedError(msg)
        self._tokens.add(token)
        if len(self._tokens) >= self._most_pages:
            msg = (
                f"The registry announced {self._total} trial(s) and sent a token for yet another page after "
                f"{len(self._tokens)} pages, so the walk would never end. Nothing was changed; run again later."
            )
            raise RefusedError(msg)

    def _announce(self, came: int, total: object) -> None:
        if type(total) is not int or not 0 <= total <= MOST_TRIALS:
            msg = (
                f"The registry did not say how many trials there are (it sent {str(total)[:30]!r}), and its first page "
                "is not the last: nothing says where the walk ends. Nothing was changed; run again later."
            )
            raise RefusedError(msg)
        self._total = total
        # The registry may send smaller pages than were asked for.
        self._most_pages = 2 * math.ceil(total / (came or self._page_size)) + SPARE_PAGES
