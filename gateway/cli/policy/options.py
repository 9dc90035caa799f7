"""The options by which every command about policies finds its bundle."""

from __future__ import annotations

import argparse
from pathlib import Path

from gateway.bundle.workspace import Workspace, with_configuration, with_vocabulary
from gateway.cli.main import named_config
from gateway.documents import DocumentsRefused, Rendered, nearest

CONFIG, VOCABULARY, BUNDLE = Path("config.yaml"), Path("vocabulary.yaml"), Path("bundle")


def add_workspace(sub: argparse.ArgumentParser, *, bundle: bool = True) -> None:
    """`--config`, `--bundle` (unless the command names bundles otherwise) and `--vocabulary`."""
    sub.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the configuration (default: $ECLUSE_CONFIG, else config.yaml where there is one)",
    )
    if bundle:
        sub.add_argument(
            "--bundle",
            type=Path,
            metavar="DIR",
            help="the bundle (default: the configuration's; with a vocabulary: bundle)",
        )
    sub.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="names in the place of a configuration (default: vocabulary.yaml where there is no configuration)",
    )


def open_workspace(args: argparse.Namespace, bundle: Path | None = None, *, policies: bool = True) -> Workspace:
    """The bundle that the options mean; DocumentsRefused with every fault. bundle: another one instead of --bundle.

    policies: whether they are read too; else there are the names that they may use, whatever is wrong with them.
    """
    if bundle is not None:
        refuse_missing(bundle)
    bundle = bundle or args.bundle
    vocabulary = args.vocabulary or _implied(args.config)
    if vocabulary is not None:
        return with_vocabulary(vocabulary, _folder(bundle or BUNDLE), policies=policies)
    folder = None if bundle is None else _folder(bundle)
    return with_configuration(configuration(args), folder, policies=policies)


def given(args: argparse.Namespace) -> bool:
    """Whether there is a bundle: options that name one, or a configuration or a vocabulary in its place."""
    named = any((args.config, args.bundle, args.vocabulary, named_config()))
    return named or CONFIG.exists() or VOCABULARY.exists()


def configuration(args: argparse.Namespace) -> Path:
    """The configuration that the options mean."""
    return args.config or named_config() or CONFIG


def _implied(config: Path | None) -> Path | None:
    """The vocabulary of a policy repository in which the command runs."""
    elsewhere = config is not None or named_config() is not None or CONFIG.exists()
    return VOCABULARY if not elsewhere and VOCABULARY.exists() else None


def refuse_missing(folder: Path, *others: str) -> None:
    """Refuse a folder that isn't there. others: words that may stand in its place."""
    if not folder.is_dir():
        raise DocumentsRefused([Rendered(str(folder), 0, 0, "there is no such folder", nearest(str(folder), others))])


def _folder(bundle: Path) -> Path:
    if not bundle.is_dir():
        raise DocumentsRefused([Rendered(str(bundle), 0, 0, "there is no such folder: name the bundle with --bundle")])
    return bundle
