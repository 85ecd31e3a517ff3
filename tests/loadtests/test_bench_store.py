"""The benchmark of the store measures what it says: small counts of everything, in real processes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from loadtests.bench_store import PARTS, OtherMachine, earlier
from loadtests.capacity import cities, computed, fresh, looks, memory, requests, round_trips, scale, writes
from loadtests.capacity.cities import Assumptions, Measured, city_of
from loadtests.capacity.client import Answers, drive, pace, percentile
from loadtests.capacity.page import BEGIN, END, NoMark, check_page, write_page
from loadtests.misbehaving import Receiver
from loadtests.tables import Table
from tests.serving import ROOT

pytestmark = pytest.mark.anyio


@pytest.mark.slow
async def test_writes_are_counted_beside_a_constant_answer_and_their_syncs_beside_them(tmp_path: Path) -> None:
    found = await writes.measure(tmp_path, connections=(1, 8), workers=(2,), rounds=1, seconds=0.5)
    one, eight = (writes.Row(**row) for row in found["rows"])
    assert 0 < one.writes_per_s < one.constant_per_s
    assert 0 < one.p50_ms <= one.p99_ms
    # Nobody shares a sync with a lone writer. The matcher's and other processes' writes are none here.
    assert one.fsyncs_a_write is None or 0.9 <= one.fsyncs_a_write <= 1.5
    assert eight.fsyncs_a_write is None or eight.fsyncs_a_write < one.fsyncs_a_write
    assert [row["connections"] for row in found["alone"]] == [1, 8]
    assert {"POST /v1/offers": 1, "POST /v1/requests": 1, "POST /v1/batches": 1}.items() <= found["round_trips"].items()
    assert len(writes.tables(found)) == 3


@pytest.mark.slow
async def test_looks_are_timed_alone_and_beside_posts_and_none_is_refused(tmp_path: Path) -> None:
    found = await looks.measure(tmp_path, trips=200, seconds=1.0)
    assert [(row["name"], row["refused"]) for row in found["rows"]] == [("journeys", 0), ("explanations", 0)]
    assert all(0 < row["alone_p50_ms"] <= row["alone_p99_ms"] for row in found["rows"])
    (table,) = looks.tables(found)
    assert len(table.rows) == 2


async def test_what_a_look_computes_is_timed(tmp_path: Path) -> None:
    found = await computed.measure(tmp_path, trips=200, looks=10)
    assert [row["name"] for row in found["rows"]] == ["journeys", "explanations"]
    assert all(0 < p50 <= p99 <= most for p50, p99, most in (row["took_ms"] for row in found["rows"]))
    assert len(computed.tables(found)[0].rows) == 2


@pytest.mark.slow
async def test_what_the_memory_grows_by_is_what_the_keys_take(tmp_path: Path) -> None:
    found = await memory.measure(tmp_path, count=400)
    kept = {row["what"].partition(",")[0]: row for row in found["kept"]}
    assert len(kept) == len(found["kept"]) - 2  # three weigh an event: in the log, owed, delivered
    trip = kept["open trip"]
    assert 500 < trip["of_keys_each"] < 5000
    # Beside the keys the server's tables and buffers grow: by less than 2 MB, of however many trips.
    assert 0.5 * trip["of_keys_each"] < trip["bytes_each"] < trip["of_keys_each"] + 2e6 / trip["count"]
    assert all(row["of_keys_each"] > 0 for row in found["kept"])


@pytest.mark.slow
async def test_two_matchers_and_two_deliverers_do_everything_once(tmp_path: Path) -> None:
    found = await scale.measure(tmp_path, processes=(2,), markets=3, trips_each=60, events_each=40)
    deliverer, matcher = found["rows"]
    assert (deliverer["role"], deliverer["distinct"]) == ("deliverer", 3 * 40)
    assert matcher["role"] == "matcher"
    assert matcher["distinct"] == matcher["expected"] > 0
    assert matcher["doubled"] == 0


@pytest.mark.slow
async def test_every_pair_is_told_of_and_callers_are_timed_during_a_batch(tmp_path: Path) -> None:
    found = await fresh.measure(tmp_path, seconds=2, trips_a_batch=300, rounds=1, time_limit_s=3)
    assert found["fresh"]["posted"] == found["fresh"]["told"] == 10
    assert 0 < found["fresh"]["p50_s"] <= found["fresh"]["p99_s"]
    (beside,) = found["beside"]
    assert beside["during_p99_ms"] > 0
    assert beside["batch_alone_s"] > 0


async def test_answers_are_counted_by_status_at_the_rate_that_was_asked_for() -> None:
    async with Receiver() as server:
        got = repeat(requests.post("/500", "cpk_x", {}))
        driven = await drive(server.url(), got, connections=3, seconds=0.2)
        assert server.connections == 3
        assert set(driven.statuses) == {500}
        assert driven.statuses.total() == len(driven.took_s) > 3
        paced = await pace(server.url(), got, per_s=100, seconds=0.2, connections=2)
        assert paced.statuses == {500: 20}


async def test_a_server_that_hangs_up_is_told_of() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ConnectionError, match="hung up"):
        await drive(f"http://127.0.0.1:{port}", repeat(requests.get("/")), connections=1, seconds=5)
    server.close()


@pytest.mark.parametrize(("percent", "value"), [(50, 2), (75, 3), (99, 4), (100, 4), (1, 1)])
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(percent: float, value: float) -> None:
    assert percentile([4, 1, 3, 2], percent) == value
    assert Answers(2.0, [0.001] * 4).per_s == 2


MEASURED = Measured(
    api_s=0.0005, store_s=0.0001, trip_bytes=1700, match_bytes=1900, event_bytes=2100, once_bytes=700,
    deliveries_per_s=1500,
)  # fmt: skip


def test_a_city_s_needs_grow_with_its_people() -> None:
    small, large = (city_of(people, MEASURED, Assumptions()) for people in (100_000, 10_000_000))
    assert small.trips_per_s == pytest.approx(200_000 * 0.25 / 3600)
    assert small.api_cores == pytest.approx(small.trips_per_s * 6 * 0.0005 / 0.5)
    assert small.gb_a_day == pytest.approx((200_000 * (1700 + 3 * 2100) + 200_000 * 0.25 * 1900) / 1e9)
    assert large.gb_kept == pytest.approx(100 * small.gb_kept)
    assert 2 <= small.machines < large.machines


def test_cities_are_made_of_what_the_parts_found() -> None:
    row = {"api_cpu_ms": 0.5, "store_cpu_ms": 0.1}
    figures: dict[str, Any] = {
        "writes": {"rows": [{"connections": 1, "api_cpu_ms": 9, "store_cpu_ms": 9}, {"connections": 16, **row}]},
        "memory": {"kept": [{"bytes_each": size} for size in (1700, 700, 1900, 1500, 1600, 2100, 2200)]},
        "scale": {"rows": [{"role": "deliverer", "processes": 1, "done": 3000, "seconds": 2.0}]},
    }
    assert cities.measured_of(figures) == MEASURED
    (table,) = cities.tables(figures)
    assert [line[0] for line in table.rows] == ["100,000", "1,000,000", "10,000,000"]


def page(tmp_path: Path, *names: str) -> Path:
    path = tmp_path / "reliability.md"
    path.write_text("# Head\n" + "\n".join(f"{BEGIN.format(name=n)}\nold\n{END.format(name=n)}\ntext" for n in names))
    return path


def test_a_page_gets_the_figures_of_one_part_and_keeps_the_rest(tmp_path: Path) -> None:
    path = page(tmp_path, "writes", "memory")
    tables: Sequence[Table] = [Table("Bytes", ("what", "bytes"), [("trip", "1,700")], frozenset({"what"}))]
    for _ in range(2):
        write_page(path, "memory", "Measured on: Z80.", tables)
    text = path.read_text()
    assert text.count("| trip | 1,700 |") == 1
    assert f"{BEGIN.format(name='writes')}\nold\n" in text
    assert "### Bytes\n\n| what | bytes |\n| --- | ---: |" in text
    assert "Measured on: Z80." in text
    with pytest.raises(NoMark, match="scale"):
        write_page(path, "scale", "", tables)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "reads"], "reads is none of writes, memory, scale, fresh"),
        (["--out", "none.md"], "none.md has no lines '<!-- Written by loadtests/bench_store.py: writes. -->'"),
    ],
)
def test_what_it_cannot_do_is_said_before_anything_is_measured(arguments: list[str], said: str) -> None:
    run = subprocess.run(
        [sys.executable, "loadtests/bench_store.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert said in " ".join(run.stderr.split())


def test_the_page_of_figures_has_a_place_for_every_part() -> None:
    check_page(ROOT / "docs" / "reliability.md", [*PARTS, "cities"])


def test_figures_of_another_machine_are_refused(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    kept.write_text(json.dumps({"machine": {"processor": "Z80"}, "figures": {"writes": {}}}))
    assert earlier(kept, {"processor": "Z80"}) == {"writes": {}}
    assert earlier(tmp_path / "none.json", {"processor": "Z80"}) == {}
    with pytest.raises(OtherMachine, match="Z80"):
        earlier(kept, {"processor": "6502"})


def test_round_trips_are_shown_by_route() -> None:
    assert round_trips.table({"POST /v1/offers": 1}).rows == [("POST /v1/offers", "1")]
