"""What `deploy/` ships is well-formed by public tools, names what there is, and asks for no more rights than it needs.

No container and no cluster runs here: what only they can show is said in docs/operations.md.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import compose_spec
import kubernetes_validate
import pytest
import yaml

from service.cli.commands import Commands
from service.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
MANIFESTS = DEPLOY / "kubernetes"
NOT_APPLIED = {"kustomization.yaml", "secret.example.yaml", "prometheus-adapter.yaml"}
COMMANDS = set(Commands(name="carpool").commands)


def manifests() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(MANIFESTS.glob("*.yaml")):
        if file.name not in {"kustomization.yaml", "prometheus-adapter.yaml"}:
            for document in yaml.safe_load_all(file.read_text()):
                yield file.name, document


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [document for _, document in manifests() if document["kind"] == kind]


def are_settings(names: Iterator[str] | list[str]) -> bool:
    return all(name.removeprefix(PREFIX).lower() in Settings.model_fields for name in names)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_the_image_is_built_by_the_rules() -> None:
    done = run(str(Path(sys.executable).with_name("hadolint")), "Dockerfile")
    assert done.returncode == 0, done.stdout
    text = (ROOT / "Dockerfile").read_text()
    # Nothing is taken as it comes.
    installs = re.findall(r"pip (?:--python \S+ )?(?:install|wheel) (.+)", text)
    assert len(installs) == 4
    assert all("--require-hashes" in words or "--no-deps" in words for words in installs)
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().split()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    assert [name for line in copied for name in line.split() if not (ROOT / name).exists() or name in ignored] == []


def test_every_file_is_tidy_yaml() -> None:
    done = run(sys.executable, "-m", "yamllint", "--strict", "-c", "deploy/.yamllint.yaml", "deploy")
    assert done.returncode == 0, done.stdout


def test_every_manifest_is_what_kubernetes_takes() -> None:
    documents = list(manifests())
    assert len(documents) > 10
    for _, document in documents:
        kubernetes_validate.validate(document, "1.31", strict=True)


def test_every_manifest_is_applied() -> None:
    applied = set(yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())["resources"])
    assert applied == {file.name for file in MANIFESTS.glob("*.yaml")} - NOT_APPLIED


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not here")
def test_the_manifests_are_one_whole_to_kustomize() -> None:
    done = run("kubectl", "kustomize", "deploy/kubernetes")
    assert done.returncode == 0, done.stderr
    made = list(yaml.safe_load_all(done.stdout))
    assert len(made) == len([document for file, document in manifests() if file not in NOT_APPLIED])
    for document in made:
        kubernetes_validate.validate(document, "1.31", strict=True)
        if document["kind"] != "Namespace":
            assert document["metadata"]["namespace"] == "carpool"


def test_pods_have_no_more_rights_than_they_need() -> None:
    deployments = of_kind("Deployment")
    assert {one["metadata"]["name"] for one in deployments} == {"carpool-api", "carpool-matcher", "carpool-deliverer"}
    for deployment in deployments:
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["terminationGracePeriodSeconds"] > 30  # what the service promises to end in
        (container,) = pod["containers"]
        assert container["args"][0] == "carpool"
        assert container["args"][1] in COMMANDS
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {"startupProbe", "livenessProbe", "resources"} <= set(container)


def test_every_role_has_a_budget_and_scales() -> None:
    roles = {one["metadata"]["name"] for one in of_kind("Deployment")}
    assert {one["metadata"]["name"] for one in of_kind("PodDisruptionBudget")} == roles
    scalers = of_kind("HorizontalPodAutoscaler")
    assert {one["spec"]["scaleTargetRef"]["name"] for one in scalers} == roles
    named = {
        metric["external"]["metric"]["name"]
        for one in scalers for metric in one["spec"]["metrics"] if metric["type"] == "External"
    }  # fmt: skip
    rules = yaml.safe_load((MANIFESTS / "prometheus-adapter.yaml").read_text())["rules"]["external"]
    assert named == {rule["name"]["as"] for rule in rules}
    told = (ROOT / "docs" / "operations.md").read_text()
    assert all(re.findall(r'"(carpool_\w+)"', rule["seriesQuery"])[0] in told for rule in rules)


def test_manifests_and_compose_set_what_there_is_to_set() -> None:
    (config,) = of_kind("ConfigMap")
    (secret,) = of_kind("Secret")
    assert are_settings([*config["data"], *secret["stringData"]])
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert are_settings([name for one in services.values() for name in one.get("environment", {})])


def test_compose_is_what_its_specification_says_and_gives_no_rights() -> None:
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    compose_spec.ComposeSpecification.model_validate(document)
    for name, service in document["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"].split(":")[0] not in ("0", "root"), name
        if service["command"][0] == "carpool":
            assert service["command"][1] in COMMANDS, name
    assert document["services"]["store"]["command"][1:] == [
        "--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no",
        "--maxmemory-policy", "noeviction",
    ]  # fmt: skip


needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus's promtool is not here")


@needs_promtool
def test_each_alert_fires_when_it_should_and_at_no_other_time() -> None:
    done = run("promtool", "test", "rules", "deploy/monitoring/alerts.test.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_alert_is_untested() -> None:
    (group,) = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yaml").read_text())["groups"]
    tests = yaml.safe_load((DEPLOY / "monitoring" / "alerts.test.yaml").read_text())["tests"]
    fired = {one["alertname"] for test in tests for one in test.get("alert_rule_test", []) if one.get("exp_alerts")}
    assert fired == {rule["alert"] for rule in group["rules"]}


@needs_promtool
def test_every_expression_of_the_dashboard_is_one_to_prometheus(tmp_path: Path) -> None:
    dashboard = json.loads((DEPLOY / "monitoring" / "grafana.json").read_text())
    asked = [
        target["expr"].replace("$__rate_interval", "1m") for panel in dashboard["panels"] for target in panel["targets"]
    ]
    rules = [{"record": f"asked:{number}", "expr": text} for number, text in enumerate(asked)]
    assert len(rules) > 20
    file = tmp_path / "dashboard.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = run("promtool", "check", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_the_unit_is_what_systemd_takes(tmp_path: Path) -> None:
    unit = tmp_path / "carpool.service"
    text = (DEPLOY / "systemd" / "carpool.service").read_text()
    assert "ExecStart=/opt/carpool/bin/carpool serve\n" in text
    unit.write_text(text.replace("/opt/carpool/bin/carpool", "/usr/bin/env carpool"))
    done = run("systemd-analyze", "verify", "--man=no", str(unit))
    assert str(unit.name) not in done.stderr, done.stderr
