"""The configuration: what the people who run the gateway decide, as frozen typed values."""

# ruff: noqa: RUF009 - setting(), section() ... return dataclasses.field(), they are not shared defaults

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from adapters.registry import VENDORS
from gateway.config import kinds as k
from gateway.config.capacity import CapacitySettings
from gateway.config.drills import DrillsSettings
from gateway.config.health import HealthSettings
from gateway.config.kinds import Address, Network
from gateway.config.logging import LoggingSettings
from gateway.config.money import PricesSettings
from gateway.config.parameters import ParametersSettings
from gateway.config.patterns import PUBLIC, PUBLIC_NAME, VENDOR_MODEL
from gateway.config.quotas import QuotaSettings
from gateway.config.routes import DEFAULT, TIERS, RouteSettings
from gateway.config.secret import Secret
from gateway.config.sharing import SharedSettings
from gateway.config.table import PLAIN, Row, listed, named, rows, section, setting
from gateway.config.tls import TlsSettings
from gateway.config.tracing import TracingSettings
from gateway.config.webhooks import WebhookSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the gateway listens and how it speaks."""

    data: Address = setting(
        k.ADDRESS, "Listener for staff tools.", default=Address("127.0.0.1", 8080), shown="127.0.0.1:8080"
    )
    metrics: Address = setting(
        k.ADDRESS,
        "Listener for /metrics, /healthz and /readyz; read-only, keep it private.",
        default=Address("127.0.0.1", 9464),
        shown="127.0.0.1:9464",
    )
    control: Path | None = setting(
        k.PATH, "Unix socket (0600) of the control surface.", default=None, shown="control.sock in state_dir"
    )
    language: str = setting(k.choice("en", "fr"), "Language of the messages that staff see.", default="en")
    trusted_proxies: tuple[Network, ...] = setting(
        k.several(k.NETWORK), "Networks whose X-Forwarded-For and traceparent are believed.", default=()
    )
    workers: int = setting(k.count(1, 64), "Serving processes; about one a core.", default=1)
    unready_seconds: float = setting(
        k.SPAN,
        "How long a stop only shows in /readyz, while calls are still taken: what balancers need to see it.",
        default=0.0,
        shown="none",
    )
    hung_seconds: float = setting(
        k.SPAN, "How long one of several workers may give no sign of life before it is replaced.", default=30.0
    )
    tls: TlsSettings = section(TlsSettings, "TLS on the data listener.")

    @property
    def scheme(self) -> str:
        """Of the URL that staff tools call."""
        return "https" if self.tls.on else "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call or client may take."""

    body_bytes: int = setting(k.SIZE, "Largest request body.", default=16 << 20, shown="16MiB")
    depth: int = setting(k.count(4, 256), "Deepest nesting of a request body.", default=64)
    texts: int = setting(
        k.count(1000),
        "Strings, names of members and numbers in a request body, and in all lines of a file of requests.",
        default=200_000,
    )
    header_seconds: float = setting(k.SPAN, "Time to send the request line and headers.", default=10.0)
    body_seconds: float = setting(k.SPAN, "Time to send the body.", default=60.0)
    drain_seconds: float = setting(k.SPAN, "Time that calls in flight get at shutdown.", default=30.0)
    hold_lifecycle_seconds: float = setting(
        k.SPAN, "How long frames without content are held back, so that failover stays possible.", default=15.0
    )
    deadline_seconds: float = setting(k.SPAN, "Time for all attempts of a call together.", default=600.0)
    max_policy_age_seconds: float = setting(
        k.SPAN, "How long a call in flight may go on under policies replaced since.", default=600.0
    )
    connections: int = setting(k.count(1, 100_000), "Open client connections at once.", default=1000)
    bodies_bytes: int = setting(
        k.SIZE, "Bytes of all request bodies in flight, in one serving process.", default=256 << 20, shown="256MiB"
    )


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
class LedgerSettings:
    """How calls are written down."""

    durability: str = setting(
        k.choice("fsync", "write", "async"),
        "When a record counts as written: on disk, in the kernel, or queued.",
        default="fsync",
    )
    on_failure: str = setting(
        k.choice("closed", "open"),
        "When the ledger can't write: refuse calls, or go on without records.",
        default="closed",
    )
    segment_bytes: int = setting(k.SIZE, "Size at which a new segment begins.", default=64 << 20, shown="64MiB")
    segment_seconds: float = setting(k.SPAN, "Age at which a new segment begins.", default=3600.0)
    reserve_bytes: int = setting(
        k.SIZE, "Disk space kept free for the outcomes of admitted calls.", default=64 << 20, shown="64MiB"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadSettings:
    """When a running gateway takes changed files."""

    watch: bool = setting(
        k.FLAG, "Take changed files without being asked; false: on `ecluse reload` only.", default=False
    )
    quiet_seconds: float = setting(k.SPAN, "How long nothing may change in them before they are taken.", default=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerSettings:
    """One person who may sign bundles."""

    name: str
    key: bytes = setting(k.PUBLIC_KEY, "Public half of this person's key, as `ecluse policy keygen` prints it.")
    role: str | None = setting(k.WORD, "What this person signs for.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturesSettings:
    """Who must have signed a bundle before it comes into force. Here, so that no edit of the bundle can loosen it."""

    require: int = setting(
        k.count(0, 20), "How many must approve a bundle, its author not counted; 0: it need not be signed.", default=0
    )
    roles: tuple[str, ...] = setting(k.several(k.WORD), "Roles that must each be among those who approve.", default=())
    allow_older: bool = setting(
        k.FLAG, "Whether a bundle that was signed before the one in force may replace it.", default=False
    )
    signers: Mapping[str, SignerSettings] = named(SignerSettings, "Who may sign, by name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyringSettings:
    """Where the installation's own keys are."""

    dir: Path = setting(
        k.PATH,
        "Folder of the keyring, outside state_dir and backed up apart from it.",
        default=Path("keyring"),
        shown="keyring",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """The vendor double that ships with the product."""

    enabled: bool = setting(k.FLAG, "Start it; without it no destination of kind simulator is routable.", default=False)
    port: int = setting(k.count(0, 65535), "Loopback port; 0 takes a free one.", default=0)
    names: tuple[str, ...] = setting(
        k.several(k.WORD), "The vendors that it plays, by the names under vendors.", default=()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSettings:
    """One endpoint of a model vendor, or of a model server in-house."""

    name: str
    kind: str = setting(k.choice(*VENDORS), "How this vendor is spoken to.")
    base_url: str | None = setting(
        k.URL,
        "Where it is; its host must be among the allowed_hosts of the contract.",
        default=None,
        shown="the kind's own",
    )
    credential: Secret | None = setting(k.SECRET, "Key of this vendor: ${NAME} or file:PATH.", default=None)
    credentials: tuple[Secret, ...] = setting(
        k.several(k.SECRET), "Further keys of it: calls are spread over all, and one that fails rests.", default=()
    )
    ca_bundle: Path | None = setting(
        k.AUTHORITIES, "PEM file of the authorities trusted instead of the usual ones.", default=None
    )
    egress_proxy: str | None = setting(
        k.URL, "HTTP proxy on the way out; the environment's is never used.", default=None
    )
    connect_seconds: float = setting(k.SPAN, "Time to connect.", default=5.0)
    first_byte_seconds: float = setting(k.SPAN, "Time until the answer begins.", default=300.0)
    first_token_seconds: float = setting(
        k.SPAN, "Time until its first word, whatever else the vendor sends before.", default=300.0
    )
    idle_seconds: float = setting(k.SPAN, "Longest silence inside an answer.", default=120.0)
    least_bytes: int = setting(
        k.SIZE, "Bytes that idle_seconds must bring of an answer not passed on yet; fewer end it.", default=16
    )
    total_seconds: float = setting(k.SPAN, "Time for one attempt as a whole.", default=600.0)
    connections: int = setting(k.count(1, 10_000), "Connections kept open at once.", default=256)
    on_abort: str = setting(
        k.choice("cancel", "drain"),
        "When the client leaves: cancel at the vendor, or read to the end.",
        default="cancel",
    )
    dialects: tuple[str, ...] = setting(
        k.several(k.WORD),
        "Those of its kind's dialects that it is asked in, most preferred first.",
        default=(),
        shown="all of the kind's",
    )
    options: Mapping[str, str] = setting(k.OPTIONS, "What only this kind of vendor takes.", default={})

    @property
    def every_credential(self) -> tuple[Secret, ...]:
        """All keys of this vendor, the single one first."""
        return (*(() if self.credential is None else (self.credential,)), *self.credentials)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationSettings:
    """One model at one vendor, under one contract."""

    name: str
    vendor: str = setting(k.WORD, "Name of the vendor.")
    model: str = setting(
        VENDOR_MODEL,
        "The model as the vendor names it; {model}: the name asked for, {*}: what its asterisk stands for.",
    )
    contract: str | None = setting(
        k.WORD, "Name of the contract in the bundle; without one the destination is not routable.", default=None
    )
    beta: tuple[str, ...] = setting(
        k.several(k.WORD), "Values of anthropic-beta and openai-beta that may pass.", default=()
    )
    most_in_flight: int | None = setting(
        k.count(1, 1_000_000),
        "Calls at once that it may be asked for; serving processes have equal parts of it.",
        default=None,
        shown="the vendor's connections",
    )
    parameters: ParametersSettings = section(ParametersSettings, "Rules on the parameters of its requests.")
    keep_seconds: float | None = setting(
        k.SPAN,
        "How long its vendor may keep what callers ask it to (stored and background responses); no longer than the "
        "contract's retention_days.",
        default=None,
        shown="nothing is kept",
    )


_OUTPUT = k.count(1, 10_000_000)
_EXHAUSTED = k.choice("cut", "cap")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """One model as staff ask for it."""

    name: str
    destinations: tuple[str, ...] = setting(k.several(k.WORD, least=1), "Destinations, most preferred first.")
    aliases: tuple[str, ...] = setting(
        k.several(PUBLIC_NAME), "Other names for the same model; of a pattern, patterns.", default=()
    )
    known: tuple[str, ...] = setting(
        k.several(k.WORD), "Of a pattern: names that are listed, beside those with a price.", default=()
    )
    route: str = setting(k.WORD, "Route that orders them.", default=DEFAULT)
    reserve_output: int | None = setting(
        _OUTPUT, "Output tokens reserved for an answer of it.", default=None, shown="reserve_output"
    )
    when_exhausted: str | None = setting(
        _EXHAUSTED, "What becomes of an answer of it.", default=None, shown="when_exhausted"
    )
    tiers: Mapping[str, int] = setting(
        TIERS,
        "Tier of destinations (patterns): one of tier 2 is asked after all of tier 1.",
        default={},
        shown="1 each",
    )
    translation: str = setting(
        k.choice("report", "strict", "never"),
        "Where a destination speaks another dialect: translate and report what is lost, ask only where nothing is, or"
        " never.",
        default="report",
    )
    larger: tuple[str, ...] = setting(
        k.several(k.WORD), "Destinations or models that are tried where an ask is too long for it.", default=()
    )
    retires: date | None = setting(k.DAY, "Day (UTC) from which it is no more; answers say so before.", default=None)
    replacement: str | None = setting(k.WORD, "Model that callers are to use then.", default=None)
    when_retired: str = setting(
        k.choice("refuse", "replace"), "Refuse calls for it then, or answer with its replacement.", default="refuse"
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
        _OUTPUT, "Output tokens reserved for an answer whose length the call doesn't state; a step of it.", default=4096
    )
    when_exhausted: str = setting(
        _EXHAUSTED,
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
