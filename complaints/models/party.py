"""The people of a case, and the points they make."""

from django.db import models

from complaints.models.case import Case


class Party(models.Model):
    """Somebody a case is about, from or for. `match_*` are for finding the same person's other cases."""

    class Role(models.TextChoices):
        COMPLAINANT = "complainant", "Complainant"
        YOUNG_PERSON = "young-person", "Young person"
        SERVICE_USER = "service-user", "Service user"
        REPRESENTATIVE = "representative", "Representative"
        ADVOCATE = "advocate", "Advocate"
        MP = "mp", "MP"
        COUNCILLOR = "councillor", "Councillor"
        SUBJECT = "subject", "Member of staff complained about"
        OTHER = "other", "Somebody else"

    class Consent(models.TextChoices):
        NOT_NEEDED = "not-needed", "Not needed"
        WAITING = "waiting", "Asked for, not here yet"
        GIVEN = "given", "Given"
        REFUSED = "refused", "Refused"

    class Contact(models.TextChoices):
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Telephone"
        POST = "post", "Post"
        IN_PERSON = "in-person", "In person"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20, choices=Role.choices)
    name = models.CharField(max_length=200)
    relationship = models.CharField(max_length=100, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    office = models.CharField(max_length=200, blank=True, help_text="An MP's or councillor's office, or ward")
    preferred_contact = models.CharField(max_length=20, choices=Contact.choices, blank=True)
    adjustments = models.TextField(blank=True)
    consent = models.CharField(max_length=20, choices=Consent.choices, blank=True)
    consent_on = models.DateField(null=True, blank=True)
    match_email = models.CharField(max_length=254, blank=True)
    match_phone = models.CharField(max_length=20, blank=True)
    match_name = models.CharField(max_length=200, blank=True)
    match_postcode = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [
            models.Index(fields=["match_email"], name="party_email", condition=~models.Q(match_email="")),
            models.Index(fields=["match_phone"], name="party_phone", condition=~models.Q(match_phone="")),
            models.Index(fields=["match_name", "match_postcode"], name="party_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Point(models.Model):
    """One separate thing complained of or asked."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="points")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text
