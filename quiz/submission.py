"""A sent form, read: whom the taker has in mind, the answers, and what is missing. Pure, and the only place with its rules."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from quiz.instrument.types import Instrument
from quiz.scoring import may_be_scored

FORM_TYPE = "application/x-www-form-urlencoded"  # URL Standard, 5.1
KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")  # 128 bits and more, as secrets.token_urlsafe writes them
VERSION = re.compile(r"[0-9]{1,18}", re.ASCII)
NOBODY_IN_MIND = "Please choose whom you have in mind."
NO_ANSWER = "Please choose a number."


@dataclass(frozen=True)
class Sent:
    key: str  # of the link that a kept result gets
    relation: str
    answers: dict[str, int]  # by the items' keys
    problems: dict[str, str]  # what to say at each question, in the order of the page; empty where all is well


def fields(body: bytes, most: int) -> dict[str, str]:
    """The fields of a form that a browser sent as FORM_TYPE; of those with the same name the last. A ValueError for more than `most`."""
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=most))


def fresh_key() -> str:
    return secrets.token_urlsafe(32)


def key_in(data: Mapping[str, str]) -> str:
    """The key that a form was opened with, or a new one for a form that was not ours: the answers are what counts."""
    key = data.get("key", "")
    return key if KEY.fullmatch(key) else fresh_key()


def version_in(data: Mapping[str, str]) -> int:
    """The version of the instrument that a sent form names; 0, which is none, where it names none."""
    named = data.get("version", "")
    return int(named) if VERSION.fullmatch(named) else 0


def read_sent(data: Mapping[str, str], instrument: Instrument) -> Sent:
    numbers = {str(number): number for number in range(instrument.scale.lowest, instrument.scale.highest + 1)}
    given = {item.key: text for item in instrument.items if (text := data.get(item.key, ""))}
    answers = {key: numbers[text] for key, text in given.items() if text in numbers}
    relation = data.get("relation", "")
    problems = {}
    if relation not in {one.key for one in instrument.relations}:
        problems["relation"] = NOBODY_IN_MIND
    too_few = not may_be_scored(instrument.items, answers)
    for item in instrument.items:
        if item.key in given and item.key not in answers:
            problems[item.key] = f"Please choose a number from {instrument.scale.lowest} to {instrument.scale.highest}."
        elif item.key not in answers and too_few:
            problems[item.key] = NO_ANSWER
    return Sent(key_in(data), relation, answers, problems)


def fields_of(version: int, relation: str, answers: Mapping[str, int]) -> dict[str, str]:
    """What a form would send for these answers, to be sent again from a result."""
    return {"version": str(version), "relation": relation, **{key: str(answer) for key, answer in answers.items()}}
