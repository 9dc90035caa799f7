"""The manifests: each by its schema, all of them together, and the folders as a cluster mounts them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import kubernetes_validate
import pytest
import yaml

from gateway.bundle.pair import load_pair
from gateway.bundle.source import look
from gateway.cli.main import main
from gateway.config import read_settings
from gateway.config.settings import Settings
from gateway.documents import load_texts

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/kubernetes"
FILES = sorted([*FOLDER.glob("*.yaml"), ROOT / "deploy/proxies/ingress.yaml"])
WITHOUT_SCHEMA = {"Kustomization", "ServiceMonitor"}
"""Kinds that a cluster learns from others."""
SUPPORTED = ("1.32", "1.37")
"""Oldest and newest version that the manifests are held against."""
PAGE = (ROOT / "docs/howto/deploying.md").read_text("utf-8")


def documents(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text("utf-8")))


def one(kind: str, name: str = "") -> dict[str, Any]:
    """The only document of a kind."""
    (found,) = (
        document
        for file in FILES
        for document in documents(file)
        if document["kind"] == kind and (not name or document["metadata"]["name"] == name)
    )
    return found


def pod() -> dict[str, Any]:
    found: dict[str, Any] = one("StatefulSet")["spec"]["template"]["spec"]
    return found


def gateway() -> dict[str, Any]:
    (found,) = pod()["containers"]
    return dict(found)


def configured(environ: dict[str, str] | None = None) -> Settings:
    """What the ConfigMap says, read as the gateway does."""
    environ = environ or one("Secret")["stringData"]
    raw = one("ConfigMap")["data"]["config.yaml"].encode()
    return read_settings(load_texts({"config.yaml": raw}), Path("/etc/ecluse/config"), environ)


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_manifest_is_by_its_schema(file: Path, version: str) -> None:
    for document in documents(file):
        if document["kind"] not in WITHOUT_SCHEMA:
            kubernetes_validate.validate(document, version, strict=True)


def test_a_wrong_manifest_would_be_found() -> None:
    wrong = one("StatefulSet")
    wrong["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, SUPPORTED[1], strict=True)


def test_all_select_the_pods_of_the_set() -> None:
    labels = one("StatefulSet")["spec"]["template"]["metadata"]["labels"]
    assert one("StatefulSet")["spec"]["selector"]["matchLabels"] == labels
    assert one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels
    for name in ("ecluse", "ecluse-replicas"):
        assert one("Service", name)["spec"]["selector"] == labels
    assert one("StatefulSet")["spec"]["serviceName"] == "ecluse-replicas"
    assert one("Service", "ecluse-replicas")["spec"]["clusterIP"] == "None"
    replicas = one("Service", "ecluse-replicas")["metadata"]["labels"]
    assert one("ServiceMonitor")["spec"]["selector"]["matchLabels"].items() <= replicas.items()


def test_ports_are_those_that_the_configuration_listens_on() -> None:
    server, ports = configured().server, {one["name"]: one["containerPort"] for one in gateway()["ports"]}
    assert ports == {"data": server.data.port, "metrics": server.metrics.port}
    assert not server.data.loopback and not server.metrics.loopback
    asked = [one("Service", name)["spec"]["ports"][0]["targetPort"] for name in ("ecluse", "ecluse-replicas")]
    asked += [gateway()[f"{probe}Probe"]["httpGet"]["port"] for probe in ("startup", "readiness", "liveness")]
    asked += [rule["ports"][0]["port"] for rule in one("NetworkPolicy")["spec"]["ingress"]]
    assert set(asked) == set(ports)
    assert one("ServiceMonitor")["spec"]["endpoints"][0]["port"] == "metrics"
    (backend,) = one("Ingress")["spec"]["rules"][0]["http"]["paths"]
    assert backend["backend"]["service"] == {"name": "ecluse", "port": {"name": "data"}}


def test_probes_ask_what_there_is_and_a_busy_moment_restarts_nothing() -> None:
    container = gateway()
    paths = {probe: container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "readiness", "liveness")}
    assert paths == {"startup": "/healthz", "readiness": "/readyz", "liveness": "/healthz"}
    liveness = container["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] > configured().server.hung_seconds


def test_a_stop_has_the_time_that_the_configuration_gives_it() -> None:
    settings, container = configured(), gateway()
    needed = settings.server.unready_seconds + settings.limits.drain_seconds
    assert needed + 10 < pod()["terminationGracePeriodSeconds"]
    readiness = container["readinessProbe"]
    seen_after = readiness["periodSeconds"] * readiness["failureThreshold"] + readiness["timeoutSeconds"]
    assert settings.server.unready_seconds > seen_after
    assert container["lifecycle"]["preStop"]["exec"]["command"] == ["ecluse", "drain"]


def test_replicas_share_what_must_hold_for_all() -> None:
    settings = configured()
    assert settings.shared.store == "redis"
    assert settings.shared.replicas == one("StatefulSet")["spec"]["replicas"] * settings.server.workers
    (port,) = one("NetworkPolicy")["spec"]["egress"][-1]["ports"]
    assert f":{port['port']}/" in one("Secret")["stringData"]["ECLUSE_REDIS"]


def test_folders_of_the_configuration_are_mounted_and_only_state_can_be_written() -> None:
    settings, container = configured(), gateway()
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert container["env"] == [{"name": "ECLUSE_CONFIG", "value": "/etc/ecluse/config/config.yaml"}]
    assert container["args"] == ["serve", "--config", "/etc/ecluse/config/config.yaml"]
    wanted = {str(settings.folder), str(settings.bundle), str(settings.keyring.dir), str(settings.state_dir), "/tmp"}
    assert set(mounts) == wanted
    assert {path for path, mount in mounts.items() if not mount.get("readOnly")} == {str(settings.state_dir), "/tmp"}
    volumes = {volume["name"] for volume in pod()["volumes"]}
    claims = {claim["metadata"]["name"] for claim in one("StatefulSet")["spec"]["volumeClaimTemplates"]}
    assert {mount["name"] for mount in mounts.values()} == volumes | claims
    assert claims == {mounts[str(settings.state_dir)]["name"]}


def test_it_runs_as_nobody_special() -> None:
    assert pod()["securityContext"]["runAsNonRoot"] is True
    own, dockerfile = gateway()["securityContext"], (ROOT / "Dockerfile").read_text()
    assert f"--uid {pod()['securityContext']['runAsUser']} " in dockerfile
    assert (own["allowPrivilegeEscalation"], own["readOnlyRootFilesystem"]) == (False, True)
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert pod()["automountServiceAccountToken"] is False


def test_kustomize_takes_all_but_what_holds_secrets_or_needs_an_operator() -> None:
    kept_apart = {"kustomization.yaml", "secret.example.yaml", "servicemonitor.yaml"}
    assert set(one("Kustomization")["resources"]) == {file.name for file in FOLDER.glob("*.yaml")} - kept_apart
    assert {one["secretRef"]["name"] for one in gateway()["envFrom"]} == {one_secret()}


def one_secret() -> str:
    return str(one("Secret")["metadata"]["name"])


def mounted(source: Path, target: Path, turn: str = "1") -> None:
    """Files as a cluster mounts a ConfigMap or a Secret: links to links, of which one is turned for a change."""
    data = target / f"..2026_{turn}"
    data.mkdir(parents=True)
    for file in source.iterdir():
        if file.is_file():
            (data / file.name).write_bytes(file.read_bytes())
            (data / file.name).chmod(0o440)
            if not (target / file.name).is_symlink():
                (target / file.name).symlink_to(f"..data/{file.name}")
    (target / "..turned").symlink_to(data.name)
    os.rename(target / "..turned", target / "..data")


def page() -> list[list[str]]:
    """The commands of the page, by their words."""
    section = PAGE.partition("## Kubernetes")[2].partition("\n## ")[0]
    found = re.search("```sh\n(.+?)```", section, re.DOTALL)
    assert found is not None
    return [shlex.split(line, comments=True) for line in found[1].splitlines()]


def made_by_the_page(folder: Path) -> Path:
    """What the page says, and nothing else; the configuration as the pod of the set sees it, but for where it is.

    `kubectl` is left out, but for the folders of which it makes what pods mount.
    """
    etc, here = folder / "etc", folder / "kubernetes"
    copytree(FOLDER, here)
    for words in page():
        if words[0] == "ecluse":
            assert main([words[1], str(here / words[2])]) == 0
        elif words[0] == "cp":
            subprocess.run(words, cwd=here, check=True)
        for source in (word.removeprefix("--from-file=") for word in words if word.startswith("--from-file=")):
            (name,) = {"ecluse-bundle", "ecluse-keyring"} & set(words)
            mounted(here / source, etc / name.removeprefix("ecluse-"))
    config = one("ConfigMap")["data"]["config.yaml"].replace("/etc/ecluse", str(etc))
    (here / "data").mkdir()
    (here / "data" / "config.yaml").write_text(config.replace("/var/lib/ecluse/state", str(folder / "state")))
    mounted(here / "data", etc / "config")
    return etc / "config" / "config.yaml"


def test_configuration_bundle_and_keyring_are_read_as_a_cluster_mounts_them(tmp_path: Path) -> None:
    config, environ = made_by_the_page(tmp_path), one("Secret")["stringData"]
    pair = load_pair(config, serving=True, environ=environ, today=lambda: date(2026, 11, 26))
    assert set(pair.destinations) == {"openai/gpt-4o-mini"}
    assert not [note for note in pair.notes if "openai" in note]
    bundle = config.parents[1] / "bundle"
    before, contract = look(config, bundle), tmp_path / "kubernetes/made/bundle/openai.yaml"
    contract.write_text(contract.read_text().replace("OpenAI", "OpenAI Inc."))
    mounted(contract.parent, bundle, "2")
    assert look(config, bundle) != before
    assert load_pair(config, serving=True, environ=environ).bundle.revision != pair.bundle.revision
