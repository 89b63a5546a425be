"""The replica's endpoints: one function each, from a dataset and parameters to a `Response`.

Errors are plain text in the registry's own words. Successes are JSON, byte for byte in the registry's layout.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import orjson

from mscwatch.record import nct_number, registry_values
from mscwatch.replica.dataset import Dataset
from mscwatch.replica.enums import enums_answer
from mscwatch.replica.parameters import BadParameterError, Parameters, allow, is_true, project, tree_of
from mscwatch.replica.search import find_hits

BASE = "/api/v2"
_STUDY_PARAMETERS = frozenset({"format", "markupFormat", "fields"})


@dataclass(frozen=True)
class Response:
    """What goes over the wire. The last four fields are for tests that need a bad answer.

    `delay`: seconds before the first byte. `cut_after`: this many bytes of the (compressed) body are sent, then the
    connection is closed, or with `reset` reset. `drip`: seconds between chunks of the body.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    cut_after: int | None = None
    reset: bool = False
    drip: float = 0.0


def answer(dataset: Dataset, path: str, query: Parameters, if_none_match: str = "") -> Response:
    """The answer to a GET of `path`, which begins with `/api/v2`. Bad parameters give a 400."""
    etag = f'"replica/{blake2b(dataset.key.encode(), digest_size=6).hexdigest()}"'
    if if_none_match and etag in if_none_match:
        return Response(304, {"ETag": etag})
    try:
        response = _route(dataset, path, query)
    except BadParameterError as error:
        response = plain(400, str(error))
    return Response(response.status, {"ETag": etag, **response.headers}, response.body)


def plain(status: int, text: str) -> Response:
    """An answer in plain text, as the registry sends its errors."""
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())


def _json(body: bytes) -> Response:
    return Response(200, {"Content-Type": "application/json"}, body)


def _route(dataset: Dataset, path: str, query: Parameters) -> Response:
    match path.removeprefix(BASE).strip("/").split("/"):
        case _ if not path.startswith(f"{BASE}/"):
            return plain(404, "Not Found")
        case ["version"]:
            allow(query, frozenset())
            return _version(dataset)
        case ["studies"]:
            return _studies(dataset, query)
        case ["studies", "enums"]:
            allow(query, frozenset())
            return _json(orjson.dumps(enums_answer()))
        case ["studies", nct_id]:
            return _study(dataset, nct_id, query)
        case _:
            return plain(404, "Not Found")


def _version(dataset: Dataset) -> Response:
    version = {"apiVersion": registry_values().api_version}
    if dataset.snapshot.data_timestamp is not None:
        version["dataTimestamp"] = dataset.snapshot.data_timestamp
    return _json(orjson.dumps(version))


def _study(dataset: Dataset, text: str, query: Parameters) -> Response:
    allow(query, _STUDY_PARAMETERS)
    nct_id = nct_number(text)
    if nct_id is None:
        raise BadParameterError("Parameter `nctId` has incorrect format")
    current = dataset.current_id(nct_id)
    if current is None or current not in dataset.snapshot.records:
        return plain(404, f"NCT number {nct_id} not found")
    if current != nct_id:
        return Response(301, {"Location": f"{BASE}/studies/{current}"})
    return _json(_bodies(dataset, [current], query)[0])


def _studies(dataset: Dataset, query: Parameters) -> Response:
    """A page of studies. A full page always has a token, even when the next page will be empty."""
    hits = find_hits(dataset, query)
    size = _page_size(query.get("pageSize", ""))
    start = _offset(query["pageToken"], dataset.key) if query.get("pageToken") else 0
    page = hits[start : start + size]

    body = b'"studies":[\n' + b",\n".join(_bodies(dataset, page, query)) + b"\n]"
    if is_true(query, "countTotal") and not query.get("pageToken"):
        body = b'"totalCount":%d,' % len(hits) + body
    if len(page) == size:
        body += b',"nextPageToken":"%s"' % _token(start + size, dataset.key)
    return _json(b"{" + body + b"}")


def _bodies(dataset: Dataset, nct_ids: list[str], query: Parameters) -> list[bytes]:
    if "fields" not in query:
        return [dataset.body(nct_id) for nct_id in nct_ids]
    tree = tree_of(query["fields"])
    return [orjson.dumps(project(dataset.record(nct_id), tree)) for nct_id in nct_ids]


def _page_size(text: str) -> int:
    """10 by default and for 0; at most 1000, silently."""
    if not re.fullmatch(r"\d*", text):
        raise BadParameterError("Parameter `pageSize` has incorrect format")
    return min(int(text or 0) or 10, 1000)


def _token(offset: int, key: str) -> bytes:
    """A page token: opaque to clients and, as at the registry, not bound to the parameters of the search."""
    return base64.urlsafe_b64encode(f"{key}|{offset}".encode()).rstrip(b"=")


def _offset(token: str, key: str) -> int:
    try:
        decoded = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        data_set, _, offset = decoded.rpartition("|")
        start = int(offset)
    except (binascii.Error, ValueError) as error:
        raise BadParameterError("Parameter `pageToken` has incorrect format") from error
    if data_set != key:
        raise BadParameterError("The data have probably changed while you were paginating.")
    return start
