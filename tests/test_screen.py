"""What commands print: foreign text neither acts on a terminal nor on a spreadsheet, and loses nothing else."""

from __future__ import annotations

import csv
import io
import json
import logging
import unicodedata

import pytest

from mscwatch.cli import screen
from mscwatch.digest import printable

HOSTILE = "MSC\r=1+1\r\n@SUM(1) \x1b[31mred\x07 \x9b2J \x7f\u202eevil\u202c \u2066x\u2069 \ud800"


def acting(text):
    """The characters that act on a terminal or hide something; the joiners of some scripts do not."""
    odd = [letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cs")]
    return [letter for letter in odd if letter not in "\n\u200c\u200d"]


def table(capsys):
    text = capsys.readouterr().out
    assert acting(text.replace("\t", "")) == []
    return text, list(csv.reader(io.StringIO(text, newline="")))


def test_csv_rows_stay_whole_and_nothing_acts(capsys):
    screen.write_csv(["=a\r=b", "c"], [[HOSTILE, ["x", "y\r=1"]], [None, 1]])
    text, rows = table(capsys)
    assert rows[0] == ["'=a\n'=b", "c"]
    assert rows[1][0].split("\n")[:2] == ["MSC", "'=1+1"]
    assert rows[1][0].split("\n")[2].startswith("'@SUM(1)  [31mred")
    assert rows[1][1] == "x; y\n'=1"
    assert rows[2] == ["", "1"]
    assert not [line for line in text.splitlines() if line.lstrip('"').startswith(("=", "@"))]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\x1b=", "\u200b=", "\r=", "＝", " ="])
def test_a_cell_that_begins_as_a_formula_is_made_harmless(capsys, start):
    screen.write_csv(["a"], [[f"{start}1"]])
    _, [_, [cell]] = table(capsys)
    assert cell.lstrip("\n").startswith("'")


def test_numbers_days_and_paragraphs_stay_as_they_are_in_csv(capsys):
    text = "One.\n\n- two\n- \u05d0\u200d\u05d1 ≥ 3"
    screen.write_csv(["a", "b", "c"], [[-5, -1.5, text]])
    _, [_, row] = table(capsys)
    assert row == ["-5", "-1.5", text]


def test_json_is_the_same_data_and_nothing_acts(capsys):
    screen.write_json({"title": HOSTILE, "odd": "\U000e0041 é"})
    text = capsys.readouterr().out
    assert acting(text) == []
    assert json.loads(text) == {"title": HOSTILE, "odd": "\U000e0041 é"}
    assert "é" in text


def test_what_is_printed_and_logged_keeps_its_lines_alone(capsys):
    console = screen.console()
    console.print(f"Warning: {HOSTILE}\nnext", soft_wrap=True)
    console.print(screen.table([HOSTILE], [[HOSTILE]], HOSTILE))
    formatted = screen._Formatter("%(message)s").format(
        logging.LogRecord("x", logging.INFO, "", 1, "%s", (HOSTILE,), None)
    )
    printed = capsys.readouterr().out
    assert acting(printed + formatted) == []
    assert "\nnext" in printed


def test_plain_text_passes_untouched():
    text = "Zelltherapie: ≥ 10⁶/kg\n\tété \u00a0x \u05d0\u200d\u05d1"
    assert printable(text) == text


def printed(names, rows, width):
    console = screen.console()
    console.width = width
    with console.capture() as capture:
        console.print(screen.table(names, rows))
    return capture.get()


def test_a_table_of_80_columns_breaks_no_number_and_no_word():
    title = "Umbilical cord mesenchymal stem cells in decompensated cirrhosis"
    text = printed(("trial", "title", "n", "started"), [("NCT01234567", title, 12345, "2022-10-14")], 60)
    for whole in ("NCT01234567", "12345", "2022-10-14", *title.split()):
        assert whole in text, text
    assert "┃" in text


def test_a_table_too_wide_for_the_terminal_is_one_value_per_line():
    names = [f"column_{n}" for n in range(12)]
    text = printed(names, [[f"value_number_{n}" for n in range(12)]], 80)
    assert [line.split() for line in text.strip().splitlines()] == [
        [name, f"value_number_{n}"] for n, name in enumerate(names)
    ]
