"""What the registry's answers mean: data, a verdict, or an error.

Sources: the API's OpenAPI document 2.0.5 (error bodies are plain text, never JSON) and the API's observed behaviour
(HTML pages come from its edge servers, also with status 200).
"""

from __future__ import annotations

import requests

from mscwatch.errors import NoAnswerError, QueryRejectedError, RefusedError
from mscwatch.registry.http import PoliteSession
from mscwatch.registry.http_response import Response

MOVED = "data have probably changed"  # from the registry's own text for a page token of an older data set


class DataMovedError(RefusedError):
    """The registry's data set changed during a walk, so the walk must start again."""


class RegistrySession(PoliteSession):
    """A polite session with ClinicalTrials.gov."""

    service = "The registry"
    address_setting = "MSCWATCH_API_URL"

    def check_status(self, response: Response, path: str) -> None:
        """Return for 200. Raises as `PoliteSession.check_status`.

        Raises also `DataMovedError` and `QueryRejectedError` for 400 and 414, and `NoAnswerError` for 403.
        """
        status, quote = response.status, f": {response.quote}" if response.quote else ""
        if status == requests.codes.bad_request and MOVED in quote:
            msg = "The registry's data changed while they were read. Nothing was changed; run again later."
            raise DataMovedError(msg)
        if status in (requests.codes.bad_request, requests.codes.request_uri_too_large):
            msg = (
                f"The registry calls the query malformed (HTTP {status} to {path}){quote}. "
                "Correct the watch file."
            )
            raise QueryRejectedError(msg)
        if status == requests.codes.forbidden:
            msg = (
                f'The registry refuses this client (HTTP 403) with the user agent "{self.user_agent}"{quote}. '
                "Set MSCWATCH_USER_AGENT or ask from another address; asking again at once does not help."
            )
            raise NoAnswerError(msg, transient=False)
        super().check_status(response, path)
