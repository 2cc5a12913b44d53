"""The quiz's form as a page shows it: whom one has in mind, an answer to each statement, and the key of a kept result's link."""

from collections.abc import Mapping
from typing import Any

from django import forms

from quiz.instrument.types import Instrument
from quiz.submission import fresh_key, key_in, read_sent


class AnswerForm(forms.Form):
    """Fresh, or with what was sent and its problems. To read answers alone, `quiz.submission` is quicker."""

    key = forms.CharField(widget=forms.HiddenInput)
    version = forms.CharField(widget=forms.HiddenInput, required=False)  # of the text

    def __init__(self, instrument: Instrument, data: Mapping[str, Any] | None = None, version: int | None = None) -> None:
        given = None if data is None else {**{key: data[key] for key in data}, "key": key_in(data)}
        super().__init__(given, initial={"key": fresh_key(), "version": version})
        self.instrument = instrument
        relations = [(one.key, one.text) for one in instrument.relations]
        numbers = [(number, number) for number in range(instrument.scale.lowest, instrument.scale.highest + 1)]
        self.fields["relation"] = choice("Whom do you have in mind?", relations, {"required": True})
        for item in instrument.items:
            self.fields[item.key] = choice(item.text, numbers)

    @property
    def statements(self) -> list[forms.BoundField]:
        return [self[item.key] for item in self.instrument.items]

    def clean(self) -> None:
        for name, problem in read_sent(self.data, self.instrument).problems.items():
            self.add_error(name, problem)


def choice(label: str, choices: list[Any], attributes: dict[str, Any] | None = None) -> forms.Field:
    """One of several, without a rule of its own: what was sent is judged by `quiz.submission`."""
    return forms.Field(label=label, required=False, widget=forms.RadioSelect(attributes, choices))
