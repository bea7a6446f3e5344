from django.apps import AppConfig


class SlasConfig(AppConfig):
    """When things are due."""

    name = "slas"
    default_auto_field = "django.db.models.BigAutoField"
