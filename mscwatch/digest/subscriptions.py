"""Who wants which news. Pure. An address that no subscription names is told everything that the watch tells."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mscwatch.errors import ConfigError
from mscwatch.model import Address, Event
from mscwatch.watch import Subscription


def wants(
    address: Address, event: Event, indication_group: str, subscriptions: Sequence[Subscription]
) -> bool:
    """Whether an address is told of an event that the watch's alerts admit."""
    own = [one for one in subscriptions if _names(one, address)]
    return not own or any(_admits(one, event, indication_group) for one in own)


def check(subscriptions: Sequence[Subscription], addresses: Collection[Address]) -> None:
    """Raise `ConfigError` for a subscription of a channel or a recipient that is not configured."""
    for one in subscriptions:
        known = sorted(address.recipient for address in addresses if address.channel == one.channel)
        if not known:
            channels = ", ".join(sorted({address.channel for address in addresses})) or "none"
            msg = f"A subscription names the channel {one.channel!r}, which is not configured (configured: {channels})."
            raise ConfigError(msg)
        if strange := [recipient for recipient in one.to if recipient not in known]:
            msg = (
                f"A subscription of the channel {one.channel} names {', '.join(map(repr, strange))}, which is not "
                f"configured there (configured: {', '.join(known)})."
            )
            raise ConfigError(msg)


def in_words(address: Address, subscriptions: Sequence[Subscription]) -> str:
    """What an address is told, as `doctor` shows it."""
    own = [one for one in subscriptions if _names(one, address)]
    return " or ".join(map(_limits, own)) or "everything that the watch tells"


def _names(one: Subscription, address: Address) -> bool:
    return one.channel == address.channel and (not one.to or address.recipient in one.to)


def _admits(one: Subscription, event: Event, indication_group: str) -> bool:
    return (
        (not one.kinds or event.kind in one.kinds)
        and (not one.severities or event.severity in one.severities)
        and (not one.indications or indication_group in one.indications)
    )


def _limits(one: Subscription) -> str:
    limits = {"kinds": one.kinds, "severities": one.severities, "indications": one.indications}
    said = [f"{name} {', '.join(values)}" for name, values in limits.items() if values]
    return "; ".join(said) or "everything that the watch tells"
