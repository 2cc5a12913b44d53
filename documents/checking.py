"""Checks a text for a document against the documents in the database that it links to or shares sentences with."""

from datetime import date

from django.db.models import Q

from documents.models import Document
from documents.text.addresses import SLUG, path_of
from documents.text.library import check_against_library
from documents.text.parsed import ParsedText
from documents.text.problems import Problem


def check_document(document: Document, parsed: ParsedText, today: date) -> list[Problem]:
    """Returns the problems of `parsed`, a text for `document`: those in it, and those that only the other documents show."""
    fingerprints = [sentence.fingerprint for sentence in parsed.sentences]
    near = Document.objects.exclude(pk=document.pk).filter(Q(fingerprints__overlap=fingerprints) | Q(slug__in=candidate_slugs(parsed)))
    library = near.library(fingerprints)
    return [*parsed.problems, *check_against_library(parsed, document.kind_spec.address_of(parsed.slug), library, today)]


def candidate_slugs(parsed: ParsedText) -> set[str]:
    """Returns the last part of each linked address that could be a slug, so that only these documents are looked up."""
    last_parts = (path_of(link.address).strip("/").rpartition("/")[2] for link in parsed.links)
    return {part for part in last_parts if SLUG.fullmatch(part)}
