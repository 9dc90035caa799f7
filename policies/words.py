"""What a refusal says to staff, in English and French: rule, type, count, place, whom to ask; never a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policies.ruling import Place, RuleHit

Words = Mapping[str, str]

# The reasons that no rule of a bundle states.
BUILT_IN: Final[Mapping[str, Words]] = {
    "rule": {
        "en": "The company's policy doesn't let this leave.",
        "fr": "La politique de l'entreprise ne permet pas cet envoi.",
    },
    "default": {
        "en": "No rule permits this call to this destination.",
        "fr": "Aucune règle n'autorise cet appel vers cette destination.",
    },
    "unknown_destination": {
        "en": "This destination is under no valid contract.",
        "fr": "Cette destination n'est couverte par aucun contrat valide.",
    },
    "detection_failed": {
        "en": "This request could not be inspected, so it was not sent.",
        "fr": "Cette requête n'a pas pu être inspectée, elle n'a donc pas été envoyée.",
    },
    "vendor_state": {
        "en": "This conversation holds another vendor's encrypted state, which may only go back to that vendor.",
        "fr": "Cette conversation contient l'état chiffré d'un autre fournisseur, qui ne peut retourner qu'à lui.",
    },
    "class.not_inspectable": {
        "en": "This request holds a part that can't be inspected (image, audio or file).",
        "fr": "Cette requête contient une partie qui ne peut pas être inspectée (image, son ou fichier).",
    },
    "class.remote_url": {
        "en": "This request asks the vendor to fetch an address that no rule permits.",
        "fr": "Cette requête demande au fournisseur de lire une adresse qu'aucune règle n'autorise.",
    },
    "class.server_tool": {
        "en": "This request asks for a tool that runs at the vendor and that no rule permits.",
        "fr": "Cette requête demande un outil exécuté chez le fournisseur qu'aucune règle n'autorise.",
    },
    "answer": {
        "en": "The answer was stopped by the company's policy.",
        "fr": "La réponse a été arrêtée par la politique de l'entreprise.",
    },
}

_WAY_OUT: Final[Words] = {
    "en": "The value stands where it can't be redacted: remove it there, or start a new conversation.",
    "fr": "La valeur se trouve là où elle ne peut pas être masquée : retirez-la ou commencez une nouvelle conversation.",
}

_ROLES: Final[Mapping[str, tuple[str, str]]] = {
    "system": ("system prompt", "consigne système"),
    "user": ("user", "utilisateur"),
    "assistant": ("assistant", "assistant"),
    "tool": ("tool result", "résultat d'outil"),
    "tool_definition": ("tool definition", "définition d'outil"),
    "tool_arguments": ("tool arguments", "arguments d'outil"),
    "reasoning": ("reasoning", "raisonnement"),
    "other": ("another field", "autre champ"),
}


def refusal(words: Words, hit: RuleHit, contact: str | None, *, way_out: bool = False) -> dict[str, str]:
    """The whole message of a refusal; the roof adds the call id."""
    shown = {language: [_in(words, language), _details(hit, language)] for language in ("en", "fr")}
    for language, parts in shown.items():
        if way_out:
            parts.append(_WAY_OUT[language])
        if contact:
            parts.append(f"Contact: {contact}." if language == "en" else f"Contact : {contact}.")
    return {language: " ".join(parts) for language, parts in shown.items()}


def place_words(place: Place, language: str) -> str:
    """Where something stands: `message 3, tool result, character 120` (messages and characters count from 1)."""
    english = language == "en"
    role = _ROLES.get(place.role, _ROLES["other"])[0 if english else 1]
    if place.direction == "response":
        role = ("answer, " if english else "réponse, ") + role
    parts = [] if place.message is None else [f"message {place.message + 1}"]
    return ", ".join([*parts, role, f"{'character' if english else 'caractère'} {place.start + 1}"])


def _details(hit: RuleHit, language: str) -> str:
    name = f"{'Rule' if language == 'en' else 'Règle'} {hit.rule}"
    if not hit.count:
        return f"({name}.)"
    place = f"; {place_words(hit.place, language)}" if hit.place else ""
    return f"({name}: {', '.join(hit.detectors)} x {hit.count}{place}.)"


def _in(words: Words, language: str) -> str:
    """The words in one language, else in the other, else the general ones."""
    return words.get(language) or words.get("en") or words.get("fr") or BUILT_IN["rule"][language]
