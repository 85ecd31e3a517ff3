"""`carpool listen` and `carpool trigger`: a laptop's receiver gets signed events that nobody could send to it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

from service.secrets import new_webhook_secret
from tests.blackbox.receiver import receiving
from tests.serving import COMMAND, ROOT, serving
from tests.waiting import until


def test_sample_events_come_to_a_local_receiver_signed(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service, receiving() as receiver:
        partner = service.command("partners", "create", "acme")["id"]
        key = service.command("keys", "create", partner, "--test")["key"]
        live = service.command("keys", "create", partner)["key"]
        receiver.secret = new_webhook_secret()
        first = service.command("trigger", "match.proposed", "--key", key)
        words = ("listen", "--forward-to", receiver.url, "--secret", receiver.secret, "--check", "--json")
        with subprocess.Popen(
            [*COMMAND, *words, "--after", first["id"]], cwd=ROOT, text=True,
            env=service.environ | {"CARPOOL_API_KEY": key}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as listening:  # fmt: skip
            sent = [service.command("trigger", type_, "--key", key) for type_ in ("trip.expired", "match.confirmed")]
            assert listening.stdout is not None
            found = [json.loads(listening.stdout.readline()) for _ in sent]
            listening.send_signal(signal.SIGINT)
            _, err = listening.communicate(timeout=240)
        assert listening.returncode == 0, err
        assert found == sent
        assert "it refuses forged events" in err
        until(lambda: len(receiver.events) == 2, "both events")
        assert [receiver.events[event["id"]] for event in sent] == sent
        assert receiver.refused == 1

        refused = subprocess.run(
            [*COMMAND, "trigger", "match.proposed", "--key", live], cwd=ROOT, env=service.environ, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert refused.returncode == 1
        assert "test key" in refused.stderr
        unknown = subprocess.run(
            [*COMMAND, "listen", "--key", "cpk_live_nobody"], cwd=ROOT, env=service.environ, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert unknown.returncode == 1
        assert "API key is unknown" in unknown.stderr
