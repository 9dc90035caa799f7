"""The words of a charter that no bundle brings along, in English and French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Said = Mapping[str, str]

LANGUAGES: Final = ("en", "fr")

# French sets these signs apart.
SIGN: Final[Mapping[str, Said]] = {
    "colon": {"en": ": ", "fr": " : "},
    "semicolon": {"en": "; ", "fr": " ; "},
}

# What staff know best, and look for first where a row has no room for all.
KNOWN_BEST: Final = (
    "secret.password", "fin.iban", "fin.card", "fr.nir", "fr.cni_new", "fr.passport", "fr.driving", "fr.spi", "fin.rib",
    "secret.private_key", "secret.vendor", "secret.connection_string", "secret.jwt",
)  # fmt: skip

OUTCOME: Final[Mapping[str, Said]] = {
    "sent": {"en": "sent as it is", "fr": "envoyé tel quel"},
    "warned": {"en": "sent, take care", "fr": "envoyé, prudence"},
    "replaced": {"en": "replaced, comes back", "fr": "remplacé, puis rétabli"},
    "masked": {"en": "masked", "fr": "masqué"},
    "rerouted": {"en": "sent elsewhere", "fr": "envoyé ailleurs"},
    "refused": {"en": "refused", "fr": "refusé"},
}

# The same outcome of something that a model answers.
ANSWER: Final[Mapping[str, Said]] = {
    "sent": {"en": "shown as it is", "fr": "affiché tel quel"},
    "warned": {"en": "shown, take care", "fr": "affiché, prudence"},
    "masked": {"en": "masked", "fr": "masqué"},
    "refused": {"en": "the answer stops", "fr": "la réponse s'arrête"},
}

MEANING: Final[dict[str, Said]] = {
    "warned": {
        "en": "It is sent. A rule watches it, and the call's record says so.",
        "fr": "L'envoi a lieu. Une règle le surveille, et la trace de l'appel le dit.",
    },
    "replaced": {
        "en": "A stand-in is sent in its place; in the answer the value is back. The vendor never gets it. In a file: "
        "refused.",
        "fr": "Un substitut est envoyé à sa place ; la valeur revient dans la réponse. Le fournisseur ne la reçoit "
        "jamais. Dans un fichier : refusé.",
    },
    "masked": {
        "en": "A placeholder is sent in its place, and the rest of the text as it is. In a file: refused.",
        "fr": "Un repère est envoyé à sa place, et le reste du texte tel quel. Dans un fichier : refusé.",
    },
    "rerouted": {
        "en": "The call goes to another model than the one asked for.",
        "fr": "L'appel va à un autre modèle que celui demandé.",
    },
    "refused": {
        "en": "Nothing is sent. The refusal names the rule, the place in the text and the number of the call.",
        "fr": "Rien n'est envoyé. Le refus indique la règle, l'endroit dans le texte et le numéro de l'appel.",
    },
}

PARTS: Final[Mapping[str, Said]] = {
    "class.not_inspectable": {
        "en": "image, sound, or file that can't be read",
        "fr": "image, son ou fichier illisible",
    },
    "class.remote_url": {
        "en": "web address that the vendor would open",
        "fr": "adresse web que le fournisseur ouvrirait",
    },
    "class.server_tool": {
        "en": "tool that the vendor runs (its web search)",
        "fr": "outil exécuté par le fournisseur (sa recherche web)",
    },
    "class.identity": {
        "en": "your account, device and session, which tools send along",
        "fr": "vos compte, poste et session, que les outils transmettent",
    },
}

REGION: Final[Mapping[str, Said]] = {
    "eu": {"en": "in the European Union", "fr": "dans l'Union européenne"},
    "fr": {"en": "in France", "fr": "en France"},
    "de": {"en": "in Germany", "fr": "en Allemagne"},
    "gb": {"en": "in the United Kingdom", "fr": "au Royaume-Uni"},
    "ch": {"en": "in Switzerland", "fr": "en Suisse"},
    "us": {"en": "in the United States", "fr": "aux États-Unis"},
    "ca": {"en": "in Canada", "fr": "au Canada"},
    "jp": {"en": "in Japan", "fr": "au Japon"},
    "au": {"en": "in Australia", "fr": "en Australie"},
    "in": {"en": "in India", "fr": "en Inde"},
    "sg": {"en": "in Singapore", "fr": "à Singapour"},
    "br": {"en": "in Brazil", "fr": "au Brésil"},
    "kr": {"en": "in South Korea", "fr": "en Corée du Sud"},
    "global": {"en": "anywhere in the world", "fr": "partout dans le monde"},
}

TRUST: Final[Mapping[str, Said]] = {
    "internal": {"en": "Our own models", "fr": "Nos propres modèles"},
    "partner": {"en": "Partners' models", "fr": "Modèles de partenaires"},
    "external": {"en": "External models", "fr": "Modèles externes"},
}

CONTEXT: Final[Mapping[str, Said]] = {
    "tools": {"en": "read by a tool", "fr": "lu par un outil"},
    "use_case": {"en": "for “{}”", "fr": "pour « {} »"},
    "team": {"en": "for the team {}", "fr": "pour l'équipe {}"},
    "group": {"en": "for the group {}", "fr": "pour le groupe {}"},
}

PHRASE: Final[Mapping[str, Said]] = {
    "title": {
        "en": "What you may send to language models, and where",
        "fr": "Ce que vous pouvez envoyer aux modèles de langage, et où",
    },
    "lead": {
        "en": "Every text is looked at before it leaves, and the company's rules are applied to it. This page is made "
        "from the rules in force: revision {revision}, {day}.",
        "fr": "Chaque texte est examiné avant de partir, et les règles de l'entreprise lui sont appliquées. Cette page "
        "est produite à partir des règles en vigueur : révision {revision}, {day}.",
    },
    "sent": {"en": "What you send", "fr": "Ce que vous envoyez"},
    "kind": {"en": "Your text holds", "fr": "Votre texte contient"},
    "advice": {"en": "What to do, whom to ask", "fr": "Que faire, à qui demander"},
    "rest": {"en": "none of this", "fr": "rien de tout cela"},
    "answers": {"en": "What comes back", "fr": "Ce qui revient"},
    "answer_kind": {"en": "The answer holds", "fr": "La réponse contient"},
    "ask": {"en": "Ask {}.", "fr": "Contact : {}."},
    "ask_below": {
        "en": "Ask the contact of your use.",
        "fr": "Contact : celui de votre usage.",
    },
    "times": {"en": "{} or more: {}", "fr": "{} ou plus : {}"},
    "together": {"en": "{}, together", "fr": "{}, ensemble"},
    "marked": {"en": "document marked {}", "fr": "document marqué {}"},
    "marked_with": {"en": "{}, in a document marked {}", "fr": "{}, dans un document marqué {}"},
    "classes": {"en": "The classes", "fr": "Les classes"},
    "stricter": {
        "en": "stricter for some people or in some circumstances",
        "fr": "plus strict pour certaines personnes ou circonstances",
    },
    "lifted": {
        "en": "you may lift the refusal for an hour, with a reason",
        "fr": "vous pouvez lever ce refus pour une heure, en disant pourquoi",
    },
    "unchanged": {"en": "may be lifted", "fr": "peut être levé"},
    "listed": {"en": "except those on the company's list", "fr": "sauf dans la liste de l'entreprise"},
    "more": {"en": "{} and {} more", "fr": "{} et {} autres"},
    "to": {"en": "to {}", "fr": "vers {}"},
    "meaning": {"en": "What the words mean", "fr": "Ce que veulent dire ces mots"},
    "places": {"en": "Where models are", "fr": "Où sont les modèles"},
    "models": {"en": "Models: {}.", "fr": "Modèles : {}."},
    "kept": {"en": "keeps prompts for {} days", "fr": "conserve les requêtes {} jours"},
    "not_kept": {"en": "keeps no prompts", "fr": "ne conserve pas les requêtes"},
    "trains": {"en": "may train its models on them", "fr": "peut s'en servir pour l'entraînement"},
    "never_trains": {"en": "doesn't train on them", "fr": "ne s'en sert pas pour l'entraînement"},
    "choice": {
        "en": "A model that is in several places is used at one that permits the text.",
        "fr": "Un modèle présent à plusieurs endroits sert là où le texte est permis.",
    },
    "contacts": {"en": "Contacts by use", "fr": "Contacts par usage"},
    "recorded": {"en": "What is recorded", "fr": "Ce qui est consigné"},
    "record": {
        "en": "Every call: when, who (a pseudonym that the gateway's key can trace to you), team, use and model, what "
        "the rules decided, and the types, number and places of what was found. Never the text. Whoever runs the "
        "gateway or writes its rules may read it.",
        "fr": "Chaque appel : quand, qui (un pseudonyme que la clé de la passerelle permet de vous rattacher), équipe, "
        "usage et modèle, ce que les règles ont décidé, et le type, le nombre et l'endroit de ce qui a été trouvé. "
        "Jamais le texte. Ceux qui exploitent la passerelle ou écrivent ses règles peuvent lire ces traces.",
    },
    "report_kept": {
        "en": "The reason and note of a report are kept for 90 days.",
        "fr": "La raison et la note d'un signalement sont conservées 90 jours.",
    },
    "samples": {
        "en": "Samples, to review some rules: up to 40 characters on each side of a finding, which is masked. They are "
        "sealed and go after {} days at most; each reading is recorded.",
        "fr": "Échantillons, pour revoir certaines règles : 40 caractères au plus de chaque côté de ce qui a été "
        "trouvé, qui est masqué. Ils sont scellés et disparaissent après {} jours au plus ; chaque lecture est "
        "consignée.",
    },
    "wrong": {"en": "When a rule is wrong", "fr": "Quand une règle se trompe"},
    "report": {
        "en": "Something was refused or masked that shouldn't be? Run: ecluse report NUMBER (of the call, which every "
        "refusal names), or give that number to the contact. Nobody needs your text for it.",
        "fr": "Un refus ou un masquage n'avait pas lieu d'être ? Lancez : ecluse report NUMÉRO (celui de l'appel, que "
        "chaque refus indique), ou donnez ce numéro au contact. Personne n'a besoin de votre texte pour cela.",
    },
    "lift": {
        "en": 'To lift a rule for an hour, add --override --reason "...".',
        "fr": 'Levée d\'une heure : ajoutez --override --reason "...".',
    },
    "unlisted": {
        "en": "Not on this page: exceptions granted to somebody, and rules about confidential subjects, where there "
        "are any.",
        "fr": "Cette page ne dit rien des dérogations accordées à quelqu'un, ni des règles sur des sujets "
        "confidentiels, s'il y en a.",
    },
    "trial": {
        "en": "Rules on trial: {}. They are recorded when they would have acted, and change nothing.",
        "fr": "Règles à l'essai : {}. Leur action possible est consignée, et elles ne changent rien.",
    },
    "and": {"en": "and", "fr": "et"},
}
