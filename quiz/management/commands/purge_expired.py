"""purge_expired: deletes what has expired, and names what nobody needs. To be run once a day; links to results are dead before that."""

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from documents.images import Picture
from quiz.models import DeletedResult, Result
from web.throttle.models import Tally

A_DAY = timedelta(days=1)  # somebody may still be writing the text for a picture
MAX_NAMED = 20


class Command(BaseCommand):
    help = "Deletes kept results that have expired, sessions and counts that are over; names pictures that no text shows."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        deleted, _ = Result.objects.expired(now.date()).delete()
        DeletedResult.objects.expired(now.date()).delete()
        Tally.objects.expired(now).delete()
        call_command("clearsessions")
        self.stdout.write(f"{deleted} expired result{'' if deleted == 1 else 's'} deleted.")
        unused = [str(picture) for picture in Picture.objects.unused(before=now - A_DAY).defer("content").order_by("uploaded_at")]
        if unused:
            more = f" and {len(unused) - MAX_NAMED} more" if len(unused) > MAX_NAMED else ""
            self.stdout.write(f"No text shows these pictures, and none ever did: {', '.join(unused[:MAX_NAMED])}{more}. They stay.")
