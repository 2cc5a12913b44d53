"""A submitted form: whom the taker has in mind, the answers, their scores, and what is missing. Pure: no Django.

The rules of a visitor's answers are here, with two exceptions: `quiz.scoring` says how many may be left out, and `quiz.models` which
revision's statements they answer. `quiz.models` also keeps a submission, and `quiz.forms` shows it.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from quiz.instrument.types import Instrument
from quiz.scoring import Point, answers_still_needed, score_answers

KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")  # at least 128 bits, as secrets.token_urlsafe writes them
NO_RELATION = "Please choose whom you have in mind."
NO_ANSWER = "Please choose a number."


@dataclass(frozen=True)
class Submission:
    """A form as it was submitted, or a blank one."""

    instrument: Instrument
    revision_pk: int | None  # of the revision with the instrument's text; None for a text that is not saved
    key: str  # of the result's link, if the result is kept
    relation: str = ""
    answers: Mapping[str, int] = field(default_factory=dict)  # by the items' keys
    problems: Mapping[str, str] = field(default_factory=dict)  # messages by the questions' names, in the order of the page
    scores: Point | None = None  # None if too few items were answered
    keep: bool = False  # whether the taker wants the result to be kept

    @classmethod
    def blank(cls, instrument: Instrument, revision_pk: int | None = None) -> Self:
        return cls(instrument, revision_pk, fresh_key())

    @property
    def fields(self) -> dict[str, str]:
        """The form's fields and their values, with which a browser could submit it again."""
        return {"key": self.key, **form_fields(self.revision_pk, self.relation, self.answers)}


def read_submission(fields: Mapping[str, str], instrument: Instrument, revision_pk: int) -> Submission:
    """Returns the submission in the fields of a form, whatever they hold. `revision_pk` is that of the instrument's revision.

    Issues a new key if the form's is missing or malformed, so that its answers aren't lost.
    """
    scale = instrument.scale
    choices = {str(number): number for number in scale.choices}
    given = {item.key: text for item in instrument.items if (text := fields.get(item.key, ""))}
    answers = {key: choices[text] for key, text in given.items() if text in choices}
    missing = answers_still_needed(instrument.items, answers)
    relation, key = fields.get("relation", ""), fields.get("key", "")
    problems = {}
    if relation not in {known.key for known in instrument.relations}:
        problems["relation"] = NO_RELATION
    for item in instrument.items:
        if item.key in given and item.key not in answers:
            problems[item.key] = f"Please choose a number from {scale.lowest} to {scale.highest}."
        elif item.key in missing:
            problems[item.key] = NO_ANSWER
    return Submission(
        instrument,
        revision_pk,
        key=key if KEY.fullmatch(key) else fresh_key(),
        relation=relation,
        answers=answers,
        problems=problems,
        scores=None if missing else score_answers(instrument.items_by_dimension, answers, scale),
        keep=fields.get("keep") == "yes",
    )


def form_fields(revision_pk: int | None, relation: str, answers: Mapping[str, int]) -> dict[str, str]:
    """Returns the fields that submit these answers once more, under a new key."""
    return {"version": str(revision_pk or ""), "relation": relation, **{key: str(answer) for key, answer in answers.items()}}


def fresh_key() -> str:
    return secrets.token_urlsafe(32)
