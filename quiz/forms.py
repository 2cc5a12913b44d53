"""The quiz's form: whom one has in mind, an answer to each statement, and the key of the link that a kept result gets."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django import forms

from quiz.instrument import Instrument
from quiz.scoring import may_be_scored

KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")  # 128 bits and more, as secrets.token_urlsafe writes them

VERSION = re.compile(r"[0-9]{1,18}", re.ASCII)


def fresh_key() -> str:
    return secrets.token_urlsafe(32)


def version_in(data: Mapping[str, Any]) -> int:
    """The version of the instrument that a sent form names; 0, which is none, where it names none."""
    named = data.get("version", "")
    return int(named) if VERSION.fullmatch(named) else 0


def fields_of(version: int, relation: str, answers: Mapping[str, int]) -> dict[str, str]:
    """What a form would send for these answers, to be sent again from a result."""
    return {"version": str(version), "relation": relation, **{key: str(answer) for key, answer in answers.items()}}


class AnswerForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput)
    version = forms.CharField(widget=forms.HiddenInput, required=False)  # of the text; `version_in` reads it before there is a form

    def __init__(self, instrument: Instrument, data: Mapping[str, Any] | None = None, version: int | None = None) -> None:
        given = None if data is None else {key: data[key] for key in data}
        if given is not None and not KEY.fullmatch(given.get("key", "")):
            given["key"] = fresh_key()  # of a form that was not ours; the answers are what counts
        super().__init__(given, initial={"key": fresh_key(), "version": version})
        self.instrument = instrument
        self.fields["relation"] = forms.ChoiceField(
            label="Whom do you have in mind?",
            choices=[(one.key, one.text) for one in instrument.relations],
            widget=forms.RadioSelect,
            error_messages={"required": "Please choose whom you have in mind."},
        )
        numbers = range(instrument.scale.lowest, instrument.scale.highest + 1)
        for item in instrument.items:
            self.fields[item.key] = forms.TypedChoiceField(
                label=item.text,
                choices=[(number, number) for number in numbers],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": f"Please choose a number from {numbers[0]} to {numbers[-1]}."},
            )

    @property
    def statements(self) -> list[forms.BoundField]:
        return [self[item.key] for item in self.instrument.items]

    @property
    def answers(self) -> dict[str, int]:
        """The answers that were given, by the items' keys."""
        found = {item.key: self.cleaned_data.get(item.key) for item in self.instrument.items}
        return {key: answer for key, answer in found.items() if answer is not None}

    def clean(self) -> dict[str, Any]:
        if not may_be_scored(self.instrument.items, self.answers):
            for item in self.instrument.items:
                if item.key not in self.answers and item.key not in self.errors:
                    self.add_error(item.key, "Please choose a number.")
        return self.cleaned_data
