"""The quiz: instruments, scoring, results, and their statistics."""

from django.apps import AppConfig

from documents.kinds import Kind, register
from quiz.instrument.parser import read_instrument
from quiz.instrument.types import ADDRESS, KIND


class QuizConfig(AppConfig):
    name = "quiz"

    def ready(self) -> None:
        register(Kind(KIND, "quiz", ADDRESS, read_instrument))
