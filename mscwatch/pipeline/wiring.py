"""What a run works with, made from the settings: the registry's client, the channels, and who gets which alerts."""

from __future__ import annotations

from dataclasses import replace

from mscwatch import channels
from mscwatch.digest import subscriptions
from mscwatch.paper_sources.clients import EuropePmc, PubMed
from mscwatch.paper_sources.nightly import Sources
from mscwatch.registry.client import Client, user_agent
from mscwatch.registry.http import Politeness
from mscwatch.settings import Settings
from mscwatch.watch import Watch

MOST_OF_PAPERS = 64_000_000  # bytes of one answer; a thousand papers with abstracts have about 10 million


def configured_routes(settings: Settings, watch: Watch) -> channels.Routes:
    """Where alerts and the operator's notices go.

    Raises `ConfigError` for an unusable channel, or a subscription of a channel or recipient that is not configured.
    """
    routes = channels.routes(channels.configured(settings), settings.operator_email_to)
    subscriptions.check(watch.subscriptions, routes.news)
    return replace(routes, page_url=settings.page_url)


def registry_client(settings: Settings) -> Client:
    """The registry's client. Raises `ConfigError` for a user agent that cannot be sent."""
    return Client(settings.api_url, politeness(settings))


def politeness(settings: Settings) -> Politeness:
    """How any client of the registry asks. Raises `ConfigError` for a user agent that cannot be sent."""
    return Politeness(
        user_agent=user_agent(settings.user_agent, settings.contact),
        min_interval=settings.min_interval,
        timeout=settings.timeout,
        budget=settings.retry_budget,
    )


def paper_sources(settings: Settings) -> Sources:
    """The clients of the paper sources, in a hurry: a search may take 60 seconds in all, so it waits for little.

    Raises `ConfigError` for a user agent that cannot be sent.
    """
    hurried = replace(
        politeness(settings),
        timeout=min(settings.timeout, 15.0),
        budget=min(settings.retry_budget, 10.0),
        largest=MOST_OF_PAPERS,
    )
    key = settings.ncbi_api_key.get_secret_value()
    ncbi = min(settings.min_interval, 0.11 if key else 0.4)
    return Sources(
        EuropePmc(settings.europepmc_url, hurried),
        PubMed(
            settings.pubmed_url, replace(hurried, min_interval=ncbi), contact=settings.contact, api_key=key
        ),
    )
