"""Coming in and leaving."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import signing_in
from accounts.forms import SignInForm
from accounts.going_back import form_only, wanted
from accounts.guards import public, signed_in_with_starting_password
from accounts.typed import carried


@public
@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail address and password; then to where one wanted to go, if that is an address of ours. What somebody typed
    before they had to is handed back to be sent."""
    next_url, typed = wanted(request), carried(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url)
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        attempt = signing_in.sign_in(
            request,
            email=form.cleaned_data["email"],
            password=form.cleaned_data["password"],
            now=timezone.now(),
        )
        if attempt.user:
            if attempt.user.must_change_password:
                return redirect(f"{reverse('password')}?{urlencode({'next': next_url})}")
            if typed:
                return render(request, "accounts/typed.html", {"typed": typed})
            return HttpResponseRedirect(next_url)
        # Shown by AXES_LOCKOUT_TEMPLATE, which the middleware puts in the place of this answer.
        request.try_again_at = attempt.locked_until  # type: ignore[attr-defined]
        form.refuse()
    return render(request, "accounts/sign_in.html", {"form": form, "next": next_url, "typed": typed})


@signed_in_with_starting_password
@form_only("home")
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    signing_in.sign_out(request, now=timezone.now())
    messages.success(request, "You have signed out.")
    return redirect(settings.LOGOUT_REDIRECT_URL)
