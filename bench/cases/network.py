"""Addresses on networks: IPv4 and IPv6 (RFC 4291, RFC 5952), MAC (IEEE 802, in its three spellings)."""

from __future__ import annotations

import ipaddress
import random

from cases.form import Type

Rng = random.Random


def _ip(rng: Rng) -> str:
    if rng.random() < 0.65:
        first = rng.choice([n for n in range(1, 224) if n not in (10, 100, 127, 169, 172, 192, 198, 203)])
        return f"{first}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"
    groups = [f"2{rng.choice(('a01', '607', '003', '606', 'a02'))}", *(f"{rng.randint(1, 65535):x}" for _ in range(7))]
    if rng.random() < 0.4:
        return ":".join(groups)
    kept = groups[: rng.randint(3, 5)]
    text = ":".join(kept) + "::" + rng.choice((groups[7], "1", ""))
    return text.upper() if rng.random() < 0.2 else str(ipaddress.ip_address(text))


def _no_ip(rng: Rng) -> str:
    a, b, c, d = (rng.randint(0, 255) for _ in range(4))
    return rng.choice(
        (
            f"{rng.randint(256, 999)}.{a}.{b}.{c}",
            f"{a}.{b}.{c}",
            f"{a % 20}.{b % 20}.{c % 20}.{d % 20}.{a % 9}",
            "127.0.0.1",
            "0.0.0.0",
            f"192.168.{a}.{b}",
            f"10.{a}.{b}.{c}",
            f"172.{rng.randint(16, 31)}.{a}.{b}",
            f"192.0.2.{a}",
            f"203.0.113.{a}",
            f"v{a % 9}.{b}.{c}.{d}",
            f"2001:db8::{a:x}",
            "::1",
            "255.255.255.0",
            f"{a % 24:02}:{b % 60:02}:{c % 60:02}",
            f"fe80::{a:x}:{b:x}",
        )
    )


IP = Type(
    "net.ip",
    fr=(
        "Connexion depuis {value} à {time}.",
        "L'adresse IP du client est {value}.",
        "nom;ip;date\nposte-12;{value};{date}",
        "Bloquez {value}, merci.",
        "2026-03-04 10:12:01 sshd: échec depuis {value} port 22",
        '{"poste": "pc-12", "ip": "{value}"}',
        "| Poste | IP |\n|---|---|\n| pc-12 | {value} |",
        "Le serveur ({value}) ne répond plus.",
        "Requête « {value} » refusée par le pare-feu",
        "Qui se cache derrière {value} ?",
    ),
    en=(
        "Login from {value} at {time}.",
        "The client's IP address is {value}",
        "host,ip\npc-12,{value}",
        "Please block {value}.",
        "Mar  4 10:12:01 sshd: failed password from {value} port 22",
        '{"host": "pc-12", "ip": "{value}"}',
        "X-Forwarded-For: {value}, proxy",
        "ping {value}\ntimeout",
        "allow from {value};",
        "who owns {value}?",
        "remote_addr={value} status=200",
    ),
    value=_ip,
    miss=_no_ip,
    near_fr=(
        "Passez à la version {near}.",
        "Chrome {near} est installé sur {small} postes.",
        "Voir la section 4.2.1.3 du cahier des charges.",
        "La mise à jour {near} corrige la faille.",
        "nginx ({near}) est installé",
    ),
    near_en=(
        "Upgrade to version {near}.",
        "Chrome/{near} Safari/537.36",
        "See section 4.2.1.3 of the manual.",
        "Release {near} fixes the bug.",
        "std::vector<int> a; b::c(d);",
        "At 10:12:45 the build {near} passed.",
    ),
    near=lambda rng: f"{rng.randint(1, 150)}.{rng.randint(0, 20)}.{rng.randint(0, 200)}.{rng.randint(0, 200)}",
)


def _mac(rng: Rng) -> str:
    while True:
        digits = f"{rng.randrange(1 << 48):012x}"
        if any(c.isdigit() for c in digits) and any(c.isalpha() for c in digits):
            break
    if rng.random() < 0.3:
        digits = digits.upper()
    if rng.random() < 0.15:
        return ".".join(digits[i : i + 4] for i in (0, 4, 8))
    return rng.choice((":", ":", "-")).join(digits[i : i + 2] for i in range(0, 12, 2))


def _no_mac(rng: Rng) -> str:
    pairs = [f"{rng.randrange(256):02x}" for _ in range(16)]
    return rng.choice(
        (
            ":".join(pairs[:5]),
            ":".join(pairs[:8]),
            ":".join(pairs),
            "".join(pairs[:6]),
            ":".join([*pairs[:5], "g" + pairs[5][0]]),
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
            f"{pairs[0]}:{pairs[1]}-{pairs[2]}:{pairs[3]}-{pairs[4]}:{pairs[5]}",
            f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}",
        )
    )


MAC = Type(
    "net.mac",
    fr=(
        "Adresse MAC : {value}",
        "Le poste {value} est sur le réseau invité.",
        "nom;mac\npc-12;{value}",
        "Autorisez {value}, merci.",
        '{"poste": "pc-12", "mac": "{value}"}',
        "| Poste | MAC |\n|---|---|\n| pc-12 | {value} |",
        "Le téléphone ({value}) s'est connecté à {time}.",
        "DHCP : bail accordé à {value} le {date}",
        "À qui appartient « {value} » ?",
        "Filtrage de {value}.",
    ),
    en=(
        "MAC address {value}",
        "Device {value} joined the guest network.",
        "host,mac\npc-12,{value}",
        "Please allow {value}.",
        '{"host": "pc-12", "mac": "{value}"}',
        "| Host | MAC |\n|---|---|\n| pc-12 | {value} |",
        "ether {value} txqueuelen 1000",
        "The phone ({value}) connected at {time}.",
        "DHCPACK to {value} via eth0",
        "arp: ? at {value} on en0",
    ),
    value=_mac,
    miss=_no_mac,
    near_fr=(
        "Une adresse MAC compte six octets.",
        "UUID {near} introuvable.",
        "Le Mac de {name} est en panne.",
        "Le cac40 à {time}.",
    ),
    near_en=("A MAC address has six bytes.", "UUID {near} not found.", "MD5 fingerprint missing for {company}."),
    near=lambda rng: "-".join(f"{rng.randrange(1 << 4 * n):0{n}x}" for n in (8, 4, 4, 4, 12)),
)

TYPES = (IP, MAC)
