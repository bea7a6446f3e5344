"""The entry point of a web server: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from config.serving import settle, with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = with_room(get_wsgi_application())
settle()
