"""Titles and summaries as readers see them: front matter is no Markdown, and has straight quotes as it was typed."""

from django import template

from documents.text.typography import typographic

register = template.Library()
register.filter("typographic", typographic)
