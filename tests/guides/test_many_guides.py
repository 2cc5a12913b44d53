"""An index finds the guides that a page names among thousands."""

import json

import pytest
from django.db import connection
from django.utils import timezone

from guides.models import Guide
from tests.support.builders import guide_text

MANY = 2_500
COPIES = """
INSERT INTO documents_document
    (kind, language, slug, title, summary, style, anchors, fingerprints, source, state, publish_at, changed_at)
SELECT kind, language, 'guide-' || number, 'Guide ' || number, summary, style, anchors, fingerprints, source, state, publish_at, changed_at
FROM documents_document, generate_series(1, %s) AS number;
INSERT INTO documents_redirect (kind, language, slug, document_id) SELECT kind, language, 'once-' || slug, id FROM documents_document
"""
PAGES = 12  # of the index and the table, of eight kilobytes each


@pytest.fixture
def many(db):
    now = timezone.now()
    first = Guide(kind="guide", state="published", publish_at=now, changed_at=now, source=guide_text("guide-0"))
    first.derive(first.parse(first.source))
    first.save()
    with connection.cursor() as cursor:
        cursor.execute(COPIES, [MANY])
        cursor.execute("ANALYZE documents_document, documents_redirect")


@pytest.mark.parametrize(
    ("named", "slugs"),
    [
        (lambda guides: guides.filter(slug="guide-77"), ["guide-77"]),
        (lambda guides: guides.filter(slug__in=["guide-7", "guide-77", "guide-2477"]), ["guide-2477", "guide-7", "guide-77"]),
        (lambda guides: guides.with_former_slug("once-guide-77"), ["guide-77"]),
        (lambda guides: guides.with_former_slug("never-there"), []),
    ],
    ids=["by its slug", "by several slugs", "by one that it had", "by one that none had"],
)
def test_guides_are_found_in_a_few_pages_of_memory(many, named, slugs):
    queryset = named(Guide.objects.published(timezone.now()))
    assert sorted(guide.slug for guide in queryset) == slugs
    [result] = json.loads(queryset.explain(analyze=True, buffers=True, format="json"))
    assert result["Plan"]["Shared Hit Blocks"] + result["Plan"]["Shared Read Blocks"] <= PAGES
