"""Every conversation ends, in time and in size, whatever the other side does; each test is a process that is measured."""

from __future__ import annotations

import json
import time
from functools import partial

import pytest

from mscwatch.pipeline.run import run_watch
from support.neighbours import (
    Neighbour,
    body_drip,
    endless_chunks,
    endless_headers,
    gzip_bomb,
    gzip_of_gzip,
    header_drip,
    respond,
    run_within,
    silence,
)
from support.odd import RawRegistry, as_text, completed, number, order_in, record

# One request may take 2 s and a step lose 3 s; the rest is the start of a process on a machine with other things to do.
TIMEOUT, BUDGET, SECONDS, MEGABYTES = 2, 3, 60, 500
VERSION = b'{"apiVersion":"2.0.5","dataTimestamp":"2022-10-06T09:00:05"}'
ENDLESS = {
    "one header byte a second": header_drip,
    "one body byte a second": body_drip,
    "headers without end": endless_headers,
    "chunks without end": endless_chunks,
    "a small body that unpacks to gigabytes": gzip_bomb,
    "a body packed twice": gzip_of_gzip,
    "silence": silence,
}


def settings(folder, url, **more):
    order_in(folder, url)
    usual = {"data_dir": folder / "data", "watch": folder / "watch.toml", "api_url": url, "report": False}
    return usual | {"min_interval": 0, "timeout": TIMEOUT, "retry_budget": BUDGET} | more


def run(folder, url, *words, seconds=SECONDS, **more):
    ended = run_within(
        seconds, folder, *(words or ("run", "--direct", "--json")), **settings(folder, url, **more)
    )
    assert ended.code is not None, (
        f"killed after {ended.seconds:.0f} s, {ended.megabytes:.0f} MB: {ended.stderr[-500:]}"
    )
    assert ended.megabytes < MEGABYTES
    assert "should not happen" not in ended.stderr
    return ended


@pytest.mark.slow
@pytest.mark.parametrize("what", ENDLESS)
def test_a_registry_that_never_ends_an_answer_ends_the_night_with_exit_4(tmp_path, what):
    def answer(connection, line):
        if "/version" in line:
            respond(connection, VERSION)
        else:
            ENDLESS[what](connection)

    with Neighbour(answer) as registry:
        ended = run(tmp_path, f"{registry.url}/api/v2")
        registry.shutdown()
    assert ended.code == 4
    assert json.loads(ended.stdout)["outcome"] == "failed"
    assert "gave no usable answer" in ended.stderr


@pytest.mark.slow
def test_a_version_that_unpacks_to_gigabytes_ends_the_night_too(tmp_path):
    with Neighbour(lambda connection, line: gzip_bomb(connection)) as registry:
        assert run(tmp_path, f"{registry.url}/api/v2").code == 4
        registry.shutdown()


@pytest.mark.slow
def test_an_error_page_without_end_is_not_read_to_its_end(tmp_path):
    head = b"HTTP/1.1 503 Busy\r\nContent-Type: text/plain\r\n"
    with Neighbour(lambda connection, line: endless_chunks(connection, head)) as registry:
        assert run(tmp_path, f"{registry.url}/api/v2").code == 4
        registry.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("per_page", [10, 0])
def test_page_tokens_that_are_ever_new_are_bounded_by_what_was_announced(tmp_path, per_page):
    """23,000 records were once walked of 12 announced."""
    pages = []

    def answer(connection, line):
        if "/version" in line:
            return respond(connection, VERSION)
        place = len(pages)
        pages.append(line)
        studies = [as_text(record(place * 10 + n + 1)) for n in range(per_page)]
        body = b'{"totalCount":12,"studies":[' + b",".join(studies) + b'],"nextPageToken":"t%d"}' % place
        return respond(connection, body)

    with Neighbour(answer) as registry:
        ended = run(tmp_path, f"{registry.url}/api/v2")
        registry.shutdown()
    assert ended.code in (3, 4)
    assert len(pages) <= 30
    assert "12" in ended.stderr


@pytest.fixture
def told(tmp_path):
    """A warehouse on whose second night a trial completed; the registry stands there."""
    with RawRegistry([[record(1)], [completed(record(1))]]) as registry:
        run_watch(order_in(tmp_path, registry.url))
        registry.night = 1
        yield registry


SLACK = {
    "a yes without end": partial(endless_chunks, head=b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"),
    "a no without end": partial(endless_chunks, head=b"HTTP/1.1 400 No\r\nContent-Type: text/plain\r\n"),
    "a no that unpacks to gigabytes": partial(gzip_bomb, head=b"HTTP/1.1 400 No\r\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", SLACK)
def test_slack_that_never_ends_its_answer_ends_the_telling(tmp_path, told, what):
    with Neighbour(lambda connection, line: SLACK[what](connection)) as slack:
        ended = run(tmp_path, told.url, slack_webhook_url=f"{slack.url}/services/x", seconds=150)
        slack.shutdown()
    assert ended.code == (0 if "yes" in what else 5)
    assert json.loads(ended.stdout)["outcome"] == "published"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["one header byte a second", "headers without end", "silence"])
def test_slack_that_never_begins_its_answer_is_given_up(tmp_path, told, what):
    with Neighbour(lambda connection, line: ENDLESS[what](connection)) as slack:
        ended = run(tmp_path, told.url, slack_webhook_url=f"{slack.url}/services/x", seconds=240)
        slack.shutdown()
    assert ended.code == 5
    assert json.loads(ended.stdout)["outcome"] == "published"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["one header byte a second", "chunks without end", "silence"])
def test_a_monitor_that_never_ends_its_answer_is_a_warning(tmp_path, told, what):
    with Neighbour(lambda connection, line: ENDLESS[what](connection)) as monitor:
        ended = run(tmp_path, told.url, heartbeat_url=f"{monitor.url}/beat", seconds=120)
        monitor.shutdown()
    assert ended.code == 0
    assert "eartbeat" in "".join(json.loads(ended.stdout)["warnings"]) or what == "chunks without end"


def smtp_drip(connection, line=""):
    """A greeting that never ends: a line of it a second."""
    while True:
        connection.sendall(b"220-mail.example.org is thinking\r\n")
        time.sleep(1)


class MailNeighbour(Neighbour):
    """Speaks before it is spoken to, as mail servers do."""

    def process_request(self, request, client_address):
        self.asked.append(client_address)
        super().process_request(request, client_address)

    def finish_request(self, request, client_address):
        smtp_drip(request)


@pytest.mark.slow
def test_a_mail_server_that_never_ends_its_greeting_is_given_up_once(tmp_path, told):
    people = ",".join(f"reader{place}@example.org" for place in range(5))
    with MailNeighbour(smtp_drip) as mail:
        address = f"smtp://127.0.0.1:{mail.server_address[1]}"
        ended = run(
            tmp_path, told.url, smtp_url=address, email_from="m@example.org", email_to=people, seconds=240
        )
        mail.shutdown()
    assert ended.code == 5
    assert len(mail.asked) <= 3


@pytest.mark.slow
@pytest.mark.parametrize("what", ["one header byte a second", "a small body that unpacks to gigabytes"])
def test_the_history_of_a_registry_that_never_ends_an_answer_ends_too(tmp_path, told, what):
    def answer(connection, line):
        ENDLESS[what](connection)

    with Neighbour(answer) as registry:
        ended = run(tmp_path, f"{registry.url}/api/v2", "history", number(1))
        registry.shutdown()
    assert ended.code == 4
