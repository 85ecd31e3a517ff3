"""Every key of the store: its suffix, its type, what is in it and how long it lives.

Keys of one market share the hash tag ``{m:MARKET}``, keys of one partner ``{p:PARTNER}``; each change of
state stays within one tag, so that it is atomic on a cluster too. The Lua functions get the same table
as ``K.name(tag, …)`` (`lua_table`), so that no key is spelled twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

STORE_TAG = "{carpool}"
SCHEMA_VERSION = 7  # of what this page describes; `upgrades` says when it has to grow


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of key. `suffix` has a ``%s`` for each part that follows the tag."""

    suffix: str
    type: str
    holds: str
    lives: str = "until its subject is purged"

    def __call__(self, tag: str, *parts: str) -> str:
        """Return the key under a tag."""
        return tag + self.suffix % parts


# Under a market's tag.
TRIP = Kind(
    ":trip:%s", "hash", "kind, partner, status, version, match, due_ms, either, external, outward, has_return, series, "
    "opened (the count of changes since when it is open), priority_s, decides_ms (no batch matches it before), "
    "promised_ms (of a car it has lost), price_s, once (hash of the idempotency key that made it), body …; of one that "
    "moves or moved: to (the market)",
)  # fmt: skip
MATCH = Kind(
    ":match:%s",
    "hash",
    "status, version, trips (ids), invited (ids), doc (JSON), names (JSON, if any); while it is under way: position "
    "(JSON), position_ms",
)
TRIPS = Kind(":trips:%s:%s", "zset", "(partner, kind): ids of all trips, lexically by id")
TRIPS_BY_STATUS = Kind(":trips:%s:%s:status:%s", "zset", "(partner, kind, status): ids")
TRIPS_BY_COMMUTER = Kind(":trips:%s:%s:commuter:%s", "zset", "(partner, kind, commuter): ids")
TRIPS_BY_EXTERNAL_ID = Kind(":trips:%s:%s:external:%s", "zset", "(partner, kind, external id): ids")
TRIPS_BY_SERIES = Kind(":trips:%s:%s:series:%s", "zset", "(partner, kind, series): ids")
SERIES = Kind(":series:%s", "hash", "kind, partner, commuter, status, version, revision, due_ms, doc (JSON) …")
SERIES_OF = Kind(":series-of:%s", "zset", "(partner): ids of its series")
SERIES_BY_COMMUTER = Kind(":series-of:%s:commuter:%s", "zset", "(partner, commuter): ids of their series")
SERIES_DUE = Kind(":series-due", "zset", "series by the ms at which the next trip is to be made of them", "for ever")
POOL = Kind(
    ":pool:%s", "zset", "(a driver's series): riders' series by how many of its cars they agreed to; the 32 with most",
    "60 days after the last",
)  # fmt: skip
MATCHES = Kind(":matches:%s", "zset", "(partner): ids of matches that touch one of its trips")
MATCHES_BY_STATUS = Kind(":matches:%s:status:%s", "zset", "(partner, status): ids")
MATCHES_BY_COMMUTER = Kind(":matches:%s:commuter:%s", "zset", "(partner, commuter): ids")
SHARED = Kind(
    ":shared:%s:%s", "string", "(match, trip): what its link to share is made of", "2 h after the trip's part"
)
CARS = Kind(":cars", "zset", "ids of confirmed matches, which may take more riders, by the ms of their departure")
OPEN = Kind(":open", "set", "ids of open trips of all partners that batches match", "for ever")
DECIDING = Kind(":deciding", "zset", "ids of open trips that batches do not match yet, by the ms from when they do")
DUE = Kind(":due", "zset", "trip and match ids by the millisecond at which they expire, or a ride is over", "for ever")
EITHER = Kind(":either:%s:%s", "string", "(partner, either): the trip that is proposed or confirmed for it")
RETURNS = Kind(
    ":returns:%s", "set", "(request): the ways back of it; of trips of earlier versions those that were ever proposed"
)
MOVING = Kind(":moving", "set", "ids of trips on their way to another market", "for ever")
HELD = Kind(
    ":held",
    "string",
    "the backup that holds the market: no trip leaves it, its outbox is not read, nor forgets",
    "10 s after it was last renewed",
)
SEEN = Kind(":seen", "string", "the count of changes up to which a batch has seen what is open", "for ever")
CHANGES = Kind(":changes", "string", "counts changes of the set of open trips", "for ever")
CHANGED = Kind(
    ":changed",
    "stream",
    "ids of trips and matches that changed, with the count of changes by then: what keeps a picture fresh",
    "about the newest 20,000",
)
OUTBOX = Kind(":outbox", "stream", "events not yet in their partners' logs", "until relayed")
OUTBOX_DEAD = Kind(":outbox-dead", "stream", "outbox entries that could not be relayed, and why", "newest 10,000")
ENDED = Kind(
    ":ended",
    "zset",
    "trips and matches that have ended, or are agreed, by the ms from which the retention counts: that "
    "of the event that told of it, or of an agreed car's arrival",
    "for ever",
)
STATISTICS = Kind(":statistics", "hash", "'day count' to how many, of what the retention has dropped", "for ever")
PARTNER_STATISTICS = Kind(
    ":statistics:%s", "hash", "(partner): 'day count' and 'day count community' to how many, of what was dropped",
    "for ever; communities while there are less than 50,000 figures",
)  # fmt: skip
BATCH = Kind(":batch:%s", "hash", "status, starts (how often it was begun), doc (JSON), certificate_…", "retention")
BATCHES = Kind(":batches", "zset", "ids of batches", "trimmed to the newest 1,000")
BATCH_QUEUE = Kind(":batch-queue", "list", "ids of batches asked for", "until run")
CERTIFICATE_QUEUE = Kind(":certificate-queue", "list", "batches whose coarse certificate was asked for", "until made")
ERASED = Kind(
    ":erased",
    "string",
    "ms at which somebody was last erased: of batches begun before, no certificate is kept",
    "for ever",
)
ERASURES = Kind(
    ":erasures:%s", "string", "(partner): how often one of its commuters was erased; a line of an import that was read "
    "before is not posted", "for ever",
)  # fmt: skip
SET_ASIDE = Kind(":set-aside", "set", "ids of trips, matches and batches that can not be read", "for ever")
CLOCK = Kind(":clock", "string", "of a sandbox: by how many ms its time is ahead of the clock", "for ever")
WORLD = Kind(
    ":world", "string", "of a sandbox: how often it was emptied; 'n closed' while it is being emptied", "for ever"
)
TICK = Kind(":tick", "string", "millisecond of the matcher's last completed tick", "for ever")
LEASE = Kind(":lease:%s", "hash", "owner, token, until_ms", "for ever: tokens only grow")
ONCE = Kind(":once:%s:%s", "string", "(partner, idempotency key's hash): body hash and first answer", "24 h")

# Under a partner's tag.
PARTNER = Kind(
    ":partner", "hash", "id, name, shares_with, origins, created_ms, version, fallback:COMMUNITY (JSON) …", "for ever"
)
AUDIT = Kind(":audit", "stream", "acts of administration: by, what, target, details (JSON)", "about the newest 10,000")
CREDENTIAL = Kind(
    ":credential:%s", "hash", "(SHA-256 of an API key): key id, scopes, sandbox, revoked, used …",
    "30 days after its end, where there are 500",
)  # fmt: skip
CREDENTIALS = Kind(":credentials", "hash", "key id to the SHA-256 of the key")
BUCKET = Kind(
    ":bucket:%s",
    "hash",
    "(key id, or SHA-256 of a commuter's world and id): calls left, at_ms",
    "until it is full again",
)
SIGNED_OUT = Kind(
    ":signed-out:%s:%s", "string", "(live or test, SHA-256 of a commuter's id): the second up to which tokens were "
    "made of theirs that open nothing", "until all of those have ended",
)  # fmt: skip

# Under the tag of a log of events: a partner's own, or that of its sandbox (`model.events.log_owner`).
EVENTS = Kind(
    ":events", "stream", "the log of events: type, at, seq, subject, market, data, communities, people (JSON: "
    "commuters by trip)", "retention",
)  # fmt: skip
RELAYED = Kind(":relayed", "hash", "market to the last outbox entry in the log", "for ever")
ENDPOINT = Kind(
    ":endpoint:%s",
    "hash",
    "url, event_types, communities, secret, signing_key, old_secrets (encrypted), status …",
    "until deleted",
)
ENDPOINTS = Kind(":endpoints", "zset", "ids of endpoints", "until deleted")
QUEUE = Kind(":queue:%s", "zset", "(endpoint): 'entry subject' owed, by the ms at which it is due", "until delivered")
WAITING = Kind(":waiting:%s", "hash", "(endpoint): subject to the entries behind its queued one", "until delivered")
LANES = Kind(":lanes", "zset", "enabled endpoints by the millisecond of their first due entry", "until delivered")
DELIVERY = Kind(":delivery:%s:%s", "hash", "(endpoint, entry): type, status, n, token, attempts (JSON)", "retention")
DELIVERIES = Kind(":deliveries:%s", "zset", "(endpoint): entries with a delivery, by the ms of the first", "retention")
RESERVED = Kind(":reserved:%s", "string", "(idempotency key's hash): body hash and the market it is for", "24 h")
BLOCKS = Kind(
    ":blocks:%s",
    "hash",
    "(commuter): 'partner commuter' that they never ride with again, to 'ms named'",
    "until erased",
)
BLOCKED_BY = Kind(
    ":blocked-by:%s", "set", "(commuter): 'partner commuter' who never ride with them again", "until erased"
)
BLOCKERS = Kind(":blockers", "set", "commuters who block anybody", "until erased")
PROFILE = Kind(":profile:%s", "hash", "(commuter): display_name, consents (JSON), version, changed_ms", "until erased")
REPORTS = Kind(":reports:%s", "hash", "(commuter): report to its JSON", "until erased; the newest 100")
COMMUTERS = Kind(":commuters", "set", "commuters with a profile or reports", "until erased")
ERASING = Kind(
    ":erasing:%s",
    "set",
    "(commuter): of one who is being erased, trips, and partners who hear of them",
    "until that has come to its end",
)
REWRITTEN = Kind(
    ":rewritten", "stream", "the log's copy without somebody who is erased, until it takes its place", "1 h"
)
REWRITING = Kind(":rewriting", "string", "token of who makes that copy", "1 h")
PARTNER_ONCE = Kind(":once:%s", "string", "(idempotency key's hash): body hash and first answer", "24 h")
IMPORT = Kind(
    ":import:%s", "hash", "partner, status, version, lines, read, posted, known, refused, pieces, next_piece, until_ms "
    "(when it is dropped; of an unfinished one '', but while it is sent) …", "retention"
)  # fmt: skip
IMPORTS = Kind(":imports", "zset", "ids of imports, lexically by id", "the newest 100, for the retention")
IMPORTS_OPEN = Kind(":imports-open", "zset", "ids of imports that are not finished", "until finished")
IMPORT_PIECES = Kind(
    ":import-pieces:%s", "hash", "(import): number of a piece to its lines (zlib)", "until they are posted"
)
IMPORT_FAULTS = Kind(
    ":import-faults:%s", "hash", "(import): number of a piece to what is wrong in it (zlib)", "as its import"
)

# Under the store's own tag.
SCHEMA = Kind(
    ":schema", "string", "the version of the records' form; '1>2' on the way from one to the next", "for ever"
)
MARKET_LIST = Kind(
    ":markets", "hash", "a live market's name to its record (JSON); ':version' to how often one was written", "for ever"
)
MATCHERS = Kind(":matchers", "zset", "matchers at work by the ms of their last sign of life", "20 s after the last")
LIBRARIES = Kind(":libraries", "zset", "function libraries by the ms of their processes' last start", "newest 3")

# Alone.
PARTNERS = "carpool:partners"  # zset of partner ids
MARKETS = "carpool:markets"  # set of all markets, sandboxes too: whoever matches or relays looks after these
LISTENERS = "carpool:listeners"  # set of logs of events that ever had a webhook endpoint


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a key is: its kind, the tag it is under and the parts that follow it."""

    kind: Kind
    tag: str
    parts: tuple[str, ...]

    @property
    def owner(self) -> str:
        """The market of a market's key, or the log's owner of a partner's."""
        return owner_of(self.tag)


def parse(key: str) -> Parsed | None:
    """Return what a key is, None for one that is not ours. The inverse of a kind's call."""
    tag, end, suffix = key.partition("}")
    if not end or tag[:3] not in ("{m:", "{p:"):
        return None
    for kind, form in _forms():
        found = form.fullmatch(suffix)
        if found:
            return Parsed(kind, tag + end, found.groups())
    return None


@cache
def _forms() -> list[tuple[Kind, re.Pattern[str]]]:
    # The last part alone may hold colons: a commuter's id, what is `either`. More words of its own: a nearer form.
    kinds = sorted(_kinds().values(), key=lambda kind: len(kind.suffix.replace("%s", "")), reverse=True)
    forms = []
    for kind in kinds:
        *others, last = kind.suffix.split("%s")
        pattern = "([^:]+)".join(map(re.escape, others))
        forms.append((kind, re.compile(f"{pattern}(.+)" if others and not last else pattern + re.escape(last))))
    return forms


def _kinds() -> dict[str, Kind]:
    return {name.lower(): kind for name, kind in globals().items() if isinstance(kind, Kind)}


def market_tag(market: str) -> str:
    """Return the hash tag of a market."""
    return f"{{m:{market}}}"


def in_markets(kind: Kind, markets: Iterable[str], *parts: str) -> dict[str, str]:
    """Return, by market, the key of a kind and of these parts."""
    return {market: kind(market_tag(market), *parts) for market in markets}


def partner_tag(partner_id: str) -> str:
    """Return the hash tag of a partner."""
    return f"{{p:{partner_id}}}"


def owner_of(tag: str) -> str:
    """Return whose a tag is: the inverse of both."""
    return tag[3:-1]


def lua_table() -> str:
    """Return Lua source that defines ``K``: a function for each kind of key."""
    lines = [
        f"function K.{name}(tag, ...) return tag .. string.format('{k.suffix}', ...) end"
        for name, k in _kinds().items()
    ]
    return "\n".join(["local K = {}", *lines])
