"""Every component in every state on pages that only tests see, so that the look is tested without the product."""

from datetime import date, timedelta
from pathlib import Path

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

TEMPLATES = Path(__file__).parent / "templates"
LONG_NAME = "Wilhelmina Featherstonehaugh-Cholmondeley-Okonkwo-Ramasubramaniam"
LONG_WORD = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


class HintedRadios(forms.RadioSelect):
    """Radios with a line of explanation beside each."""

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value == "formal":
            option["attrs"]["hint"] = "Stage 1: an answer within 10 working days"
        return option


class EverythingForm(forms.Form):
    who = forms.CharField(
        label="Complainant's name",
        help_text="As they write it themselves",
        error_messages={"required": "Enter the complainant's name"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reference = forms.CharField(
        label="Reference",
        error_messages={"required": "Enter the reference"},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "numeric"}),
    )
    received = forms.DateField(
        label="Date received",
        help_text="For example, 12/5/2026",
        error_messages={"required": "Enter the date received"},
    )
    moment = forms.SplitDateTimeField(
        label="Called on",
        error_messages={"required": "Enter when they called"},
    )
    password = forms.CharField(
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter your password"},
    )
    route = forms.ChoiceField(
        label="Which way does it go?",
        help_text="Matters before a court are enquiries",
        choices=[("formal", "Formal complaint"), ("enquiry", "Enquiry"), ("neither", "Neither")],
        widget=HintedRadios,
        error_messages={"required": "Choose which way it goes"},
    )
    consent = forms.ChoiceField(
        label="Has consent been given?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        error_messages={"required": "Choose yes or no"},
    )
    themes = forms.MultipleChoiceField(
        label="Themes",
        choices=[("delay", "Delay"), ("staff", "Conduct of staff"), ("quality", "Quality of service")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one theme"},
    )
    service = forms.ChoiceField(
        label="Service",
        choices=[("", "Choose a service"), ("Children", [("send", "SEND"), ("care", f"Care {LONG_NAME}")])],
        error_messages={"required": "Choose a service"},
    )
    what = forms.CharField(
        label="What happened",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what happened"},
    )
    letter = forms.FileField(label="Letter", error_messages={"required": "Choose the letter's file"})
    agreed = forms.BooleanField(
        label="The complainant agrees to more time",
        help_text="It was said in writing",
        error_messages={"required": "Confirm that the complainant agrees"},
    )
    hidden = forms.CharField(widget=forms.HiddenInput, required=False, initial="kept")

    def clean(self):
        raise forms.ValidationError("The acknowledgement is dated before the complaint")


def _month(title: str, first: date) -> dict:
    start, due, amber, holiday = date(2026, 5, 12), date(2026, 5, 27), date(2026, 5, 22), date(2026, 5, 25)
    closed, paused, today = date(2026, 5, 15), {date(2026, 5, 19), date(2026, 5, 20)}, date(2026, 5, 21)
    number, weeks = 0, []
    day = first - timedelta(days=first.weekday())
    while (day.year, day.month) <= (first.year, first.month):
        week = []
        for _ in range(7):
            kinds = []
            note = ""
            if day == holiday:
                kinds, note = ["holiday"], "Spring bank holiday"
            elif day == closed:
                kinds, note = ["closure"], "Council closed"
            elif day.weekday() > 4:
                kinds = ["weekend"]
            elif day in paused:
                kinds = ["paused"]
            elif start < day <= due:
                number += 1
                kinds = ["counted"]
            counted = kinds == ["counted"]
            for name, when in (("start", start), ("amber", amber), ("due", due), ("today", today)):
                if day == when:
                    kinds.append(name)
            if day == date(2026, 5, 18):
                kinds.append("event")
            label = f"{day:%A} {day.day} {day:%B %Y}" + (f": day {number}" if counted else "")
            week.append(
                {
                    "day": day.day if day.month == first.month else None,
                    "iso": day.isoformat(),
                    "kinds": kinds,
                    "number": str(number) if counted else "",
                    "label": label + "".join(f", {kind}" for kind in kinds if kind != "counted"),
                    "note": note if day.month == first.month else "",
                }
            )
            day += timedelta(days=1)
        weeks.append(week)
    return {"title": title, "weeks": weeks}


STEPS = [
    {"kind": "start", "text": "Received on Tuesday 12 May 2026: that is day 0.", "source": []},
    {"kind": "rule", "text": "Due 10 working days later.", "source": ["S7.1", "SA1"]},
    {
        "kind": "skip",
        "text": "Not counted: Sat 16 to Sun 17 May, Mon 25 May (Spring bank holiday).",
        "source": [],
    },
    {"kind": "pause", "text": "Paused from Tue 19 to Wed 20 May: those days do not count.", "source": ["W6"]},
    {"kind": "warn", "text": "The list of bank holidays is known only to 31 December 2027.", "source": []},
    {"kind": "due", "text": "Due on Wednesday 27 May 2026.", "source": ["S7.1"]},
]

TAGS = [
    ("red", "Red", "2 working days overdue"),
    ("amber", "Amber", "3 working days left"),
    ("green", "Green", "9 working days left"),
    ("paused", "Paused", "since Tue 19 May"),
    ("waiting", "Waiting", "for the statement of complaint to be agreed"),
    ("met", "Met", "on Mon 25 May"),
    ("late", "Met late", "by 2 working days"),
    ("", "Draft", ""),
]


class Message(str):
    """A message as django.contrib.messages hands it to a page."""

    level_tag = ""

    def __new__(cls, level: str, text: str):
        message = super().__new__(cls, text)
        message.level_tag = level
        return message


class Person:
    """Somebody signed in, whose name is as long as names get."""

    is_authenticated = True

    def __str__(self) -> str:
        return LONG_NAME


@login_not_required
def everything(request: HttpRequest) -> HttpResponse:
    """Everything at once; with ?errors=1 as after an empty form was sent."""
    bound = request.method == "POST" or "errors" in request.GET
    form = EverythingForm(request.POST, request.FILES) if bound else EverythingForm()
    context = {
        "form": form,
        "council_name": "Royal Borough of Kingsbridge and Saltmarsh-upon-Wold Council",
        "user": Person(),
        "navigation": [
            {"label": label, "href": f"#{number}", "active": number == 1}
            for number, label in enumerate(
                ["Today", "Work out a deadline", "Calendars", "Policies", "People", "Units"]
            )
        ],
        "messages": [
            Message("success", "The password was changed."),
            Message("info", "A newly proclaimed bank holiday moved 3 deadlines."),
            Message("warning", f"{LONG_WORD} has no manager."),
            Message("error", "The letter was not sent."),
        ],
        "page_obj": Paginator(range(240), 10).get_page(request.GET.get("page", 12)),
        "tags": TAGS,
        "steps": STEPS,
        "months": [_month("May 2026", date(2026, 5, 1)), _month("June 2026", date(2026, 6, 1))],
        "rows": [
            {"key": "Complainant", "value": LONG_NAME, "href": "#c", "what": "the complainant"},
            {"key": "Received", "value": "Tuesday 12 May 2026"},
            {"key": "Heading 1", "value": f"Two lines\nand {LONG_WORD}", "href": "#h", "action": "Amend"},
        ],
        "crumbs": [{"label": "Today", "href": "#"}, {"label": "Kitchen sink"}],
        "parts": [
            {"label": "Overview", "href": "#o", "active": True},
            {"label": "Timeline", "href": "#t"},
            {"label": "Documents", "href": "#d"},
        ],
    }
    template = engines["django"].from_string((TEMPLATES / "kitchen_sink.html").read_text())
    return HttpResponse(template.render(context, request))


@login_not_required
def bad(request: HttpRequest) -> HttpResponse:
    raise BadRequest("on purpose")


@login_not_required
def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


@login_not_required
def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", nothing, name="home"),
    path("account/", nothing, name="account"),
    path("sign-out/", nothing, name="sign-out"),
    path("kitchen-sink/", everything),
    path("bad/", bad),
    path("forbidden/", forbidden),
    path("broken/", broken),
]
