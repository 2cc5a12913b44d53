"""purge_expired: deletes expired rows and lists unused pictures. To be run once a day; an expired result can't be opened meanwhile."""

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from documents.images import Picture
from quiz.models import DeletedResult, Result
from web.throttle.models import Tally

MIN_AGE = timedelta(days=1)  # of a picture, because its text may not be saved yet
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
        unused = [str(picture) for picture in Picture.objects.unused(before=now - MIN_AGE).defer("content").order_by("uploaded_at")]
        if unused:
            more = f" and {len(unused) - MAX_NAMED} more" if len(unused) > MAX_NAMED else ""
            self.stdout.write(f"No text shows these pictures, and none ever did: {', '.join(unused[:MAX_NAMED])}{more}. They stay.")
