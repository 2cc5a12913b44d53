"""The quiz's form as a page shows it: whom the taker has in mind, an answer to each statement, and the key of the result's link."""

from collections.abc import Iterable

from django import forms

from quiz.submission import Submission


class AnswerForm(forms.Form):
    """Shows a submission with its problems, or a blank one. Does no validation; `quiz.submission.read_submission` already has."""

    key = forms.CharField(widget=forms.HiddenInput)
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, submission: Submission) -> None:
        super().__init__(submission.fields)
        self.submission, self.instrument = submission, submission.instrument
        relations = [(known.key, known.text) for known in self.instrument.relations]
        numbers = [(number, number) for number in self.instrument.scale.choices]
        self.fields["relation"] = radio_field("Whom do you have in mind?", relations, {"required": True})
        for item in self.instrument.items:
            self.fields[item.key] = radio_field(item.text, numbers)

    @property
    def statements(self) -> list[forms.BoundField]:
        return [self[item.key] for item in self.instrument.items]

    def clean(self) -> None:
        for name, problem in self.submission.problems.items():
            self.add_error(name, problem)


def radio_field(label: str, choices: Iterable[tuple[str | int, str | int]], attributes: dict[str, bool] | None = None) -> forms.Field:
    return forms.Field(label=label, required=False, widget=forms.RadioSelect(attributes, choices))
