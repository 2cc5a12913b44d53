"""A filter for titles and summaries: front matter is plain text, so its straight quotes are set here."""

from django import template

from documents.text.typography import typographic

register = template.Library()
register.filter("typographic", typographic)
