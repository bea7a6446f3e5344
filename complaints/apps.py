from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = "Complaints and enquiries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from complaints import checks  # noqa: F401 - registers what `manage.py check` says
