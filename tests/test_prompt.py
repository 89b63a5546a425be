"""`mscwatch sql` for a person: DuckDB's own shell or a prompt that answers, forgives, remembers and completes."""

from __future__ import annotations

import stat
from types import SimpleNamespace

import pytest
import typer
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from mscwatch.cli import prompt
from mscwatch.errors import ConfigError
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir


@pytest.mark.parametrize("words", [("sql",), ("sql", "--json"), ("sql", "--csv")])
def test_sql_without_a_query_and_without_a_person_is_a_usage_error(command, words):
    error = command(*words).exception
    assert isinstance(error, ConfigError)
    assert "A query is missing" in str(error)


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "empty"), (" ;", "empty"), ("/* only this */", "empty"), ("SELECT '\udce9'", "UTF-8")],
)
def test_a_query_that_is_none_is_a_usage_error(command, query, words):
    error = command("sql", query).exception
    assert isinstance(error, ConfigError)
    assert words in str(error)


@pytest.fixture
def person(monkeypatch):
    monkeypatch.setattr(prompt.sys, "stdin", SimpleNamespace(isatty=lambda: True))


def test_duckdbs_own_shell_is_used_where_there_is_one(two_nights, person, tmp_path, monkeypatch):
    shell = tmp_path / "duckdb"
    shell.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words\nexit 3\n')
    shell.chmod(shell.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(prompt.shutil, "which", lambda _: str(shell))
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(two_nights.settings.data_dir))
    with pytest.raises(typer.Exit) as left:
        prompt.sql(None)
    assert left.value.exit_code == 3
    words = (tmp_path / "words").read_text().splitlines()
    assert (words[0], words[-1]) == ("-readonly", str(two_nights.data_dir.published))


def test_the_prompt_answers_forgives_remembers_and_completes(
    two_nights, person, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(prompt.shutil, "which", lambda _: None)
    monkeypatch.setattr(prompt.typer, "get_app_dir", lambda _: str(tmp_path / "home"))
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(two_nights.settings.data_dir))
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("SELECT count(*) AS trials_there\rFROM trials;\r")  # Enter within a query goes on
        keys.send_text("SELECT wrong;\r;\r\x03")
        keys.send_text("SELECT overall_status FROM studies_as_of('2999-01-01');\r")
        keys.send_text("SELECT * FROM range(300);\rquit\r")
        prompt.sql(None)
    said = capsys.readouterr().out
    assert "data of 2022-10-07" in said
    assert "trials_there" in said
    assert 'Referenced column "wrong"' in said
    assert "COMPLETED" in said
    assert "200 of 300 rows" in said
    assert "SELECT wrong;" in (tmp_path / "home" / "sql_history").read_text()


@pytest.mark.parametrize(("typed", "offered"), [("sel", "SELECT"), ("SELECT count(why_st", "why_stopped")])
def test_what_is_typed_is_completed_also_within_parentheses(
    two_nights, tmp_path, monkeypatch, typed, offered
):
    monkeypatch.setattr(prompt.typer, "get_app_dir", lambda _: str(tmp_path / "home"))
    with queries.open_published(DataDir(two_nights.settings.data_dir)) as con:
        words = prompt.vocabulary(con)
    assert {"SELECT", "trials", "why_stopped", "trials_as_of", "studies"} <= set(words)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        completer = prompt._session(words).completer
    found = completer.get_completions(Document(typed), CompleteEvent(completion_requested=True))
    assert offered in {one.text for one in found}


def test_the_end_of_input_leaves_the_prompt(two_nights):
    def prompt_once(_):
        raise EOFError

    with queries.open_published(DataDir(two_nights.settings.data_dir)) as con:
        prompt.answer_all(SimpleNamespace(prompt=prompt_once), con)
