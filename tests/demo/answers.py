"""What the API answers, in small: two drivers, three riders, a flexible commuter, and two cars of them."""

from typing import Any

Json = dict[str, Any]


def trip(id_: str, *ends: tuple[float, float], **more: Any) -> Json:
    origin, destination = ({"lat": lat, "lon": lon, "label": f"{lat:.2f} north"} for lat, lon in ends)
    return {
        "id": id_, "commuter_id": f"c-{id_}", "origin": origin, "destination": destination,
        "earliest_departure": "2026-11-25T12:00:00Z", "latest_arrival": "2026-11-25T14:00:00Z",
        "traits": [], "requires": [], "either": None, "status": "confirmed", "version": 3,
    } | more  # fmt: skip


def offer(id_: str, *ends: tuple[float, float], **more: Any) -> Json:
    return trip(id_, *ends, **{"seats": 3, "max_detour_s": 1200, "vehicle": {"co2_g_per_km": 200}} | more)


def request(id_: str, *ends: tuple[float, float], **more: Any) -> Json:
    return trip(id_, *ends, **{"seats": 1, "max_ride_s": 5400, "max_walk_m": 0} | more)


OFFERS = [
    offer("off_a", (43.60, -79.60), (43.70, -79.40)),
    offer("off_b", (43.80, -79.50), (43.66, -79.38)),
    offer("off_c", (44.00, -79.45), (43.66, -79.38), status="open"),
    offer("off_f", (43.90, -79.50), (43.90, -79.30), either="flexible", status="open"),
]
REQUESTS = [
    request("req_a", (43.62, -79.57), (43.69, -79.42)),
    request("req_b", (43.79, -79.49), (43.67, -79.39)),
    request("req_f", (43.78, -79.48), (43.67, -79.38), either="flexible"),
    request("req_c", (43.20, -79.80), (43.30, -79.90), status="open"),
]


def stop(kind: str, at: str, lat: float, lon: float, request_id: str | None = None) -> Json:
    return {"kind": kind, "request_id": request_id, "at": at, "lat": lat, "lon": lon, "meeting_point": None}


def rider(request_id: str) -> Json:
    return {"request_id": request_id, "answer": "accepted"}


MATCHES = [
    {
        "id": "mat_a", "status": "confirmed", "version": 3, "offer_id": "off_a", "riders": [rider("req_a")],
        "stops": [
            stop("depart", "2026-11-25T12:10:00Z", 43.60, -79.60),
            stop("pickup", "2026-11-25T12:19:00Z", 43.62, -79.57, "req_a"),
            stop("dropoff", "2026-11-25T12:55:00Z", 43.69, -79.42, "req_a"),
            stop("arrive", "2026-11-25T13:02:00Z", 43.70, -79.40),
        ],
        "detour_s": 240, "saved_m": 18_000, "saved_s": 1800, "co2_saved_g": 3_600,
    },
    {
        "id": "mat_b", "status": "confirmed", "version": 5, "offer_id": "off_b",
        "riders": [rider("req_b"), rider("req_f")],
        "stops": [
            stop("depart", "2026-11-25T12:05:00Z", 43.80, -79.50),
            stop("pickup", "2026-11-25T12:10:00Z", 43.79, -79.49, "req_b"),
            stop("pickup", "2026-11-25T12:15:00Z", 43.78, -79.48, "req_f"),
            stop("dropoff", "2026-11-25T13:00:00Z", 43.67, -79.38, "req_f"),
            stop("dropoff", "2026-11-25T13:04:00Z", 43.67, -79.39, "req_b"),
            stop("arrive", "2026-11-25T13:09:00Z", 43.66, -79.38),
        ],
        "detour_s": 480, "saved_m": 40_000, "saved_s": 4100, "co2_saved_g": 8_000,
    },
]  # fmt: skip
