"""The names under which detectors' files ask for a check."""

from __future__ import annotations

from collections.abc import Mapping

from policies.detectors import contact, finance, french, identity, secrets
from policies.detectors.model import Check

CHECKS: Mapping[str, Check] = {
    "email": contact.email,
    "french_phone": contact.french_phone,
    "national_phone": contact.national_phone,
    "international_phone": contact.international_phone,
    "iban": finance.iban,
    "card": finance.card,
    "nir": french.nir,
    "written_nir": french.written_nir,
    "nir_13": identity.nir_13,
    "spi": identity.spi,
    "cni_old": identity.cni_old,
    "cni_new": identity.cni_new,
    "driving_12": identity.driving_12,
    "foreigner": identity.foreigner,
    "ine": identity.ine,
    "mrz": identity.mrz,
    "plate": identity.plate,
    "old_plate": identity.old_plate,
    "vin": identity.vin,
    "made_vin": identity.made_vin,
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
