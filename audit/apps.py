from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "What happened"
    default_auto_field = "django.db.models.BigAutoField"
