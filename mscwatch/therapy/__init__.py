"""The therapy reading: a trial's cells on the review's axes, with the record's own words as evidence. Pure.

From a record to its therapy goes `reading`. Where a rule belongs:

- Words that name a value: `vocabulary.toml`. `vocabulary` and `rules` make rules of it, `words` finds them in a text;
  `axes` has the fields and their values.
- Which texts are read: `bounds` (how much), `passages` (what they describe), `terms` (which sentences are about the
  cells), `called` (names of the product, and what they stand for), `said` (what patients get where no name says it).
- The cells: `product` (their kind), `tissue` (fat or marrow that is given), `origin` (source and donor), `beside` (a
  source or donor of something else), `form` (form and modification), `route`. The patients: `disease`, `area`.
- Doses: `amounts` (numbers as typed; `numerals` in words), `ranges` (two amounts that are one), `counting` (what an
  amount counts, per what), `levels` (no totals, no limits), `containers` (bags and syringes), `volumes` (millilitres
  instead), `doses` (all together).
- Numbers of administrations: `counts` (stated), `times` (points in time), `days` (whether the product is given then),
  `rates` (every so often), `schedules` (what repetitions and rates come to), `courses`, `additions` (some, then more),
  `sessions` (one, by a day or an operation), `mentions` (numbers that are no plan). `intervals` are the days between
  them. `schedule` puts all together.
- What a reading is worth: `plausible` (bounds), `tiers` (measured precision), `overrides` and `corrections` (by hand).
- `model` and `rows` hold the result.

Patterns heed case only where capitals mean something, or where they are held against a text in lower case. A guard
lets every text through in which its pattern finds something. `tests/test_therapy_guards.py` holds both.
"""

from mscwatch.therapy.model import NOT_STATED, DoseLevel, Evidence, Therapy
from mscwatch.therapy.reading import indication_group, read_printed, read_record
from mscwatch.vocabulary import Confidence

__all__ = [
    "NOT_STATED",
    "Confidence",
    "DoseLevel",
    "Evidence",
    "Therapy",
    "indication_group",
    "read_printed",
    "read_record",
]
