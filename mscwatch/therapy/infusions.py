"""How often the product is given: stated counts, listed days, or else a frequency times a duration."""

from __future__ import annotations

from collections.abc import Iterable

from mscwatch.therapy.counts import Count, told
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.schedules import again, listed, numbered, scheduled

MOST = 60  # more administrations than this is a misreading


def most_told(sentences: Iterable[Passage]) -> Count | None:
    """The largest number of administrations that sentences state or list."""
    return _largest(
        count
        for sentence in sentences
        for reader in (told, listed, again, numbered)
        for count in reader(sentence)
    )


def most_scheduled(sentences: Iterable[Passage]) -> Count | None:
    """The largest number of administrations that results from a frequency and a duration."""
    return _largest(count for sentence in sentences for count in scheduled(sentence))


def _largest(counts: Iterable[Count]) -> Count | None:
    return max(
        (count for count in counts if 0 < count.number <= MOST), key=lambda count: count.number, default=None
    )
