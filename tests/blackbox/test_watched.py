"""What an operator sees of a running service: the metrics that are named elsewhere; logs and traces without people."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from service.cli import main
from tests.blackbox.receiver import Receiver, receiving, register
from tests.clusters import ON_CLUSTER
from tests.factories import offer_body, request_body, tomorrow
from tests.serving import COMMAND, ROOT, Service, serving
from tests.waiting import until

MONITORING = ROOT / "deploy" / "monitoring"
CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
# What people sent, in forms that nothing else has.
PEOPLE = ("Zebedee", "zebedee", "Quorndon", "52.3141", "4.8612", "XK-42-PQ")


class Collector:
    """Takes OTLP over HTTP, as a collector does."""

    def __init__(self) -> None:
        self.exports: list[ExportTraceServiceRequest] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.exports.append(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def spans(self, name: str) -> list[Any]:
        """Return the spans of a name that have come."""
        return [
            span for export in list(self.exports) for resource in export.resource_spans
            for scope in resource.scope_spans for span in scope.spans if span.name == name
        ]  # fmt: skip


class Watched:
    """A service that has matched two people whose webhooks came, and what it told of that."""

    def __init__(self, service: Service, collector: Collector, metrics: str, log: Path) -> None:
        self.service, self.collector, self.metrics, self.log = service, collector, metrics, log


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    data = tmp_path_factory.mktemp("watched") / "data"
    collector = Collector()
    with pytest.MonkeyPatch.context() as patched, receiving() as receiver:
        patched.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        patched.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        with serving(data, traces="otlp", log_level="debug", batch_interval_s=0.5) as service:
            partner, _ = service.partner()
            ride(partner, receiver)
            metrics = httpx.get(f"{service.url}/metrics").text
            until(lambda: collector.spans("webhook"), "spans of webhooks", 60)
            yield Watched(service, collector, metrics, data.with_suffix(".log"))
    collector.close()


def ride(partner: httpx.Client, receiver: Receiver) -> None:
    """Post two people who fit, and make some mistakes; wait for the webhook of their match."""
    register(partner, receiver)
    spots = {"origin": {"lat": 52.3141, "lon": 4.8612, "label": "Quorndon Lane 9"}}
    for path, body in (("offers", offer_body()), ("requests", request_body())):
        person = tomorrow(body) | {"commuter_id": f"zebedee-{path}", "metadata": {"note": "Zebedee"}}
        person["origin"] = body["origin"] | spots["origin"]
        if path == "offers":
            person["vehicle"] = {"plate": "XK-42-PQ", "label": "Zebedee's"}
        posted = partner.post(f"/v1/{path}", json=person, headers={"traceparent": CALLER})
        assert posted.status_code == 201, posted.text
    partner.post("/v1/offers", json={"commuter_id": "zebedee", "origin": {"lat": 52.3141, "lon": "Quorndon"}})
    partner.post("/v1/offers", content=b'{"Zebedee": 52.3141')
    partner.get("/v1/offers", params={"commuter": "zebedee"})
    partner.get("/v1/journeys", params={"from": "52.3141,4.8612", "to": "Quorndon"})
    until(lambda: receiver.of_type("match.proposed"), "the webhook", 90)


def test_every_metric_that_a_dashboard_or_an_alert_names_is_told(watched: Watched) -> None:
    told = set(re.findall(r"^(carpool_\w+?)(?:\{| )", watched.metrics, re.MULTILINE))
    named = {
        file.name: set(re.findall(r"\bcarpool_\w+", file.read_text()))
        for file in (MONITORING / "grafana.json", MONITORING / "alerts.yaml")
    }
    assert all(named.values())
    assert {name: sorted(of - told) for name, of in named.items()} == {"grafana.json": [], "alerts.yaml": []}


def test_every_metric_is_in_the_guide_and_on_the_dashboard(watched: Watched) -> None:
    families = set(re.findall(r"^# TYPE (carpool_\w+) ", watched.metrics, re.MULTILINE))
    guide = (ROOT / "docs" / "operations.md").read_text()
    dashboard = (MONITORING / "grafana.json").read_text()
    assert [name for name in sorted(families) if f"`{name}`" not in guide] == []
    assert [name for name in sorted(families) if name not in dashboard] == []


def test_labels_are_few_and_say_nothing_of_people(watched: Watched) -> None:
    labels = set(re.findall(r'[{,](\w+)="', watched.metrics))
    assert labels <= {"method", "route", "status", "le", "market", "outcome", "kind", "reason"}
    routes = set(re.findall(r'route="([^"]*)"', watched.metrics))
    assert not [route for route in routes if re.search(r"(off|req|mat|bat|evt)_\w", route)]


def test_top_shows_it_all_on_one_screen(watched: Watched) -> None:
    done = subprocess.run(
        [*COMMAND, "top", "--once", "--every-s", "0.2"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=watched.service.environ | {"COLUMNS": "120"}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    own_store = () if ON_CLUSTER else ("valkey-server",)
    for told in (watched.service.url, "calls", "webhooks", "batches", "main", "matcher", "deliverer", *own_store):
        assert told in done.stdout


@pytest.mark.parametrize(("word", "where", "said"), [
    ("--data-dir", "nowhere", "no service runs on"), ("--url", "http://127.0.0.1:9", ":9 does not tell"),
])  # fmt: skip
def test_top_says_where_it_looked_in_vain(
    word: str, where: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["carpool", "top", word, where])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert said in capsys.readouterr().err


def test_every_alert_is_in_the_guide() -> None:
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"][0]["rules"]
    guide = (ROOT / "docs" / "operations.md").read_text()
    assert len({rule["alert"] for rule in rules}) == len(rules)
    assert [rule["alert"] for rule in rules if f"| `{rule['alert']}` |" not in guide] == []


def test_no_log_line_and_no_metric_repeats_what_people_sent(watched: Watched) -> None:
    lines = watched.log.read_text().splitlines()
    assert {json.loads(line)["process"] for line in lines if line.startswith("{")} >= {"api", "matcher"}
    assert [line for line in lines if any(word in line for word in PEOPLE)] == []
    assert not [word for word in PEOPLE if word in watched.metrics]


def test_a_call_is_linked_to_the_proposal_and_that_to_its_webhook(watched: Watched) -> None:
    spans = watched.collector.spans
    posts = [*spans("POST /v1/offers"), *spans("POST /v1/requests")]
    posted = {span.span_id for span in posts if span.trace_id.hex() == CALLER.split("-")[1]}
    assert len(posted) == 2
    (proposal,) = [span for span in spans("propose") if posted <= {link.span_id for link in span.links}]
    (batch,) = [span for span in spans("batch") if span.span_id == proposal.parent_span_id]
    assert {span.name for span in (*spans("read"), *spans("solve")) if span.parent_span_id == batch.span_id} == {
        "read", "solve",
    }  # fmt: skip
    assert [span for span in spans("webhook") if proposal.span_id in {link.span_id for link in span.links}]


def test_no_span_repeats_what_people_sent(watched: Watched) -> None:
    told = "\n".join(str(export) for export in watched.collector.exports)
    assert "POST /v1/offers" in told
    assert [word for word in PEOPLE if word in told] == []
