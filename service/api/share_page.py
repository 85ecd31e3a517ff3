"""The page behind a shared link: in the reader's language, without a script, for a telephone first."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Literal

from service.model.matches import Call
from service.usecases.sharing import Shared

Language = Literal["en", "nl"]
_REFRESH_S = 20

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "A shared ride", "of": "{name}\u2019s ride", "confirmed": "Agreed, not under way yet",
        "under_way": "Under way", "aboard": "Under way, aboard",
        "driver": "Driver", "car": "Car", "plate": "Number plate",
        "depart": "Leaves", "pickup": "Picked up", "dropoff": "Dropped off", "arrive": "Arrives",
        "map": "Show on a map", "position": "The car was last seen", "no_position": "The car has not told where it is.",
        "refresh": "This page is brought up to date by itself. It ends with the ride.",
        "ended": "This link has ended",
        "ended_why": "It shows a ride only until it is over, or until it is taken back.",
        "unknown": "not told",
    },
    "nl": {
        "title": "Een gedeelde rit", "of": "De rit van {name}", "confirmed": "Afgesproken, nog niet onderweg",
        "under_way": "Onderweg", "aboard": "Onderweg, ingestapt", "driver": "Bestuurder", "car": "Auto",
        "plate": "Kenteken", "depart": "Vertrekt", "pickup": "Stapt in", "dropoff": "Stapt uit", "arrive": "Komt aan",
        "map": "Toon op een kaart", "position": "De auto is het laatst gezien",
        "no_position": "De auto heeft nog niet laten weten waar hij is.",
        "refresh": "Deze pagina werkt zichzelf bij. Ze eindigt met de rit.",
        "ended": "Deze link is verlopen",
        "ended_why": "Hij toont een rit alleen tot die voorbij is, of tot hij is ingetrokken.",
        "unknown": "niet bekend",
    },
}  # fmt: skip


def language_of(accepted: str) -> Language:
    """Return the language of ours that an ``Accept-Language`` (RFC 9110) likes best."""
    liked = sorted((_liking(part) for part in accepted.lower().split(",")), reverse=True, key=lambda pair: pair[0])
    for weight, tag in liked:
        primary = tag.partition("-")[0]
        if weight > 0 and primary in ("en", "nl"):
            return "nl" if primary == "nl" else "en"
    return "en"


def _liking(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";")
    try:
        return float(weight.partition("=")[2].strip() or 1), tag.strip()
    except ValueError:
        return 0.0, tag.strip()


def ended_page(language: Language) -> str:
    """Return the page of a link that shows nothing (any more)."""
    words = _WORDS[language]
    return _page(language, words["ended"], f"<p>{words['ended_why']}</p>", refresh=False)


def ride_page(language: Language, ride: Shared) -> str:
    """Return the page of a ride."""
    words = _WORDS[language]
    title = words["of"].format(name=ride.name) if ride.name else words["title"]
    state = "aboard" if ride.picked_up_at is not None and ride.status == "under_way" else ride.status
    body = f'<p class="state state-{ride.status}" role="status">{words[state]}</p><dl>{_people(words, ride)}</dl>'
    stops = "".join(_stop(words, ride, stop) for stop in ride.stops)
    body += f'<ol>{stops}</ol>{_position(words, ride)}<p class="note">{words["refresh"]}</p>'
    return _page(language, title, body, refresh=True)


def _people(words: dict[str, str], ride: Shared) -> str:
    vehicle = ride.vehicle
    rows = [
        ("driver", ride.driver_name), ("car", vehicle and vehicle.label), ("plate", vehicle and vehicle.plate),
    ]  # fmt: skip
    return "".join(
        f"<div><dt>{words[name]}</dt><dd>{escape(text or words['unknown'])}</dd></div>" for name, text in rows
    )


def _stop(words: dict[str, str], ride: Shared, stop: Call) -> str:
    what = words[stop.kind]
    return f"<li><span>{what}</span> {_time(ride, stop.at)} {_map(words, what, stop.lat, stop.lon)}</li>"


def _position(words: dict[str, str], ride: Shared) -> str:
    if ride.status != "under_way":
        return ""
    where = ride.position
    if where is None:
        return f"<p>{words['no_position']}</p>"
    shown = _map(words, words["position"], where.lat, where.lon)
    return f'<p class="position"><span>{words["position"]}</span> {_time(ride, where.at)} {shown}</p>'


def _time(ride: Shared, at: datetime) -> str:
    local = at.astimezone(ride.zone)
    return f'<time datetime="{local.isoformat(timespec="seconds")}">{local:%H:%M}</time>'


def _map(words: dict[str, str], of: str, lat: float, lon: float) -> str:
    # Opened by the telephone's own map: no map server learns of the ride from this page.
    return f'<a href="geo:{lat:.5f},{lon:.5f}" aria-label="{of}: {words["map"]}">{words["map"]}</a>'


def _page(language: Language, title: str, body: str, *, refresh: bool) -> str:
    again = f'<meta http-equiv="refresh" content="{_REFRESH_S}">' if refresh else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'{again}<title>{escape(title)}</title><link rel="stylesheet" href="/static/share.css"></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
