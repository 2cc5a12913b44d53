"""Texts for tests, real ones: each passes the check as an editor's would."""

from pathlib import Path

VALID = (Path(__file__).parent.parent / "guides/cases/valid.md").read_text()
NOUNS = [
    "door",
    "river",
    "table",
    "garden",
    "letter",
    "window",
    "market",
    "coat",
    "bridge",
    "lamp",
    "train",
    "kettle",
    "pillow",
    "ladder",
    "harbour",
]
VERBS = ["holds", "finds", "keeps", "leaves", "carries", "opens", "waits", "turns", "greets", "follows"]


def sentence(number: int) -> str:
    """One of many sentences, never the same for two numbers."""
    noun, verb, other = NOUNS[number % 15], VERBS[number // 15 % 10], NOUNS[number // 150 % 15]
    return f"The {noun} {verb} a {other} for guest {number}."


def guide_text(slug: str = "waiting", *, title: str = "How to wait for an answer", related: str = "", sentences: int = 20) -> str:
    """A guide as long as wanted, in which no sentence of another one's stands."""
    seed = sum(ord(sign) * 7919**place for place, sign in enumerate(slug)) % 10**9 * 1000
    said = [sentence(seed + number) for number in range(sentences + 8)]
    steps = "\n\n".join(
        f"### Step {number}\n\n{' '.join(said[8 + number :: 8])}\n\n- [ ] Do what guest {seed} did in week {number}." for number in range(8)
    )
    return (
        f"---\ntitle: {title}\nslug: {slug}\nsummary: {said[0]}\nreviewed: 2026-11-01\nnext_review: 2027-11-01\n"
        f"related: [{related}]\n---\n{said[1]}\n\n## Quick takeaways\n\n- {said[2]}\n\n## Steps\n\n{steps}\n\n"
        f"## Strategies\n\n### Rest\n\n{said[3]}\n\n## When to find professional help\n\n{said[4]}\n\n"
        f"## Common questions\n\n### Does it pass?\n\n{said[5]}\n"
    )
