"""Every address of the product. Each package lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("slas.urls")),
    path("", include("complaints.urls")),
]
