"""What granian serves: Django behind the gateway."""

from prompt_media.wsgi import application as django  # it wakes Django, which what follows needs

# isort: split
from django.conf import settings

from prompt_media.jobs import waiting
from prompt_media.web import connections, peers, sizes
from prompt_media.web.arrival import Pace
from prompt_media.web.gateway import Gateway, Patience

peers.make_room(settings.WEB_CONNECTIONS)
application = Gateway(
    django,
    threads=settings.WEB_THREADS,
    patience=Patience(Pace(settings.CLIENT_SECONDS), settings.CLIENT_SECONDS),
    most_bytes=sizes.most_bytes,
    room=settings.BODIES_MB * 1024 * 1024,
    at_stop=waiting.end_all,
    after_work=connections.let_go,
)
