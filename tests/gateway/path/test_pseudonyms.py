"""Values that leave as tokens and come back: through real sockets, in every dialect, streamed or whole."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse, leave_accounts_to_rules_of_ones_own
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
    leave_accounts_to_rules_of_ones_own(tmp_path / "house" / "bundle")
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


async def chat(house: House, *texts: str, key: str = "", **fields: Any) -> tuple[str, str]:
    """One turn of a conversation whose messages are the texts, by turns of the user and the assistant; what the vendor
    got and what the client reads."""
    messages = [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(texts)]
    headers = fields.pop("headers", {}) | ({"authorization": f"Bearer {key}"} if key else {})
    body = {"model": "gpt-4o-mini", "messages": messages, **fields}
    answer = await house.client.post("/v1/chat/completions", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(house.received)[-1].body.decode(), answer.json()["choices"][0]["message"].get("content") or answer.text


def token_in(body: str) -> str:
    (found,) = set(TOKEN.findall(body))
    return str(found)


ASK = f"Écris à {MAIL}. [[sim:echo]]"


async def test_nobody_shares_a_token_and_nobody_restores_anothers(open_house: OpenHouse, naming: House) -> None:
    others = {
        "user": naming.issue(user="paul"),
        "use case": naming.issue(use_cases=("hr-letters",)),
    }
    mine = token_in((await chat(naming, ASK))[0])
    assert token_in((await chat(naming, ASK))[0]) == mine, "again, in another call"
    seen = {mine}
    for name, key in others.items():
        body, back = await chat(naming, ASK, key=key)
        assert back == ASK, name
        seen.add(token_in(body))
        _, back = await chat(naming, f"Qui est {mine} ? [[sim:echo]]", key=key)
        assert back == f"Qui est {mine} ? [[sim:echo]]", "a token of somebody else's is text"
    seen.add(token_in((await chat(naming, ASK, headers={"x-ecluse-conversation": "c2"}))[0]))
    assert len(seen) == 4
    body, back = await chat(naming, f"Qui est {mine} ? [[sim:echo]]")
    assert mine in body and back == f"Qui est {mine} ? [[sim:echo]]", "nor is one's own, of another conversation"


async def test_a_text_that_is_a_token_of_the_same_call_comes_back_as_it_was(naming: House) -> None:
    named = {"x-ecluse-conversation": "c1"}
    mine = token_in((await chat(naming, ASK, headers=named))[0])
    text = f"{mine} est-il {MAIL} ? [[sim:echo]]"
    body, back = await chat(naming, text, headers=named)
    assert back == text
    assert body.count(mine) == 1 and "TOKEN_" in body
    twice = f"{mine} {TOKEN.findall(body)[0]} {MAIL} [[sim:echo]]"
    assert (await chat(naming, twice, headers=named))[1] == twice


async def test_turns_of_a_conversation_keep_their_tokens(naming: House) -> None:
    first, _ = await chat(naming, ASK)
    second, back = await chat(naming, ASK, ASK, f"Et {IBAN} ? Pour {MAIL} : [[sim:echo]]")
    assert back == f"Et {IBAN} ? Pour {MAIL} : [[sim:echo]]"
    assert token_in(first) in second and len(set(TOKEN.findall(second))) == 2
    trimmed, back = await chat(naming, f"Et {IBAN} ? Pour {MAIL} : [[sim:echo]]")
    assert back == f"Et {IBAN} ? Pour {MAIL} : [[sim:echo]]", "without its beginning it still comes back"
    assert not set(TOKEN.findall(trimmed)) & set(TOKEN.findall(second)), "but nothing says that it is the same"
    named = {"x-ecluse-conversation": "c1"}
    whole, _ = await chat(naming, ASK, ASK, f"{MAIL} ? [[sim:echo]]", headers=named)
    compacted, back = await chat(naming, f"Résumé : écrire à {MAIL}. [[sim:echo]]", headers=named)
    assert token_in(whole) == token_in(compacted) and back == f"Résumé : écrire à {MAIL}. [[sim:echo]]"


WISH = json.dumps({"to": MAIL, "note": f"compte {IBAN}\nmerci", "all": [MAIL]})


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
async def test_arguments_of_tools_come_back(naming: House, dialect: str, stream: bool) -> None:
    tool = {"name": "send", "description": "Send", "parameters": {"type": "object"}}
    tools = {
        "chat": [{"type": "function", "function": tool}],
        "responses": [{"type": "function", **tool}],
        "messages": [{"name": "send", "input_schema": {"type": "object"}}],
    }
    path, body = ask(dialect, f"[[sim:tool=send {WISH}]]", stream=stream, tools=tools[dialect])
    answer = await naming.client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert not [v for v in VALUES if v in sent(naming)]
    assert arguments(answer.text, stream) == json.loads(WISH)
    assert not TOKEN.search(answer.text)


def arguments(answer: str, stream: bool) -> Any:
    """The arguments of the one call in an answer of any dialect."""
    if not stream:
        value = json.loads(answer)
        if "choices" in value:
            return json.loads(value["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"])
        if "output" in value:
            return json.loads(next(o for o in value["output"] if o["type"] == "function_call")["arguments"])
        return next(b for b in value["content"] if b["type"] == "tool_use")["input"]
    text = ""
    for line in answer.splitlines():
        event = json.loads(line[6:]) if line.startswith("data: {") else {}
        if event.get("type") == "response.function_call_arguments.delta":
            text += event["delta"]
        for choice in event.get("choices", ()):
            text += "".join(c["function"].get("arguments", "") for c in choice["delta"].get("tool_calls") or ())
        text += (event.get("delta") or {}).get("partial_json", "") if isinstance(event.get("delta"), dict) else ""
    return json.loads(text)


async def test_arguments_and_results_of_earlier_turns_leave_as_tokens(naming: House) -> None:
    source = json.dumps({"to": MAIL, "say": f'"{IBAN}"\n{MAIL}'})
    call = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": source}}
    messages = [
        {"role": "user", "content": "Écris."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": f"sent to {MAIL}"},
        {"role": "user", "content": "[[sim:echo]] Fini ?"},
    ]
    answer = await naming.client.post("/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": messages})
    assert answer.status_code == 200, answer.text
    body = json.loads(list(naming.received)[-1].body)
    told = json.loads(body["messages"][1]["tool_calls"][0]["function"]["arguments"])
    mail, account = sorted(set(TOKEN.findall(sent(naming))))
    assert told == {"to": mail, "say": f'"{account}"\n{mail}'}
    assert body["messages"][2]["content"] == f"sent to {mail}"


async def test_a_redaction_wins_and_surrogates_have_a_shape(open_house: OpenHouse, tmp_path: Any) -> None:
    from tests.conftest import configured

    configured(tmp_path / "house", CONFIG)
    more = POLICY.replace("action: pseudonymise", "action: pseudonymise\n    as: surrogate") + (
        "  - {id: iban-redacted, when: {findings: {any_of: [fin.iban]}}, action: redact}\n"
    )
    leave_accounts_to_rules_of_ones_own(tmp_path / "house" / "bundle")
    (tmp_path / "house" / "bundle" / "personal_data.yaml").write_text(more)
    async with open_house() as house:
        body, back = await chat(house, f"{MAIL} {IBAN} [[sim:echo]]")
        assert "[redacted: fin.iban]" in body and "@pseudonym.invalid" in body and MAIL not in body
        assert back == f"{MAIL} [redacted: fin.iban] [[sim:echo]]"


async def test_replicas_and_a_restart_make_the_same_tokens(tmp_path: Any) -> None:
    """Turns go to three gateways that share nothing but keyring and bundle; one is started anew in between."""
    from contextlib import AsyncExitStack

    import httpx

    from gateway.identity import Keyring
    from gateway.serve import gateway
    from tests.conftest import configured

    Keyring.create(tmp_path / "keyring", development=True)
    config = CONFIG + f"keyring: {{dir: {tmp_path / 'keyring'}}}\n"

    async def turn(name: str, *texts: str) -> tuple[str, str]:
        path = configured(tmp_path / name, config)
        leave_accounts_to_rules_of_ones_own(tmp_path / name / "bundle")
        (tmp_path / name / "bundle" / "personal_data.yaml").write_text(POLICY)
        async with AsyncExitStack() as stack:
            serving = await stack.enter_async_context(gateway(path, development=True))
            house = House(serving, path.parent, "", httpx.AsyncClient())
            headers = {"authorization": f"Bearer {house.issue()}", "x-ecluse-conversation": "c1"}
            house.client = await stack.enter_async_context(
                httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20)
            )
            return await chat(house, *texts)

    last = f"Et {MAIL} ? [[sim:echo]]"
    turns = [("one", (ASK,)), ("two", (ASK, ASK, last)), ("three", (ASK, ASK, last, last, last)), ("one", (last,)),
             ("two", (f"Résumé : {MAIL}", "Bien.", last))]  # fmt: skip
    tokens = set()
    for name, texts in turns:
        body, back = await turn(name, *texts)
        assert back == texts[-1]
        assert MAIL not in body
        tokens.add(token_in(body))
    assert len(tokens) == 1


@pytest.mark.parametrize("stream", [False, True])
async def test_signed_thinking_goes_back_as_it_came(naming: House, stream: bool) -> None:
    """With its tokens, and with whom the model thought of; changed by the client it is refused."""
    path, body = ask("messages", f"{MAIL} [[sim:reasoning]] [[sim:echo]]", stream=stream)
    answer = await naming.client.post(path, json=body)
    assert answer.status_code == 200
    thinking, signature = signed(answer.text, stream)
    block = {"type": "thinking", "thinking": thinking, "signature": signature}
    turns = [
        body["messages"][0],
        {"role": "assistant", "content": [block, {"type": "text", "text": "Bien."}]},
        {"role": "user", "content": f"Et {MAIL} ? [[sim:echo]]"},
    ]
    again = await naming.client.post(path, json={**body, "stream": False, "messages": turns})
    assert again.status_code == 200, again.text
    assert again.json()["content"][-1]["text"] == turns[2]["content"]
    block["thinking"] = f"{thinking} {MAIL}"
    refused = await naming.client.post(path, json={**body, "stream": False, "messages": turns})
    assert refused.status_code == 400 and "contacts-pseudonymised" in refused.text


def signed(answer: str, stream: bool) -> tuple[str, str]:
    """The thinking of an answer and its signature."""
    if not stream:
        block = json.loads(answer)["content"][0]
        return block["thinking"], block["signature"]
    deltas = [json.loads(line[6:]).get("delta") or {} for line in answer.splitlines() if line.startswith("data: {")]
    return "".join(d.get("thinking", "") for d in deltas), "".join(d.get("signature", "") for d in deltas)


SIREN = "732 829 320"


def naming_company(tmp_path: Any, form: str = "") -> None:
    from tests.conftest import configured

    configured(tmp_path / "house", CONFIG)
    rules = POLICY.replace("[contact.email, fin.iban]", "[fr.siren]")
    leave_accounts_to_rules_of_ones_own(tmp_path / "house" / "bundle")
    (tmp_path / "house" / "bundle" / "personal_data.yaml").write_text(rules)
    if form:
        (tmp_path / "house" / "bundle" / "forms.yaml").write_text(form)


async def test_a_value_told_by_its_context_leaves_in_no_later_turn(open_house: OpenHouse, tmp_path: Any) -> None:
    naming_company(tmp_path)
    turns = [f"Notre numéro SIREN est {SIREN}. En JSON ?", f'{{"n": "{SIREN}"}}', f"Et {SIREN} + 1 ? [[sim:echo]]"]
    async with open_house() as house:
        body, back = await chat(house, *turns)
        assert SIREN not in body and len(TOKEN.findall(body)) == 3
        assert back == turns[-1]
        tool = {"type": "function", "function": {"name": "f", "parameters": {"properties": {SIREN: {}}}}}
        messages = [{"role": "user", "content": turns[0]}]
        asked = {"model": "gpt-4o-mini", "messages": messages, "tools": [tool]}
        before = len(list(house.received))
        refused = await house.client.post("/v1/chat/completions", json=asked)
        assert refused.status_code == 400 and len(list(house.received)) == before
        assert "Rule contacts-pseudonymised" in refused.text and SIREN not in refused.text
        records = await house.records(refused.headers["x-ecluse-call-id"])
        assert records[-1]["outcome"] == "refused" and SIREN not in json.dumps(records)


async def test_a_second_try_says_no_value(open_house: OpenHouse, tmp_path: Any) -> None:
    """The answer that is to be mended goes back to the model, with the values in it that the client would have got."""
    from tests.gateway.path.test_structured import POLICY as FORMS
    from tests.gateway.path.test_structured import ask as ask_for_form

    naming_company(tmp_path, FORMS.replace("ACTION", "repair"))
    async with open_house() as house:
        path, body = ask_for_form("chat", f"Notre numéro SIREN est {SIREN}. Combien ?")
        named = {"x-ecluse-conversation": "c1"}
        await house.client.post(path, json=body, headers=named)
        token = TOKEN.findall(list(house.received)[-1].body.decode())[0]
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, f'say={{"total": "{token}"}}')
        await house.client.post(path, json=body, headers=named)
        tried = [one.body.decode() for one in house.received]
        assert len(tried) >= 3 and not any(SIREN in one for one in tried)
