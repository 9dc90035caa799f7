"""What each key of a policy means, in a sentence: what an editor shows beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "EgressPolicy": "What may leave to which models, and what may come back: rules, exceptions, cases to try them.",
    "DecisionTable": "What becomes of each data class at each kind of destination: a rule for each cell.",
    "DataClass": "How sensitive a call is, and what makes it so. A call is of the highest class whose criteria hold.",
    "Defaults": "What becomes of a call that no allow rule permits.",
}

POLICY: Final[Mapping[str, str]] = {
    "kind": "What this document is.",
    "policy": "Name of the policy, once in a bundle.",
    "owner": "Who answers for it.",
    "basis": "Why it exists: a law, an entry of a register, a contract.",
    "applies_to": "Conditions that all rules of this policy share.",
    "rules": "All of them are evaluated; their order means nothing, and the strictest wins.",
    "exceptions": "Who is spared which rules, and until when.",
    "tests": "Cases that `ecluse policy check` and `test` decide with the whole bundle.",
}

TABLE: Final[Mapping[str, str]] = {
    "table": "Name of the table, once in a bundle. Its cells are rules named TABLE.ROW.COLUMN.",
    "applies_to": "Facts about the call that all cells share.",
    "columns": "Kinds of destinations by name, each with its conditions.",
    "rows": "For each data class a cell for each column. A higher class has no weaker cell.",
}

CELL: Final[Mapping[str, str]] = {
    "action": "What becomes of calls of this class and of higher ones at this kind of destination.",
}

CLASS: Final[Mapping[str, str]] = {
    "kind": "What this document is.",
    "id": "Name by which rules ask for it, once in a bundle: C3.",
    "level": "How sensitive: a higher number is more so. No two classes share one.",
    "title": "What it is, for staff.",
    "description": "What belongs to it, for staff.",
    "findings": "Findings that make a call be of this class; of several sets any one.",
    "labels": "Labels that do, in the texts or by the client's word.",
    "use_cases": "Use cases whose calls are all of this class.",
}

RULE: Final[Mapping[str, str]] = {
    "id": "Name in refusals and records, once in a bundle.",
    "title": "For the reader.",
    "when": "Conditions, all of which must hold. Without it the rule always matches.",
    "unless": "Facts about call and destination: where all of them hold, the rule doesn't match.",
    "action": "What becomes of a call that matches: deny > reroute > allow; redact > pseudonymise > keep.",
    "in_history": "For deny: what it finds in earlier turns is redacted (redact, the default), or refused too (deny).",
    "message": "Words for the person whose call this is, in English and French.",
    "contact": "Whom to ask about it.",
    "overridable": "Whether exceptions may lift the rule (default: false).",
    "mode": "enforce (default), or shadow: recorded, changes nothing; it goes with shadow_until.",
    "shadow_until": "The day by which somebody decides. The rule stays in shadow after it, and `check` fails.",
    "to": "For reroute: the destination to go to instead. It gets a ruling of its own.",
    "as": "For pseudonymise: token (default), or surrogate where something checks the shape.",
    "review_sample": "Keeps what stood around some findings, encrypted, where Defaults allow it.",
}

REVIEW_SAMPLE: Final[Mapping[str, str]] = {
    "per_day": "How many a day (20).",
    "days": "For how many days (14).",
}

ACTIONS: Final[Mapping[str, str]] = {
    "allow": "Permits the call where nothing denies it.",
    "warn": "Lets it pass, with a notice to the caller.",
    "pseudonymise": "Sends a token in the place of each finding, and puts the value back in the answer.",
    "redact": "Sends a placeholder in the place of each finding.",
    "reroute": "Sends the call to another destination.",
    "repair": "Asks once more for an answer that breaks its schema.",
    "deny": "Refuses the call.",
}

CLASSES: Final[Mapping[str, str]] = {
    "class.not_inspectable": "a part that can't be read: an image, sound, a file",
    "class.remote_url": "an address that the vendor would fetch",
    "class.server_tool": "a tool that runs at the vendor",
    "class.vendor_state": "encrypted state that a vendor issued",
    "class.identity": "fields that tell the vendor who asks",
    "class.schema_invalid": "an answer that breaks the schema that was asked for",
}

FINDINGS: Final[Mapping[str, str]] = {
    "any_of": "At least one of these detectors found something.",
    "all_of": "Each of these detectors found something.",
    "confidence": 'How sure a finding must be (default ">=0.75").',
    "count": 'How many findings there must be (default ">=1").',
    "within": "They must begin at most so many characters apart, in one text. For all_of, or a count above one.",
}

PLACES: Final[Mapping[str, str]] = {
    "findings": "What detection found in the texts of the call.",
    "data_class": 'The class of the call: at least (">=C3"), and for an allow rule at most ("<=C1").',
    "destination": "Where the call would go, and under which terms.",
    "roles": "Only findings in texts of these roles.",
    "tools": "Only findings in results, arguments or definitions of these tools.",
    "hosts": "With class.remote_url: addresses at these hosts, as https://docs.example.org or *.example.org.",
    "server_tools": "With class.server_tool: these tools that run at the vendor.",
    "directions": "Which texts the rules look at. Without it: everything that leaves.",
}

CALL: Final[Mapping[str, str]] = {
    "organisations": "The organisation that calls.",
    "teams": "The team of the caller.",
    "groups": "A group of the caller.",
    "users": "Who calls. No register is kept: taken as written.",
    "keys": "The key that calls.",
    "use_cases": "What the call is for.",
    "models": "The public model that was asked for.",
    "dialects": "The API that was called: openai_chat, anthropic_messages ...",
    "labels": "Marks in the texts, and what the client says of them. It can only tighten.",
    "time": "When the call is made: days, hours, dates.",
    "size": 'Bytes of the body, as a bound from below (">=100000"). It can only tighten.',
}

TIME: Final[Mapping[str, str]] = {
    "days": "Days of the week: [mon-fri], [sat, sun].",
    "hours": 'From and to, such as "08:00-19:00"; "19:00-08:00" is a night, of the day on which it begins.',
    "zone": "Whose time it is: Europe/Paris.",
    "from": "The first day on which it holds.",
    "until": "The last one.",
}

DESTINATION: Final[Mapping[str, str]] = {
    "name": "The destination by its name in the configuration.",
    "vendor": "The vendor by its name in the configuration.",
    "model": "The model as its vendor names it.",
    "region": "Where prompts are processed, as the contract says.",
    "trust": "internal: inside the company; partner, external: outside it.",
    "contract": "The contract that covers it.",
    "processor": "Who processes prompts, as the contract says.",
    "retention_days": 'Days that the vendor keeps prompts, as a comparison (">30").',
    "training": "Whether the vendor may train on prompts.",
    "external": "Whether it is outside the company.",
    "known": "Whether a contract in force covers it.",
}

MEMBERSHIP: Final[Mapping[str, str]] = {
    "in": "It must be one of these.",
    "not_in": "It must be none of these.",
}

DIRECTIONS: Final[Mapping[str, str]] = {
    "request": "What is sent, other than the next two.",
    "tool_arguments": "What tools were given in earlier turns.",
    "tool_results": "What tools returned.",
    "response": "The answer, arguments of its tool calls included.",
}

EXCEPTION: Final[Mapping[str, str]] = {
    "id": "Name in records, once in a bundle.",
    "lifts": "Rules that it lifts; they must be overridable: true.",
    "who": "Whom it is for; all that is given must hold.",
    "reason": "Why it was granted.",
    "owner": "Who granted it and answers for it.",
    "expires": "Its last day (UTC), at most 90 days ahead.",
}

TEST: Final[Mapping[str, str]] = {
    "name": "What the case shows.",
    "text": "The text that is judged.",
    "texts": "Several texts in its place, each a case of its own.",
    "messages": "Several texts of one call, in their order, in the place of text.",
    "at": "When the call is made (without it, when the case is run).",
    "part": "What stands there in the place of text: a class of parts, alone or with which one (its host, its tool).",
    "to": "A destination by name, or facts of one that needn't exist.",
    "as": "Who calls and what for; what isn't said is missing.",
    "direction": "Where the text stands (default: request).",
    "role": "Whose text it is (default: user).",
    "tool": "The tool whose text it is.",
    "history": "Whether it stands in an earlier turn.",
    "expect": "How the whole bundle decides it.",
}

SAID: Final[Mapping[str, str]] = {
    "text": "One text of the call.",
    "direction": "Where it stands (default: by its role).",
    "role": "Whose text it is.",
}

CALLER: Final[Mapping[str, str]] = {
    "user": "Who calls.",
    "team": "The team of the caller.",
    "groups": "The groups of the caller.",
    "use_case": "What the call is for.",
    "organisation": "The organisation that calls.",
    "model": "The public model that is asked for.",
    "key": "The key that it comes with.",
    "dialect": "The API that is spoken.",
    "labels": "Labels that the client declares.",
    "size": "Bytes of the body (without it, the characters of the text).",
}

EXPECT: Final[Mapping[str, str]] = {
    "verdict": "allow: leaves as it is; pseudonymise: all that is replaced comes back; redact: something doesn't.",
    "rules": "Exactly the enforced rules that match.",
    "shadow": "Exactly the rules in shadow that match.",
    "to": "With verdict: reroute, the destination that the call goes to instead.",
    "class": "The data class of the call.",
}

DEFAULTS: Final[Mapping[str, str]] = {
    "kind": "What this document is.",
    "when_no_rule_matches": "What becomes of a call that no allow rule permits; what isn't said is deny.",
    "review_samples": "Whether rules may keep what stood around their findings, for review.",
}

SAMPLES: Final[Mapping[str, str]] = {
    "allow": "Whether they may.",
    "owner": "Who decided it and answers for it.",
    "basis": "On what ground.",
}

NO_RULE: Final[Mapping[str, str]] = {
    "internal": "At a destination inside the company.",
    "external": "At a destination outside it.",
    "unknown": "At one under no contract: always deny.",
}

MESSAGE: Final[Mapping[str, str]] = {
    "en": "In English.",
    "fr": "In French.",
}
