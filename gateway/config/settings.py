"""The configuration: what the people who run the gateway decide, as frozen typed values."""

# ruff: noqa: RUF009 - setting(), section() ... return dataclasses.field(), they are not shared defaults

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config import kinds as k
from gateway.config.capacity import CapacitySettings
from gateway.config.destinations import EXHAUSTED, OUTPUT, DestinationSettings, ModelSettings, VendorSettings
from gateway.config.drills import DrillsSettings
from gateway.config.health import HealthSettings
from gateway.config.keeping import KeyringSettings, LedgerSettings, ReloadSettings, SignaturesSettings
from gateway.config.logging import LoggingSettings
from gateway.config.money import PricesSettings
from gateway.config.patterns import PUBLIC
from gateway.config.quotas import QuotaSettings
from gateway.config.routes import RouteSettings
from gateway.config.server import Limits, Server
from gateway.config.sharing import SharedSettings
from gateway.config.table import PLAIN, Row, listed, named, rows, section, setting
from gateway.config.tracing import TracingSettings
from gateway.config.webhooks import WebhookSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesSettings:
    """How documents inside requests (PDF, Word, Excel and the like) are read before they are inspected."""

    workers: int = setting(
        k.count(0, 64), "Processes that read documents at once; with 0 documents are not inspectable.", default=2
    )
    waiting: int = setting(
        k.count(0, 10_000), "Documents that may wait for a process; a call with one more is a 503.", default=32
    )
    file_bytes: int = setting(k.SIZE, "Largest document.", default=16 << 20, shown="16MiB")
    file_seconds: float = setting(k.SPAN, "Time to read one document.", default=10.0)
    call_seconds: float = setting(
        k.SPAN, "Time to read all documents of a call that are new, waiting included.", default=30.0
    )
    per_call: int = setting(k.count(1, 10_000), "Documents in one call.", default=100)
    characters: int = setting(k.count(1000), "Characters of text in the documents of one call.", default=1_000_000)
    memory: int = setting(k.SIZE, "Memory of one reading process.", default=512 << 20, shown="512MiB")
    memo_bytes: int = setting(
        k.SIZE, "Memory for texts of documents already read, which agents send again.", default=32 << 20, shown="32MiB"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySettings:
    """The names that keys and policies may use for people's units."""

    teams: tuple[str, ...] = setting(
        k.several(k.WORD), "Teams that exist; a key or a policy naming another is refused.", default=()
    )
    groups: tuple[str, ...] = setting(k.several(k.WORD), "Groups that exist, likewise.", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """The vendor double that ships with the product."""

    enabled: bool = setting(k.FLAG, "Start it; without it no destination of kind simulator is routable.", default=False)
    port: int = setting(k.count(0, 65535), "Loopback port; 0 takes a free one.", default=0)
    names: tuple[str, ...] = setting(
        k.several(k.WORD), "The vendors that it plays, by the names under vendors.", default=()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration. folder: where its file is; relative paths start there."""

    folder: Path = field(default=Path())
    server: Server = section(Server, "Listeners.")
    limits: Limits = section(Limits, "Limits of a call and of a client.")
    state_dir: Path = setting(
        k.PATH,
        "Folder of keys, ledger, reports, review samples and the last good pair.",
        default=Path("state"),
        shown="state",
    )
    bundle: Path = setting(k.PATH, "Folder of the governance bundle.", default=Path("bundle"), shown="bundle")
    organisation: str = setting(k.WORD, "Name of the organisation that calls are recorded for.", default="default")
    reload: ReloadSettings = section(ReloadSettings, "How changed files come into force.")
    bundle_signatures: SignaturesSettings = section(SignaturesSettings, "Who must have signed the bundle.")
    files: FilesSettings = section(FilesSettings, "Documents inside requests.")
    directory: DirectorySettings = section(DirectorySettings, "Teams and groups.")
    ledger: LedgerSettings = section(LedgerSettings, "The log of every call.")
    keyring: KeyringSettings = section(KeyringSettings, "The installation's own keys.")
    shared: SharedSettings = section(SharedSettings, "What workers and replicas share.")
    capacity: CapacitySettings = section(CapacitySettings, "Who goes first when there isn't room for all.")
    drills: DrillsSettings = section(DrillsSettings, "Faults made on purpose.")
    health: HealthSettings = section(HealthSettings, "When a destination is left alone.")
    simulator: SimulatorSettings = section(SimulatorSettings, "The vendor double.")
    vendors: Mapping[str, VendorSettings] = named(VendorSettings, "Vendors by name.")
    destinations: Mapping[str, DestinationSettings] = named(DestinationSettings, "Destinations by name.")
    models: Mapping[str, ModelSettings] = named(
        ModelSettings, "Models by the name that staff ask for, or a pattern of it.", PUBLIC, f"{PLAIN}, and one *"
    )
    routes: Mapping[str, RouteSettings] = named(RouteSettings, "Routes by name; `default`: of models that name none.")
    quotas: tuple[QuotaSettings, ...] = listed(QuotaSettings, "Hard limits.")
    prices: PricesSettings = section(PricesSettings, "What tokens cost.")
    webhooks: Mapping[str, WebhookSettings] = named(WebhookSettings, "Addresses that are told, by name.")
    logging: LoggingSettings = section(LoggingSettings, "Lines on standard error.")
    tracing: TracingSettings = section(TracingSettings, "Traces of calls.")
    reserve_output: int = setting(
        OUTPUT, "Output tokens reserved for an answer whose length the call doesn't state; a step of it.", default=4096
    )
    when_exhausted: str = setting(
        EXHAUSTED,
        "When a quota has no room for more of an answer: cut (break the stream off), or cap (ask the vendor for less).",
        default="cut",
    )

    @property
    def control_socket(self) -> Path:
        """The Unix socket of the control surface."""
        return self.server.control or self.state_dir / "control.sock"

    def worker_socket(self, slot: int, made: int) -> Path:
        """The Unix socket of one of several workers, the made-th that was started."""
        return self.state_dir / "workers" / f"w{slot}.{made}.sock"

    @property
    def own_socket(self) -> Path:
        """The Unix socket by which the gateway calls itself where its data listener speaks TLS."""
        return self.state_dir / "own.sock"

    @property
    def bridge_socket(self) -> Path:
        """The Unix socket of the process that runs litellm."""
        return self.state_dir / "bridge.sock"

    @property
    def processes(self) -> int:
        """Serving processes over all machines, as far as they are stated."""
        return max(self.server.workers, self.shared.replicas)

    @property
    def shared_file(self) -> Path:
        """The SQLite file that the workers of one machine share."""
        return self.state_dir / "shared.db"

    @property
    def ledger_dir(self) -> Path:
        """Folder of the ledger's segments."""
        return self.state_dir / "ledger"

    @property
    def keys_file(self) -> Path:
        """File of the issued keys (keyed hashes only)."""
        return self.state_dir / "keys.json"

    @property
    def reports_dir(self) -> Path:
        """Folder of what staff said of refusals, one file a report."""
        return self.state_dir / "reports"

    @property
    def samples_dir(self) -> Path:
        """Folder of review samples, sealed."""
        return self.state_dir / "samples"

    @property
    def drills_dir(self) -> Path:
        """Folder of the continuity file: a folder for each drill."""
        return self.state_dir / "drills"

    @property
    def last_good_dir(self) -> Path:
        """Copy of the last configuration and bundle that were accepted."""
        return self.state_dir / "last-good"


SETTINGS: tuple[Row, ...] = tuple(rows(Settings))
