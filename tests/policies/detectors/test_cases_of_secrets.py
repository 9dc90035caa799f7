"""Secrets, marks, licences and evasions on the cases made from their formats."""

from __future__ import annotations

import pytest
from test_cases_of_numbers import test_recall_and_precision as recall_and_precision

SURE = (
    "secret.vendor", "secret.vendor_unmarked", "secret.private_key", "secret.jwt", "secret.connection_string",
    "secret.account", "net.url_creds", "code.licence", "evasion.invisible", "evasion.bidi", "evasion.tags",
    "evasion.encoded", "evasion.chat_template", "evasion.markdown_exfiltration",
)  # fmt: skip
BY_CONTEXT = ("secret.password", "secret.high_entropy", "doc.label")


@pytest.mark.parametrize("detector, target", [*((one, 0.99) for one in SURE), *((one, 0.95) for one in BY_CONTEXT)])
def test_secrets_and_content(detector: str, target: float) -> None:
    recall_and_precision(detector, target)
