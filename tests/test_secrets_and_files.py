"""What nobody else may read or run: modes of files, addresses, secrets, cells of CSV, forged backups, the user's settings."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import stat
import unicodedata
import zipfile
from types import SimpleNamespace
from urllib.parse import quote

import duckdb
import pytest

from mscwatch.pipeline.run import run_watch
from support.odd import (
    ANNE,
    OPERATOR,
    Ears,
    RawRegistry,
    WebhookSink,
    all_texts,
    completed,
    last_line,
    order_in,
    record,
    rows,
    say,
)

PAPER = {"references": [{"pmid": "888", "type": "RESULT", "citation": "A. 2022."}]}
TITLE = "MSC\r=1+1\r\n@SUM(1) \x1b[31mred\x07 \x9b2J \u202eevil\u202c \u2066x\u2069"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Two published nights with mail, a report, a backup, an export and a decision, made under the umask 022."""
    folder = tmp_path_factory.mktemp("kept")
    odd = record(3, identificationModule={"nctId": "NCT00000003", "briefTitle": TITLE})
    odd["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"]["name"] = "=HYPERLINK(1)"
    first = [record(1), record(2, referencesModule=PAPER), odd]
    umask = os.umask(0o022)
    try:
        with (
            RawRegistry([first, [completed(first[0]), first[1], completed(odd)]]) as registry,
            Ears(folder) as ears,
        ):
            ears.mail.refusals["bert@example.org"] = ["550 no such user"] * 9
            people = {"email_to": (ANNE, "bert@example.org")}
            order = order_in(folder, registry.url, **ears.settings | people, report=True)
            for registry.night in range(2):
                run_watch(order)
        values = {"data_dir": order.data_dir.path, "watch": folder / "watch.toml"}
        commands = [
            ("backup", "saved.zip"),
            ("links", "accept", "NCT00000002", "888", "--reason", "read it", "--by", "me"),
            *(("export", form, "--format", form) for form in ("csv", "parquet")),
        ]
        done = {words[0]: say(*words, folder=folder, **values) for words in commands}
    finally:
        os.umask(umask)
    return SimpleNamespace(folder=folder, order=order, values=values, done=done, data=order.data_dir)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_private_files_are_for_their_owner_alone(kept):
    assert [done.stderr for done in kept.done.values() if done.returncode] == []
    private = [kept.data.working, kept.folder / "saved.zip", kept.order.settings.decisions]
    assert {path.name: oct(mode(path)) for path in private} == {path.name: "0o600" for path in private}


def test_files_for_others_follow_the_umask(kept):
    exported = [
        path for form in ("csv", "parquet") for path in (kept.folder / form).rglob("*") if path.is_file()
    ]
    shown = [kept.data.published, kept.data.published_hash, kept.data.report, *exported]
    assert {path.name for path in shown if mode(path) != 0o644} == set()


@pytest.mark.slow
def test_a_tighter_umask_is_followed_and_an_earlier_working_file_made_private(tmp_path):
    umask = os.umask(0o027)
    try:
        with RawRegistry([[record(1)], [completed(record(1))]]) as registry:
            order = order_in(tmp_path, registry.url)
            run_watch(order)
            order.data_dir.working.chmod(0o644)  # as earlier versions left it
            registry.night = 1
            run_watch(order)
    finally:
        os.umask(umask)
    assert (oct(mode(order.data_dir.published)), oct(mode(order.data_dir.working))) == ("0o640", "0o600")


def test_no_address_of_a_recipient_is_in_the_published_file_or_an_export(kept):
    texts = {kept.data.published.name: all_texts(kept.data.published)}
    for path in (kept.folder / "csv").rglob("*"):
        texts[path.name] = path.read_text("utf-8") if path.is_file() else ""
    for path in (kept.folder / "parquet").rglob("*.parquet"):
        texts[path.name] = str(duckdb.sql(f"FROM read_parquet('{path}')").fetchall())
    for address in (ANNE, OPERATOR, "bert@example.org"):
        assert [name for name, text in texts.items() if address in text] == []
        raw = kept.data.published.read_bytes() + kept.data.report.read_bytes()
        assert address.encode() not in raw


def test_masked_recipients_stay_apart_and_the_operator_still_sees_who_is_meant(kept):
    masked = rows(kept.order, "SELECT DISTINCT recipient FROM deliveries WHERE channel = 'email'")
    assert len(masked) == 3
    status = say("status", "--json", folder=kept.folder, **kept.values)
    assert "bert@example.org" in status.stdout


# Secrets

SECRETS = ("hunter2", "s3cr3t", "ter2")


def assert_no_secret(*texts):
    for text in texts:
        assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "No webhook at /services/T0/B0/hunter2?token=s3cr3t",
        "hunter2 is unknown",
        "token s3cr3t is unknown",
        f"unknown: {quote('/services/T0/B0/hunter2?token=s3cr3t', safe='')}",
        "hunter2\r\nhunter2",
    ],
)
def test_a_page_that_echoes_parts_of_the_webhook_puts_no_secret_anywhere(tmp_path, page):
    with RawRegistry([[record(1)]]) as registry, WebhookSink(*[(404, page)] * 3) as slack:
        url = slack.url.removesuffix("secret") + "hunter2?token=s3cr3t"
        values = {
            "api_url": registry.url,
            "slack_webhook_url": url,
            "data_dir": tmp_path / "data",
            "report": False,
        }
        values |= {"min_interval": 0, "retry_budget": 0, "watch": tmp_path / "watch.toml"}
        order = order_in(tmp_path, registry.url)
        done = say("run", "--direct", "--json", folder=tmp_path, **values)
        doctor = say("doctor", folder=tmp_path, **values)
        status = say("status", "--json", folder=tmp_path, **values)
    assert done.returncode == 5
    for told in (done, doctor, status):
        assert_no_secret(told.stdout, told.stderr)
    assert_no_secret(all_texts(order.data_dir.published), all_texts(order.data_dir.working))


@pytest.mark.slow
@pytest.mark.parametrize(
    "url",
    [
        "ftp://reader:hun/ter2@127.0.0.1:9/exports", "ftp://reader:hunter2@127.0.0.1:9/x?key=s3cr3t",
        "nosuchscheme://reader:hun/ter2@host/x",
    ],
)  # fmt: skip
def test_a_password_in_the_address_of_the_export_is_shown_nowhere(tmp_path, url):
    with RawRegistry([[record(1)]]) as registry:
        values = {
            "api_url": registry.url,
            "data_dir": tmp_path / "data",
            "min_interval": 0,
            "retry_budget": 0,
        }
        values |= {"export_url": url, "report": False, "watch": tmp_path / "watch.toml"}
        order_in(tmp_path, registry.url)
        told = [
            say(*words, folder=tmp_path, **values) for words in (("run", "--direct", "--json"), ("doctor",))
        ]
    for one in told:
        assert_no_secret(one.stdout, one.stderr)
        assert "should not happen" not in one.stderr


# CSV on stdout


@pytest.mark.parametrize(
    "words",
    [
        ("events", "--csv", "--baseline"),
        ("sql", "--csv", "SELECT nct_id, brief_title, lead_sponsor FROM trials"),
        ("sql", "--csv", "SELECT '=1' AS \"=name\r=2\", ['a', chr(13) || '=3'] AS list"),
    ],
)
def test_csv_has_whole_rows_no_formula_and_nothing_that_acts_on_a_terminal(kept, words):
    done = say(*words, folder=kept.folder, **kept.values)
    assert done.returncode == 0, done.stderr
    text = done.stdout
    odd = [one for one in text if unicodedata.category(one) in ("Cc", "Cf") and one not in "\n\r"]
    assert odd == []
    assert not [line for line in text.replace("\r", "\n").split("\n") if line.startswith(("=", "@", '"='))]
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in table} == {len(table[0])}
    assert not [cell for row in table for cell in row if cell.startswith(("=", "@", "+"))]


# Restore


@pytest.fixture
def forged(kept, tmp_path):
    """Restore the backup into an empty folder, after `edit(manifest)` and these statements on its database."""

    def run(edit=lambda manifest: None, *statements):
        with zipfile.ZipFile(kept.folder / "saved.zip") as archive:
            manifest = json.loads(archive.read("manifest.json"))
            (name,) = [name for name in archive.namelist() if name != "manifest.json"]
            database = tmp_path / name
            database.write_bytes(archive.read(name))
        with duckdb.connect(str(database)) as con:
            for statement in statements:
                con.execute(statement)
        if statements:
            manifest["sha256"] = hashlib.sha256(database.read_bytes()).hexdigest()
            manifest["bytes"] = database.stat().st_size
        told = edit(manifest)
        with zipfile.ZipFile(tmp_path / "forged.zip", "w") as archive:
            archive.writestr("manifest.json", json.dumps(manifest if told is None else told))
            archive.write(database, name)
        values = kept.values | {"data_dir": tmp_path / "data"}
        return say("restore", tmp_path / "forged.zip", folder=tmp_path, **values)

    return run


@pytest.mark.parametrize("key", ["sha256", "counts", "watch", "schema_version", "made_at", "bytes"])
@pytest.mark.parametrize("value", [None, {"x": []}, "gone"])
def test_a_manifest_with_a_missing_or_wrong_key_is_a_sentence_and_nothing_is_changed(
    forged, tmp_path, key, value
):
    def edit(manifest):
        if value == "gone":
            del manifest[key]
        else:
            manifest[key] = value

    done = forged(edit)
    assert done.returncode in (0, 1, 2)
    assert "should not happen" not in done.stderr
    if key in ("sha256", "counts", "schema_version"):  # what is verified must be there
        assert done.returncode in (1, 2)
        assert last_line(done.stderr).startswith("mscwatch: ")
        assert not (tmp_path / "data" / "mscwatch.duckdb").exists()


@pytest.mark.slow
def test_a_forged_view_does_not_survive_a_restore(forged, tmp_path):
    secret = tmp_path / "private.txt"
    secret.write_text("hunter2")
    done = forged(
        lambda manifest: None,
        f"CREATE VIEW evil AS SELECT content FROM read_text('{secret}')",
        f"CREATE OR REPLACE VIEW trials AS SELECT content AS nct_id FROM read_text('{secret}')",
        f"CREATE OR REPLACE MACRO trials_as_of(day) AS TABLE SELECT content FROM read_text('{secret}')",
    )
    if done.returncode:  # refused: that is safe too
        assert last_line(done.stderr).startswith("mscwatch: ")
        return
    for file in (tmp_path / "data").rglob("*.duckdb"):
        with duckdb.connect(str(file), read_only=True) as con:
            views = con.execute("SELECT sql FROM duckdb_views() WHERE NOT internal").fetchall()
            macros = con.execute(
                "SELECT macro_definition FROM duckdb_functions() WHERE NOT internal"
            ).fetchall()
        assert "read_text" not in f"{views}{macros}"
        assert "evil" not in str(views)


# The demo


@pytest.mark.slow
def test_the_demo_takes_nothing_of_the_users_settings(tmp_path):
    """It once wrote invented data into a real export and deleted three real ones."""
    real = tmp_path / "real"
    for run in ("20220101T000000000000-aaaa", "20220102T000000000000-bbbb", "20220103T000000000000-cccc"):
        (real / run).mkdir(parents=True)
        (real / run / "trials.parquet").write_text("real")
    (real / "latest.json").write_text('{"folder": "20220103T000000000000-cccc"}')
    before = {path: path.read_text() for path in real.rglob("*") if path.is_file()}
    with WebhookSink() as slack:
        values = {"export_url": str(real), "slack_webhook_url": slack.url, "heartbeat_url": slack.url}
        values |= {
            "jsonl_file": tmp_path / "mine.jsonl",
            "atom_file": tmp_path / "mine.xml",
            "keep_published": 0,
        }
        values |= {"memory_limit": "400MB", "weekly": "mon", "data_dir": tmp_path / "data", "report": False}
        done = say("demo", "--direct", folder=tmp_path, **values)
    assert done.returncode == 0, done.stderr
    assert {path: path.read_text() for path in real.rglob("*") if path.is_file()} == before
    assert (slack.posts, slack.beats) == ([], 0)
    assert not (tmp_path / "mine.jsonl").exists()
    assert not (tmp_path / "mine.xml").exists()


def test_the_demo_deletes_only_what_it_made(tmp_path):
    mine = tmp_path / "demo" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("three years of work")
    say("demo", "--direct", folder=tmp_path, data_dir=".")
    assert mine.read_text() == "three years of work"
