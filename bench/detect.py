"""What detection costs: the whole catalogue over prompts of 4 KB that nobody has seen, and over long bodies in steps.

    .venv/bin/python bench/detect.py

Prompts mix French prose, English and code, put together anew each time. Prints processor time in milliseconds, on one
core: percentiles of a whole prompt, and of long bodies the whole time and the longest step between two pauses.
"""

from __future__ import annotations

import base64
import gc
import json
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from stall import body

from gateway.bundle.bundle import PACKS
from gateway.documents import load
from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine

ROOT = Path(__file__).parents[1]
PROMPTS = 600
FRENCH = (
    "Bonjour, peux-tu relire ce compte rendu et me dire ce qui manque pour la réunion de jeudi ?",
    "L’équipe a livré la nouvelle version ; il reste à vérifier l’affichage des tableaux sur téléphone.",
    "Le service des achats demande un devis détaillé, avec les délais et les conditions de paiement.",
    "Merci de résumer en trois points, sans jargon, ce que le client attend de nous d’ici la fin du mois.",
    "La formation aura lieu à Nantes le 12 mars ; les billets de train sont à réserver avant vendredi.",
    "Nous avons reçu 1 250 réponses au questionnaire, dont 37 % viennent de nouveaux abonnés.",
)


def engine() -> Engine:
    """An engine over the shipped packs."""
    built = Catalogue.build([item.value for item in load(PACKS).items])
    assert isinstance(built, Catalogue), built
    return Engine(built)


def prompts(rng: random.Random, count: int, size: int = 4_000) -> Iterator[str]:
    """Prompts of about so many characters, each put together anew."""
    english = [line for path in sorted((ROOT / "docs").rglob("*.md")) for line in path.read_text().split("\n\n")]
    code = [part for path in sorted((ROOT / "gateway").glob("*.py")) for part in path.read_text().split("\n\n")]
    for number in range(count):
        parts = [f"Demande {number} :"]
        while sum(map(len, parts)) < size:
            parts.append(rng.choice(rng.choice((FRENCH, english, code))))
        yield "\n\n".join(parts)[:size]


def timed(judge: Engine, texts: list[str]) -> tuple[float, float]:
    """Milliseconds of the whole scan and of its longest step."""
    steps, total, longest, done = judge.steps(texts), 0.0, 0.0, False
    while not done:
        begun = time.process_time()
        try:
            next(steps)
        except StopIteration:
            done = True
        took = (time.process_time() - begun) * 1e3
        total, longest = total + took, max(longest, took)
    return total, longest


def agent(rng: random.Random) -> list[str]:
    """The texts of an agent's turn, 117 kB."""
    ask = json.loads(body(rng))
    return [one["content"] for one in ask["messages"]] + [one["function"]["description"] for one in ask["tools"]]


def main() -> None:
    """Prints the figures."""
    rng, judge = random.Random(4), engine()
    # As the gateway sets it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    took = sorted(timed(judge, [prompt])[0] for prompt in prompts(rng, PROMPTS))
    cuts = statistics.quantiles(took, n=100)
    print(f"4 KB unseen: p50 {cuts[49]:.2f}, p95 {cuts[94]:.2f}, p99 {cuts[98]:.2f} ms (targets 1, 2, 5)")
    history = list(prompts(rng, 250))
    bodies = {
        "agent's turn, 117 kB": agent(rng),
        "history, 1 MB": history,
        "one text, 1 MB": ["\n".join(history)],
        "one text in base64, 300 kB": [base64.b64encode("\n".join(history[:55]).encode()).decode()],
    }
    for name, texts in bodies.items():
        total, longest = timed(judge, texts)
        print(f"{name}: {total:.0f} ms, longest step {longest:.1f} ms")


if __name__ == "__main__":
    main()
