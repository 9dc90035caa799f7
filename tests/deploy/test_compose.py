"""The compose file: what it may say, and that it fits the Dockerfile, the configuration and the boards."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.cli.main import main, parser
from gateway.config import load_settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
GATEWAY = SERVICES["gateway"]
PAGE = (ROOT / "docs/howto/deploying.md").read_text("utf-8")

# Of the Compose specification what we use, and of what kind it is there; a word that isn't here is a slip, or new.
TOP = {"name": str, "services": dict, "networks": dict, "volumes": dict}
SERVICE: dict[str, type | tuple[type, ...]] = {
    "image": str,
    "build": dict,
    "command": list,
    "environment": dict,
    "env_file": list,
    "volumes": list,
    "ports": list,
    "networks": list,
    "depends_on": list,
    "profiles": list,
    "read_only": bool,
    "tmpfs": list,
    "cap_drop": list,
    "security_opt": list,
    "pids_limit": int,
    "mem_limit": str,
    "restart": str,
    "stop_grace_period": str,
    "logging": dict,
}


def seconds(span: str) -> float:
    found = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", span)
    assert found is not None
    return 60.0 * int(found[1] or 0) + int(found[2] or 0)


def sources(service: dict[str, Any]) -> dict[str, str]:
    """Where it is in the container -> what is mounted there."""
    parts = [volume.split(":") for volume in service["volumes"]]
    return {part[1]: part[0] for part in parts}


def test_every_word_is_one_of_compose() -> None:
    for name, value in COMPOSE.items():
        assert isinstance(value, TOP[name])
    for service in SERVICES.values():
        for name, value in service.items():
            assert isinstance(value, SERVICE[name]), name
    named = {source for service in SERVICES.values() for source in sources(service).values()}
    assert {one for one in named if not one.startswith(".")} == set(COMPOSE["volumes"])
    assert set(GATEWAY["networks"]) == set(COMPOSE["networks"])


def test_what_is_mounted_from_here_is_here() -> None:
    for service in SERVICES.values():
        for source in sources(service).values():
            if source.startswith("."):
                # `ecluse init` makes this one
                assert source == "./ecluse" or (FOLDER / source).exists(), source


def test_the_boards_are_where_grafana_is_told_that_they_are() -> None:
    provider = yaml.safe_load((FOLDER / "grafana/provisioning/dashboards/ecluse.yaml").read_text("utf-8"))
    source = yaml.safe_load((FOLDER / "grafana/provisioning/datasources/ecluse.yaml").read_text("utf-8"))
    mounted = sources(SERVICES["grafana"])
    assert mounted[provider["providers"][0]["options"]["path"]] == "./grafana/boards"
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    assert "inside" in {*SERVICES["grafana"]["networks"]} & {*SERVICES["prometheus"]["networks"]}


def test_alerts_go_where_prometheus_sends_them() -> None:
    prometheus = yaml.safe_load((FOLDER / "prometheus/prometheus.yaml").read_text("utf-8"))
    (managers,) = prometheus["alerting"]["alertmanagers"]
    (scraped,) = prometheus["scrape_configs"]
    assert managers["static_configs"] == [{"targets": ["alertmanager:9093"]}]
    assert scraped["static_configs"] == [{"targets": ["gateway:9464"]}]
    for name in ("gateway", "prometheus", "alertmanager"):
        assert "inside" in SERVICES[name]["networks"]
    for name, folder in (("prometheus", "prometheus"), ("alertmanager", "alertmanager")):
        (config,) = [word for word in SERVICES[name]["command"] if word.startswith("--config.file=")]
        assert (FOLDER / folder / Path(config).name).exists()


def test_who_watches_does_not_end_with_the_gateway() -> None:
    """A container in the gateway's network keeps the dead one when that is started anew: it would see nothing then."""
    for name in ("prometheus", "alertmanager"):
        assert not {"network_mode", "depends_on"} & SERVICES[name].keys()
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert "outside" in SERVICES["alertmanager"]["networks"]  # receivers are there


def test_nothing_is_open_to_other_machines() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_the_gateway_can_write_its_state_and_nothing_else() -> None:
    assert GATEWAY["read_only"] is True
    assert GATEWAY["cap_drop"] == ["ALL"]
    assert GATEWAY["volumes"] == ["./ecluse:/etc/ecluse:ro", "state:/var/lib/ecluse/state"]
    assert "VOLUME /var/lib/ecluse/state" in (ROOT / "Dockerfile").read_text("utf-8")
    assert COMPOSE["services"]["gateway"]["build"]["context"] == ".."


def test_its_command_is_one_of_ours() -> None:
    args = parser(["serve"]).parse_args(GATEWAY["command"])
    assert str(args.config) == GATEWAY["environment"]["ECLUSE_CONFIG"]


def test_the_changes_that_the_page_names_make_the_configuration_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`ecluse init`, the page's `sed`, and what came of it, as the container sees it."""
    assert main(["init", str(tmp_path / "ecluse")]) == 0
    capsys.readouterr()
    config = tmp_path / "ecluse" / "config.yaml"
    text = config.read_text("utf-8")
    section = PAGE.partition("## Docker Compose")[2].partition("\n## ")[0]
    changes = re.findall(r"s#\^(.+?)#(.+?)#", section)
    assert len(changes) == 3
    for before, after in changes:
        assert re.search(f"(?m)^{before}", text), before
        text = re.sub(f"(?m)^{before}", after, text)
    config.write_text(text)
    settings = load_settings(config, {})
    assert str(settings.state_dir) in sources(GATEWAY)
    assert settings.server.data.host == "0.0.0.0"
    assert settings.server.metrics == ("0.0.0.0", 9464)
    assert not [port for port in GATEWAY["ports"] if "9464" in port]
    assert f"127.0.0.1:8080:{settings.server.data.port}" in GATEWAY["ports"]
    assert settings.server.unready_seconds + settings.limits.drain_seconds < seconds(GATEWAY["stop_grace_period"])
