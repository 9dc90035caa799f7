"""The names under which detectors' files ask for a check."""

from __future__ import annotations

from collections.abc import Mapping

from policies.detectors import contact, finance, french, secrets
from policies.detectors.model import Check

CHECKS: Mapping[str, Check] = {
    "email": contact.email,
    "french_phone": contact.french_phone,
    "national_phone": contact.national_phone,
    "international_phone": contact.international_phone,
    "iban": finance.iban,
    "card": finance.card,
    "nir": french.nir,
    "siret": french.siret,
    "tva": french.tva,
    "token": secrets.token,
    "mixed_token": secrets.mixed_token,
    "short_token": secrets.short_token,
    "github": secrets.github,
    "jwt": secrets.jwt,
    "password": secrets.password,
    "quoted": secrets.quoted,
    "assigned_key": secrets.assigned_key,
    "user_password": secrets.user_password,
    "prose_password": secrets.prose_password,
    "url_password": secrets.url_password,
    "private_key": secrets.private_key,
}
