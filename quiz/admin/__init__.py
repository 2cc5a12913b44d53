"""Registers what editors and owners see of the quiz."""

from quiz.admin import instrument_admin, results_admin  # noqa: F401
