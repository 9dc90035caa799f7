"""Values that leave as tokens and come back: through real sockets, in every dialect, streamed or whole."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.test_policy import ask, said

IBAN = "FR76 3000 6000 0112 3456 7890 189"
MAIL = "odile.marchand@exemple-sas.fr"
VALUES = (IBAN, MAIL)
TOKEN = re.compile(r"\b[A-Z]+_[0-9a-hjkmnp-tv-z]{8,}")
POLICY = """\
kind: EgressPolicy
policy: personal-data
owner: dpo@example.org
rules:
  - id: contacts-pseudonymised
    when:
      findings: {any_of: [contact.email, fin.iban]}
      destination: {external: true}
    action: pseudonymise
"""
ANSWERED = ("chat", "completions", "responses", "messages")


@pytest.fixture
async def naming(open_house: OpenHouse, tmp_path: Any) -> AsyncIterator[House]:
    """A house whose policy pseudonymises for external models; its rules on answers redact the same types."""
    from tests.conftest import configured

    configured(tmp_path / "house", CONFIG)
    (tmp_path / "house" / "bundle" / "personal_data.yaml").write_text(POLICY)
    async with open_house() as house:
        yield house


def sent(house: House) -> str:
    """Everything that the vendors got."""
    return "\n".join(one.body.decode() for one in house.received)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", ANSWERED)
async def test_what_left_as_tokens_comes_back_as_it_was(naming: House, dialect: str, stream: bool) -> None:
    text = f"Vire à {MAIL} sur {IBAN}, puis écris à {MAIL}. [[sim:echo]]"
    path, body = ask(dialect, text, stream=stream)
    answer = await naming.client.post(path, json=body)
    assert answer.status_code == 200
    assert not [v for v in VALUES if v in sent(naming)]
    assert len(set(TOKEN.findall(sent(naming)))) == 2
    assert answer.headers["x-ecluse-pseudonymised"] == "3"
    assert "x-ecluse-redacted" not in answer.headers
    shown = said(answer.text) if stream else json.dumps(answer.json(), ensure_ascii=False)
    assert text in shown
    assert not TOKEN.search(answer.text)
    records = await naming.records(answer.headers["x-ecluse-call-id"])
    assert records[0]["rulings"][0]["pseudonyms"] == {"contact.email": 2, "fin.iban": 1}
    assert records[-1]["restored"] == 3
    assert MAIL not in json.dumps(records)


@pytest.mark.parametrize("dialect", ["embeddings", "count_tokens"])
async def test_what_has_no_answer_in_words_leaves_as_tokens(naming: House, dialect: str) -> None:
    path, body = ask(dialect, f"Vire à {MAIL} sur {IBAN}.")
    answer = await naming.client.post(path, json=body)
    assert answer.status_code == 200
    assert not [v for v in VALUES if v in sent(naming)]
    assert len(TOKEN.findall(sent(naming))) == 2
