"""The Atom channel: a feed file (RFC 4287) that a web server or a shared folder can offer to feed readers."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

from mscwatch.atomic_write import replace_file
from mscwatch.clock import Clock, utc_now
from mscwatch.digest import plain, render_item
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest, NewsItem, Notice

NAMESPACE = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 200  # the newest are kept
RIGHTS = "Registry data: ClinicalTrials.gov, U.S. National Library of Medicine. No medical advice."
NOT_XML = re.compile("[^\t\n\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
# A tag URI (RFC 4151) under a reserved name that nobody can own. It marks our feeds, so it must never change.
TAG = "tag:mscwatch.invalid,2020:"

ET.register_namespace("", NAMESPACE)


class Atom:
    """One feed file with one entry per event or notice. An entry that it already has is not added again."""

    name = "atom"
    named = sys.maxsize
    attaches = False

    def __init__(self, path: Path, clock: Clock = utc_now) -> None:
        self._path, self._clock = path, clock
        self.setting = str(path)
        self.addresses: tuple[Address, ...] = (Address(self.name, self.setting),)

    def send(self, digest: Digest, recipient: str) -> None:
        """Put the digest's entries at the head of the feed.

        Raises `ChannelError` when the file cannot be written, or is not a feed of mscwatch: then it stays as it is.
        """
        try:
            content = feed(digest, self._earlier(), self._clock().replace(tzinfo=UTC))
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, content)
        except OSError as error:
            raise ChannelError(
                f"The feed {recipient} cannot be written ({error.strerror or error})."
            ) from error

    def _earlier(self) -> list[ET.Element]:
        if not self._path.exists() or not self._path.stat().st_size:
            return []
        try:
            root = ET.parse(self._path).getroot()  # noqa: S314  our own file
        except ET.ParseError:
            root = ET.Element("unreadable")
        if root.tag != _name("feed") or not (root.findtext(_name("id")) or "").startswith(TAG):
            raise ChannelError(
                f"{self._path} is not a feed of mscwatch. Move it away or set another MSCWATCH_ATOM_FILE.",
                about="channel",
            )
        return root.findall(_name("entry"))


def feed(digest: Digest, earlier: list[ET.Element], now: datetime) -> bytes:
    """The feed as XML, with the digest's entries before the earlier ones. `now` (UTC) dates feed and notices."""
    root = ET.Element(_name("feed"))
    _add(root, "id", f"{TAG}feed/{quote(digest.title, safe='')}")
    _add(root, "title", f"{_tagged(digest)}mscwatch: {digest.title}")
    _add(root, "updated", _time(now))
    _add(root, "generator", "mscwatch")
    _add(root, "rights", RIGHTS)
    _add(ET.SubElement(root, _name("author")), "name", "mscwatch")
    own = [_notice(notice, digest, now) for notice in digest.notices]
    own += [_event(item, digest) for item in digest.items]
    entries = {entry.findtext(_name("id")): entry for entry in (*own, *earlier)}
    root.extend(list(entries.values())[:MOST_ENTRIES])
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _event(item: NewsItem, digest: Digest) -> ET.Element:
    shown = render_item(item)
    entry = _entry(item.event.event_id, _time(item.observed_at.replace(tzinfo=UTC)))
    _add(entry, "title", f"{_tagged(digest)}{shown.heading}: {shown.nct_id} {shown.title}")
    ET.SubElement(entry, _name("link"), rel="alternate", href=shown.url)
    ET.SubElement(entry, _name("category"), term=plain(item.event.kind, 40))
    event_id = f"event {shown.event_id}" * bool(shown.event_id)
    _add(entry, "content", "\n".join(filter(None, (shown.summary, shown.why, *shown.facts, event_id))))
    return entry


def _notice(notice: Notice, digest: Digest, now: datetime) -> ET.Element:
    entry = _entry(notice.notice_id, _time(now))
    _add(entry, "title", plain(f"{_tagged(digest)}{notice.summary}", 200))
    ET.SubElement(entry, _name("category"), term=plain(notice.kind, 40))
    _add(entry, "content", plain(notice.summary, 2000))
    return entry


def _entry(identity: str, updated: str) -> ET.Element:
    entry = ET.Element(_name("entry"))
    _add(entry, "id", TAG + quote(identity, safe=""))
    _add(entry, "updated", updated)
    return entry


def _tagged(digest: Digest) -> str:
    """The banner as a prefix of every title, because feed readers show entries one by one."""
    return f"{digest.banner} " if digest.banner else ""


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _name(name)).text = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
