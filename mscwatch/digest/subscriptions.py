"""Which address gets which events, by the subscriptions of the watch file. Pure.

An address that no subscription names gets every event that the watch's `[alerts]` admit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mscwatch.errors import ConfigError
from mscwatch.model import Address, Event
from mscwatch.watch import Subscription

EVERYTHING = "everything that the watch tells"


def wants(
    address: Address, event: Event, indication_group: str, subscriptions: Sequence[Subscription]
) -> bool:
    """Whether an address gets an event that the watch's alerts admit. Its subscriptions add up."""
    own = [subscription for subscription in subscriptions if _names(subscription, address)]
    return not own or any(_admits(subscription, event, indication_group) for subscription in own)


def check(subscriptions: Sequence[Subscription], addresses: Collection[Address]) -> None:
    """Check subscriptions against the configured addresses.

    Raises `ConfigError` when one names a channel or a recipient that is not configured.
    """
    for subscription in subscriptions:
        channel = subscription.channel
        known = sorted(shown(address) for address in addresses if address.channel == channel)
        if not known:
            channels = ", ".join(sorted({address.channel for address in addresses})) or "none"
            raise ConfigError(
                f"A subscription names the channel {channel!r}, which is not configured (configured: {channels}). "
                "Correct the watch file or the settings."
            )
        if unknown := [recipient for recipient in subscription.to if recipient not in known]:
            raise ConfigError(
                f"A subscription of the channel {channel} names {', '.join(map(repr, unknown))}, which is not "
                f"configured there (configured: {', '.join(known)}). Correct the watch file or the settings."
            )


def shown(address: Address) -> str:
    """The recipient as people who run this program may see it: a mail address unmasked, where it is at hand."""
    return address.person or address.recipient


def describe(address: Address, subscriptions: Sequence[Subscription]) -> str:
    """What an address gets, as `doctor` shows it: `severities high; indications cirrhosis`."""
    own = [subscription for subscription in subscriptions if _names(subscription, address)]
    return " or ".join(map(_limits, own)) or EVERYTHING


def _names(subscription: Subscription, address: Address) -> bool:
    return subscription.channel == address.channel and (
        not subscription.to or shown(address) in subscription.to
    )


def _admits(subscription: Subscription, event: Event, indication_group: str) -> bool:
    return (
        (not subscription.kinds or event.kind in subscription.kinds)
        and (not subscription.severities or event.severity in subscription.severities)
        and (not subscription.indications or indication_group in subscription.indications)
    )


def _limits(subscription: Subscription) -> str:
    limits = ((name, getattr(subscription, name)) for name in ("kinds", "severities", "indications"))
    return "; ".join(f"{name} {', '.join(values)}" for name, values in limits if values) or EVERYTHING
