"""What a refusal says to staff, in English and French; never a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, str]

# The reasons that no rule of a bundle states.
BUILT_IN: Final[Mapping[str, Words]] = {
    "rule": {
        "en": "The company's policy doesn't let this leave.",
        "fr": "La politique de l'entreprise ne permet pas cet envoi.",
    },
    "notice": {
        "en": "A rule of the company's policy watches what this call sends.",
        "fr": "Une règle de la politique de l'entreprise surveille ce que cet appel envoie.",
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
    "stopped": {
        "en": "A rule that this depends on is stopped: what it has a part in is refused until it is started again.",
        "fr": "Une règle dont ceci dépend est suspendue : ce qui en relève est refusé jusqu'à sa reprise.",
    },
    "schema_invalid": {
        "en": "The model's answer doesn't have the form (JSON schema) that the request asks for.",
        "fr": "La réponse du modèle n'a pas la forme (schéma JSON) que la requête demande.",
    },
    "schema_unusable": {
        "en": "Answers must be checked against the JSON schema of the request, and this schema can't be used for it",
        "fr": "Les réponses doivent être vérifiées par le schéma JSON de la requête, et ce schéma ne s'y prête pas",
    },
    "answer_unread": {
        "en": "The answer holds a picture, sound or file that no rule permits, since it can't be inspected.",
        "fr": "La réponse contient une image, un son ou un fichier qu'aucune règle n'autorise, faute d'inspection "
        "possible.",
    },
    "answer_not_inspected": {
        "en": "The answer could not be inspected, so it was stopped.",
        "fr": "La réponse n'a pas pu être inspectée, elle a donc été arrêtée.",
    },
}

# What to do where something would be replaced and can't be: in a field, in a file, or since it is no matter of a place.
WAY_OUT: Final[Mapping[str, Words]] = {
    "stuck": {
        "en": "It stands where nothing can be redacted: remove it there, or start a new conversation.",
        "fr": "Rien ne peut être masqué à cet endroit : retirez la donnée ou commencez une nouvelle conversation.",
    },
    "file": {
        "en": "It stands in a file, where nothing can be redacted: take it out of the file, or write what you need of "
        "it as text.",
        "fr": "Rien ne peut être masqué dans un fichier : retirez-en la donnée, ou écrivez en texte ce qu'il vous en "
        "faut.",
    },
    "whole": {
        "en": "Redacting a part wouldn't help, since it is what the whole is marked or used as that counts: use a "
        "model that may have it.",
        "fr": "Masquer un passage n'y changerait rien, car c'est la marque ou l'usage de l'ensemble qui compte : "
        "utilisez un modèle autorisé à le recevoir.",
    },
}


def refusal(words: Words, way_out: str = "") -> dict[str, str]:
    """The words of a refusal in both languages; the roof adds the rule, types, count, place, contact and call id.

    way_out: one of WAY_OUT.
    """
    said = {language: _in(words, language) for language in ("en", "fr")}
    return {language: f"{text} {WAY_OUT[way_out][language]}" if way_out else text for language, text in said.items()}


def _in(words: Words, language: str) -> str:
    """The words in one language, else in the other, else the general ones."""
    return words.get(language) or words.get("en") or words.get("fr") or BUILT_IN["rule"][language]
