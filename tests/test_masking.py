"""One rule for showing URLs and texts: no user, no password, no query, no part of a secret."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mscwatch.masking import credentials, masked, only_host, parts
from mscwatch.settings import Settings, secret_values, show_settings

WORDS = st.text(
    st.characters(codec="ascii", exclude_characters="\0", exclude_categories=("Z", "C")), min_size=4
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:pass@host/api/v2", "https://***@host/api/v2"),
        ("ftp://me:pa/ss@host:9/exports", "ftp://***@host:9/exports"),
        ("s3://key:a@b/c@bucket/x failed", "s3://***@bucket/x failed"),
        ("https://host/x?key=1&b=2 is down", "https://host/x?*** is down"),
        ("really? me@example.org asked https://host/x", "really? me@example.org asked https://host/x"),
        ("https://a:b@c and http://d:e@f", "https://***@c and http://***@f"),
        ("no URL", "no URL"),
    ],
)
def test_a_url_keeps_scheme_host_and_path(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.slack.com/services/T/B/x", "https://hooks.slack.com/***"),
        ("https://me:pass@host:8443/x?y", "https://host:8443/***"),
        ("https://me:12/34@host/x", "https://***"),
        ("https://me:pa/ss@host/x", "***"),
        ("https://hooks.slack.com/services/B@secret", "https://***"),
    ],
)
def test_a_url_whose_path_is_a_secret_keeps_its_host_alone(url, shown):
    assert only_host(url) == shown


@example(user="who?=", password="4711")
@example(user="0?=0", password="0000")
@given(user=WORDS, password=WORDS)
def test_no_password_is_shown_whatever_it_holds(user, password):
    url = f"ftp://u{user}:p{password}p@host/x"
    shown = masked(f"cannot open {url}: refused", credentials(url))
    assert f"p{password}p" not in shown
    if "?" not in user + password:  # behind one, all is taken for a query, and its values are secrets too
        assert shown == "cannot open ftp://***@host/x: refused"
    assert f"p{password}p" not in masked(f"530 Login p{password}p incorrect", credentials(url))


def test_an_error_that_quotes_one_part_of_a_secret_shows_nothing_of_it():
    webhook = "https://hooks.slack.com/services/T0AA/B0BB/hunter%212?token=s3cr3t"
    said = "unknown: hunter!2, hunter%212, s3cr3t, T0AA at hooks.slack.com"
    assert masked(said, parts(webhook)) == "unknown: ***, ***, ***, *** at hooks.slack.com"


def test_the_registrys_address_is_shown_without_its_password_and_that_counts_as_a_secret(monkeypatch):
    monkeypatch.setenv("MSCWATCH_API_URL", "https://reader:hunter2@proxy.example/api/v2")
    shown = {row.name: row.value for row in show_settings(Settings())}
    assert shown["MSCWATCH_API_URL"] == "https://***@proxy.example/api/v2"
    assert {"reader", "hunter2"} <= set(secret_values())
