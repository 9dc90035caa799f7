"""The names under which detectors' files ask for a check."""

from __future__ import annotations

from collections.abc import Mapping

from policies.detectors import contact, finance, french, identity, passwords, secrets
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
    "untyped_token": secrets.untyped_token,
    "named_key": secrets.named_key,
    "named_random": secrets.named_random,
    "token_in_runs": secrets.token_in_runs,
    "late_mark": secrets.late_mark,
    "random_string": secrets.random_string,
    "github": secrets.github,
    "jwt": secrets.jwt,
    "private_key": secrets.private_key,
    "encoded_private_key": secrets.encoded_private_key,
    "tenant_host": secrets.tenant_host,
    "account_name": secrets.account_name,
    "password": passwords.password,
    "quoted": passwords.quoted,
    "statement_password": passwords.statement_password,
    "assigned_key": passwords.assigned_key,
    "random_key": passwords.random_key,
    "header_key": passwords.header_key,
    "user_password": passwords.user_password,
    "prose_password": passwords.prose_password,
    "spoken_password": passwords.spoken_password,
    "url_password": passwords.url_password,
    "bytes_of_key": passwords.bytes_of_key,
}
