"""Which trials a message that somebody took names: the news of tests in which each trial has one event."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from xml.etree import ElementTree as ET


def in_mail(mail):
    """Trials of the attached table, or of the text where a server took none; a mail of notices alone has none."""
    if not list(mail.iter_attachments()):
        return re.findall(r"^(NCT\d{8})  https", mail.get_body(("plain",)).get_content(), re.MULTILINE)
    return [
        row["nct_id"]
        for part in mail.iter_attachments()
        for row in csv.DictReader(StringIO(part.get_content()))
    ]


def in_post(post):
    """Trials that a Slack message names: each event links to one."""
    found = [
        part for block in post["blocks"] for group in block.get("elements", ()) for part in group["elements"]
    ]
    return [part["text"] for part in found if part["type"] == "link"]


def in_feed(path):
    """Trials of a feed's entries."""
    links = ET.parse(path).getroot().iter("{http://www.w3.org/2005/Atom}link")
    return [link.get("href").rpartition("/")[2] for link in links]


def in_lines(path):
    """Trials of the whole lines of a file; a line that is cut short is not read over."""
    lines = [json.loads(line) for line in path.read_text("ascii").splitlines()]
    return [line["nct_id"] for line in lines if "nct_id" in line]
