"""Settings: where each comes from, and what an unusable one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from mscwatch import settings
from mscwatch.errors import ConfigError
from mscwatch.store import working
from mscwatch.store.data_dir import DataDir


def origins(found):
    return {row.name: (row.value, row.origin) for row in settings.show_settings(found)}


def test_without_anything_the_defaults_of_the_contract_hold(monkeypatch):
    monkeypatch.delenv("MSCWATCH_REPORT")
    found = settings.load_settings()
    assert found.data_dir == Path("warehouse")
    assert found.api_url == "https://clinicaltrials.gov/api/v2"
    assert (found.watch, found.min_interval, found.cron) == ("msc-liver", 1.0, "30 10 * * 1-5")
    assert {origin for _, origin in origins(found).values()} == {"default"}


def test_the_environment_wins_over_the_file(monkeypatch):
    Path("mscwatch.toml").write_text('watch = "from-file"\nmin_interval = 2\n')
    monkeypatch.setenv("MSCWATCH_WATCH", "from-environment")
    found = settings.load_settings()
    assert (found.watch, found.min_interval) == ("from-environment", 2.0)
    shown = origins(found)
    assert shown["MSCWATCH_WATCH"] == ("from-environment", "environment")
    assert shown["MSCWATCH_MIN_INTERVAL"] == ("2.0", "mscwatch.toml")


def test_the_defaults_can_be_had_whatever_the_environment_says(monkeypatch):
    Path("mscwatch.toml").write_text('watch = "from-file"\n')
    monkeypatch.setenv("MSCWATCH_EXPORT_URL", "s3://bucket")
    monkeypatch.setenv("MSCWATCH_MIN_INTERVAL", "soon")
    chosen = settings.default_settings(page_size=7)
    assert (chosen.watch, chosen.min_interval, chosen.page_size) == ("msc-liver", 1.0, 7)
    assert chosen.export_url.get_secret_value() == ""


def test_a_value_outside_a_closed_list_is_refused_with_the_list(monkeypatch):
    monkeypatch.setenv("MSCWATCH_WEEKLY", "someday")
    with pytest.raises(
        ConfigError, match=r"MSCWATCH_WEEKLY \(environment\): must be one of '', 'mon', 'tue'"
    ):
        settings.load_settings()


def test_addresses_may_have_display_names_and_those_may_hold_commas(monkeypatch):
    monkeypatch.setenv("MSCWATCH_EMAIL_FROM", "MSC Watch <m@example.org>")
    monkeypatch.setenv("MSCWATCH_EMAIL_TO", 'Anne <a@example.org>, "Bert, of the ward" <b@example.org>')
    loaded = settings.load_settings()
    assert loaded.email_from == "MSC Watch <m@example.org>"
    assert loaded.email_to == ("Anne <a@example.org>", '"Bert, of the ward" <b@example.org>')


@pytest.mark.parametrize(
    "value", ["anne", "Anne <anne>", "a@example.org>", "A\nB <a@example.org>", "a b@example.org"]
)
def test_what_is_no_mail_address_is_refused(monkeypatch, value):
    monkeypatch.setenv("MSCWATCH_EMAIL_TO", value)
    with pytest.raises(ConfigError, match="must be mail addresses"):
        settings.load_settings()


def test_several_addresses_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("MSCWATCH_EMAIL_TO", "a@example.org, b@example.org,")
    assert settings.load_settings().email_to == ("a@example.org", "b@example.org")


def test_secrets_are_masked_wherever_settings_are_shown(monkeypatch):
    monkeypatch.setenv("MSCWATCH_SMTP_URL", "smtp://me:hunter2@mail.example.org")
    monkeypatch.setenv("MSCWATCH_SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T/B/hunter2")
    found = settings.load_settings()
    assert "hunter2" not in repr(found) + str(settings.show_settings(found)) + found.model_dump_json()
    assert origins(found)["MSCWATCH_SMTP_URL"] == ("***", "environment")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MSCWATCH_MIN_INTERVAL", "soon"),
        ("MSCWATCH_MIN_INTERVAL", "-1"),
        ("MSCWATCH_API_URL", "clinicaltrials.gov"),
        ("MSCWATCH_API_URL", "http://[::1"),
        ("MSCWATCH_HEARTBEAT_URL", "http://127.0.0.1:99999"),
        ("MSCWATCH_TIMEOUT", "inf"),
        ("MSCWATCH_TIMEOUT", "1e300"),
        ("MSCWATCH_TIMEZONE", "Mars/Olympus"),
        ("MSCWATCH_PAGE_SIZE", "1001"),
        ("MSCWATCH_EMAIL_TO", "anne@example.org, bert"),
        ("MSCWATCH_EMAIL_FROM", "anne@example.org\nBcc: x@example.org"),
    ],
)
def test_an_unusable_setting_is_named_with_its_origin_and_not_quoted(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as error:
        settings.load_settings()
    assert f"{name} (environment)" in str(error.value)
    assert value not in str(error.value).replace(name, "")


def test_a_setting_that_does_not_exist_is_told_with_the_name_that_was_meant(monkeypatch):
    monkeypatch.setenv("MSCWATCH_WACTH", "secret")
    monkeypatch.setenv("MSCWATCH_QQQ", "secret")
    monkeypatch.setenv("MSCWATCH_EMPTY", "")  # counts as not set
    quite_other, misspelt = settings.unknown_variables()
    assert misspelt == "MSCWATCH_WACTH is not a setting. Do you mean MSCWATCH_WATCH? It has no effect."
    assert "MSCWATCH_QQQ is not a setting. `mscwatch doctor` lists" in quite_other
    Path("mscwatch.toml").write_text('wacth = "x"\n')
    with pytest.raises(ConfigError, match=r"wacth in mscwatch\.toml is not a setting\. Do you mean watch\?"):
        settings.load_settings()


def test_an_empty_variable_is_not_set_and_leaves_the_word_to_the_file(monkeypatch):
    Path("mscwatch.toml").write_text("min_interval = 2\n")
    for field in settings.Settings.model_fields:
        monkeypatch.setenv(f"MSCWATCH_{field.upper()}", "")
    found = settings.load_settings()
    assert (found.min_interval, found.timeout, found.data_dir) == (2.0, 90.0, Path("warehouse"))
    assert origins(found)["MSCWATCH_MIN_INTERVAL"] == ("2.0", "mscwatch.toml")
    assert {origin for _, origin in origins(found).values()} == {"default", "mscwatch.toml"}


@pytest.mark.parametrize("value", ["lots", "500", "500XB", "+5GB", "-1", "1B", "25%"])
def test_a_memory_limit_that_is_none_is_refused(monkeypatch, value):
    monkeypatch.setenv("MSCWATCH_MEMORY_LIMIT", value)
    with pytest.raises(ConfigError, match=r"MSCWATCH_MEMORY_LIMIT \(environment\): must be an amount"):
        settings.load_settings()


@pytest.mark.parametrize("value", ["500MB", "1.5 gib", "2TB"])
def test_every_memory_limit_that_is_accepted_suits_the_warehouse(monkeypatch, tmp_path, value):
    monkeypatch.setenv("MSCWATCH_MEMORY_LIMIT", value)
    data_dir = DataDir(tmp_path / "data")
    data_dir.prepare()
    with working.open_warehouse(data_dir, settings.load_settings().memory_limit):
        pass


def test_the_data_directory_is_known_also_where_another_setting_is_unusable(monkeypatch):
    monkeypatch.setenv("MSCWATCH_MEMORY_LIMIT", "lots")
    Path("mscwatch.toml").write_text('data_dir = "mine"\nmin_interval = "soon"\nunknown = 1\n')
    assert settings.load_data_dir() == Path("mine")
    monkeypatch.setenv("MSCWATCH_DATA_DIR", "yours")
    assert settings.load_data_dir() == Path("yours")


def test_a_broken_file_is_an_error_that_names_it():
    Path("mscwatch.toml").write_text("watch = ")
    with pytest.raises(ConfigError, match=r"mscwatch\.toml is not valid TOML"):
        settings.load_settings()
