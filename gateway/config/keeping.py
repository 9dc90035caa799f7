"""Settings of what is kept and what comes into force: ledger, keys, changed files, signatures of bundles."""

# ruff: noqa: RUF009 - setting(), section() ... return dataclasses.field(), they are not shared defaults

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.config import kinds as k
from gateway.config.table import named, setting


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
