"""`carpool-load` as an operator runs it, in short, on one service; its accounts, goals and refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from loadtests.load import command, entry
from loadtests.load.accounts import account
from loadtests.load.figures import Found
from loadtests.load.record import Record, Recorder
from loadtests.load.target import Target, own, receiving
from tests.factories import offer_body, tomorrow
from tests.waiting import until

# Whatever the machine: only what is lost or wrong is held against a run.
LENIENT = "[all]\nerror_rate = 0.0\nmissing_webhooks = 0\nmissing_acknowledged = 0\ncontradictions = 0\n"


def run(out: Path, *words: str, goals: str = LENIENT) -> int:
    """Run `carpool-load` and return how it ends."""
    (out / "goals.toml").write_text(goals)
    with pytest.raises(SystemExit) as ended:
        command.main([*words, "--out", str(out), "--goals", str(out / "goals.toml")])
    return int(ended.value.code or 0)


def figures(out: Path) -> dict[str, Any]:
    (file,) = out.glob("*/figures.json")
    document: dict[str, Any] = json.loads(file.read_text())
    return document


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A service as a run starts it for itself."""
    directory = tmp_path_factory.mktemp("load")
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner.run(stack.enter_async_context(own(directory, users=30, api_workers=1, batch_interval_s=1)))
        finally:
            runner.run(stack.aclose())


def on(target: Target) -> tuple[str, ...]:
    return "--url", target.url, "--key", ",".join(target.keys), "--operator-key", target.operator_key or ""


def test_a_morning_is_accounted_for(target: Target, tmp_path: Path) -> None:
    assert run(tmp_path, "morning", "--users", "6", "--minutes", "0.05", "--least-calls", "40", *on(target)) == 0
    seen = figures(tmp_path)
    assert seen["found"]["acknowledged"] > 0
    assert seen["found"]["missing_webhooks"] == 0
    assert {"POST /v1/commuters/{id}/tokens", "POST /v1/requests", "GET /v1/events/stream"} <= {
        one["name"] for one in seen["calls"]
    }
    (report,) = tmp_path.glob("*/report.html")
    assert "all 4 goals met" in report.read_text()
    with httpx.Client(base_url=target.url, headers={"Authorization": f"Bearer {target.keys[0]}"}) as partner:
        assert partner.get("/v1/webhook-endpoints").json()["items"] == []  # it leaves none behind


def test_a_spike_passes_and_all_of_it_is_accounted_for(target: Target, tmp_path: Path) -> None:
    assert run(tmp_path, "spike", "--users", "10", "--minutes", "0.05", "--least-calls", "30", *on(target)) == 0
    seen = figures(tmp_path)
    assert seen["found"]["acknowledged"] > 0
    assert "POST /v1/requests" in {one["name"] for one in seen["calls"]}


def test_in_fast_time_days_pass_and_what_is_over_is_dropped(tmp_path: Path) -> None:
    words = (
        "soak",
        "--users",
        "6",
        "--minutes",
        "0.4",
        "--fast",
        "10000",
        "--batch-interval-s",
        "1",
        "--settle-s",
        "30",
    )
    assert run(tmp_path, *words) == 0
    seen = figures(tmp_path)
    posted = sum(one["count"] for one in seen["calls"] if one["name"] in ("POST /v1/offers", "POST /v1/requests"))
    assert seen["found"]["missing_acknowledged"] is None
    assert seen["found"]["contradictions"] == 0
    assert 0 < seen["kept"][-1][":trip:%s"] < posted


def test_an_import_posts_many_at_once(target: Target, tmp_path: Path) -> None:
    words = ("--users", "1", "--minutes", "0.02", "--least-calls", "15", "--no-receiver")
    assert run(tmp_path, "import", *words, *on(target)) == 0
    assert "POST /v1/offers:batch" in {one["name"] for one in figures(tmp_path)["calls"]}


def test_a_goal_that_a_stadium_misses_is_told_and_ends_in_one(
    target: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    goals = "[all.p99_ms]\ncalls = 1000000\n[stadium.p99_ms]\ncalls = 0.0\n"
    words = ("stadium", "--users", "12", "--minutes", "0.02", "--least-calls", "8", "--no-receiver")
    assert run(tmp_path, *words, *on(target), goals=goals) == 1
    assert "missed: p99 of " in capsys.readouterr().err


def test_what_was_acknowledged_and_is_not_there_is_named(target: Target, tmp_path: Path) -> None:
    with httpx.Client(base_url=target.url, headers={"Authorization": f"Bearer {target.keys[0]}"}) as partner:
        trip = partner.post("/v1/offers", json=tomorrow(offer_body())).json()["id"]
        partner.delete(f"/v1/offers/{trip}").raise_for_status()
        until(lambda: partner.get("/v1/events").json()["items"], "an event")
    told = Recorder(tmp_path)
    told.trip(0, "/v1/offers/off_gone", {"id": "off_gone", "external_id": None})
    told.answer(0, "mat_gone", "off_gone", "accepted")
    told.close()

    async def look() -> Found:
        async with receiving(1, 0.0, tmp_path / "receiver.log") as receiver:
            # Owed from long ago on, though nobody has told the receiver to anybody.
            receiver.since.extend(datetime(2026, 1, 1, tzinfo=UTC) for _ in target.keys)
            return await account(target, receiver, Record(tmp_path), 0, lambda _: None)

    found = asyncio.run(look())
    assert {"/v1/offers/off_gone is gone", "mat_gone is gone"} <= set(found.sentences)
    assert found.missing_webhooks == 2 * found.events > 0
    assert found.contradictions == 0


@pytest.mark.parametrize(("words", "said"), [
    (("--url", "http://10.0.0.8:8000", "--key", "cpk_x"), "aims at this machine only, not at http://10.0.0.8:8000"),
    (("--url", "http://127.0.0.1:9", "--key", ""), "say --key"),
])  # fmt: skip
def test_what_it_should_not_do_it_does_not_begin(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "morning", *words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("goals", ["[all]\nspeed = 1", "[all]\nerror_rate = 'none'", "[all"])
def test_goals_that_make_no_sense_are_refused_before_anything_starts(
    goals: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "morning", goals=goals) == 2
    assert "goals.toml" in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "find_spec", lambda name: None if name == "locust" else SimpleNamespace())
    with pytest.raises(SystemExit, match=r"locust not installed: pip install 'carpool\[load\]'"):
        entry.main()
