"""From the settings to what a run works with: the registry's client, the channels, and who is told what."""

from __future__ import annotations

from mscwatch import channels
from mscwatch.digest import subscriptions
from mscwatch.registry.client import Client, user_agent
from mscwatch.registry.http import Politeness
from mscwatch.settings import Settings
from mscwatch.watch import Watch


def configured_channels(settings: Settings) -> tuple[channels.Channel, ...]:
    """The channels that the settings switch on. Raises `ConfigError` for unusable ones."""
    return channels.configured(
        smtp_url=settings.smtp_url.get_secret_value(),
        email_from=settings.email_from,
        email_to=settings.email_to,
        slack_webhook_url=settings.slack_webhook_url.get_secret_value(),
        atom_file=settings.atom_file,
        jsonl_file=settings.jsonl_file,
        apprise_urls=settings.apprise_urls.get_secret_value(),
    )


def configured_routes(settings: Settings, watch: Watch) -> channels.Routes:
    """Who is told what, as the settings say. Raises `ConfigError` for a subscription of nobody."""
    routes = channels.routes(configured_channels(settings), settings.operator_email_to)
    subscriptions.check(watch.subscriptions, routes.news)
    return routes


def registry_client(settings: Settings) -> Client:
    """A registry client as the settings describe it."""
    return Client(settings.api_url, politeness(settings))


def politeness(settings: Settings) -> Politeness:
    """How any client of the registry asks. Raises `ConfigError` for a user agent that cannot be sent."""
    return Politeness(
        user_agent=user_agent(settings.user_agent, settings.contact),
        min_interval=settings.min_interval,
        timeout=settings.timeout,
        budget=settings.retry_budget,
    )
