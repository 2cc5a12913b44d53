"""Texts of guides for tests. Each passes the check."""

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
    """A sentence that no other number gives."""
    noun, verb, other = NOUNS[number % 15], VERBS[number // 15 % 10], NOUNS[number // 150 % 15]
    return f"The {noun} {verb} a {other} for guest {number}."


def guide_text(slug: str = "waiting", *, title: str = "How to wait for an answer", related: str = "", sentences: int = 20) -> str:
    """The text of a guide that shares no sentence with a guide of another slug."""
    seed = sum(ord(character) * 7919**index for index, character in enumerate(slug)) % 10**9 * 1000
    prose = [sentence(seed + number) for number in range(sentences + 8)]
    steps = "\n\n".join(
        f"### Step {step}\n\n{' '.join(prose[8 + step :: 8])}\n\n- [ ] Do what guest {seed} did in week {step}." for step in range(8)
    )
    return (
        f"---\ntitle: {title}\nslug: {slug}\nsummary: {prose[0]}\nreviewed: 2026-11-01\nnext_review: 2027-11-01\n"
        f"related: [{related}]\n---\n{prose[1]}\n\n## Quick takeaways\n\n- {prose[2]}\n\n## Steps\n\n{steps}\n\n"
        f"## Strategies\n\n### Rest\n\n{prose[3]}\n\n## When to find professional help\n\n{prose[4]}\n\n"
        f"## Common questions\n\n### Does it pass?\n\n{prose[5]}\n"
    )
