"""A file field that loses nothing: what is uploaded is checked and kept at once, so that a mistake elsewhere on the
page does not cost choosing it again."""

import logging
from datetime import timedelta
from typing import IO, Any, NamedTuple

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from complaints.actions.documents import Upload, is_used, remove_unused, used_of
from complaints.papers import files, store, uploads

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)
"""How long a file can be taken up again by who uploaded it; `actions.documents.sweep` removes it later than that."""

MOST_UNUSED = 20
"""How many files one person may have kept within a day that nothing uses yet."""
TOO_MANY = (
    "'{name}' was not kept: in the last 24 hours you uploaded {most} files that were never added to anything. Go back "
    "to a form that has one of them and finish it, or try again tomorrow"
)
GONE = "The file you chose before is not kept any more. Choose it again"
FAULT = (
    "'{name}' could not be kept because of a fault on our side. Try again, and tell an administrator if it "
    "happens again"
)


class Chosen(NamedTuple):
    """What came with a form: a new file, the token of one that is kept, and whether that is to be left out."""

    file: "UploadedFile[Any] | None"
    token: str
    left_out: bool


class KeptFileInput(forms.FileInput):
    """A file control that says which file is kept already, and sends its token again."""

    template_name = "complaints/cases/document_field.html"
    kept: Upload | None = None
    token = ""

    def value_from_datadict(self, data: Any, files: "MultiValueDict[str, Any]", name: str) -> Chosen:
        return Chosen(files.get(name), data.get(f"{name}-kept", ""), f"{name}-left-out" in data)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}-kept" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        if self.kept is not None:
            shown = context["widget"]["attrs"]
            about = [shown.get("aria-describedby", ""), f"{shown.get('id', name)}_kept"]
            shown["aria-describedby"] = " ".join(filter(None, about))
            context["widget"] |= {
                "kept": self.kept.name,
                "kept_size": size_words(self.kept.size),
                "token": self.token,
            }
        return context


class KeptFileField(forms.Field):
    """One file, of any kind that is taken or only of `kinds` (extensions). Cleans to an Upload, or None.

    Set `user` and `purpose` before the form is cleaned (`keep_files`): a kept file is taken up again by who uploaded it
    only, and in a form for the same purpose.
    The bytes are kept when the form is cleaned, so do not use it in a form whose action is previewed.
    """

    widget = KeptFileInput
    user: User | None = None
    purpose = ""

    def __init__(self, *, kinds: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kinds = kinds
        self.widget.attrs["accept"] = ",".join(f".{kind}" for kind in kinds or files.EXTENSIONS)

    def clean(self, value: Chosen | None) -> Upload | None:
        chosen = value or Chosen(None, "", False)
        if chosen.file is None:
            return self._earlier(chosen)
        if chosen.token and not chosen.left_out:
            self._take_up_if_there(chosen.token)  # stays there where the new one is refused
        upload = self._keep(chosen.file)
        self._show(upload)
        return upload

    def forget(self) -> None:
        """Offer the file no more, because it turned out to be of no use. Its bytes go, unless a row has them."""
        if isinstance(self.widget, KeptFileInput) and self.widget.kept:
            remove_unused(self.widget.kept.key)
        self._show(None)

    def _earlier(self, chosen: Chosen) -> Upload | None:
        upload = None
        if chosen.token and not chosen.left_out:
            upload = self._of(chosen.token)
            self._show(upload)
        if upload is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return upload

    def _take_up_if_there(self, token: str) -> None:
        try:
            self._show(self._of(token))
        except ValidationError:
            self._show(None)

    def _of(self, token: str) -> Upload:
        """The upload that `token` stands for. ValidationError where it is not this person's, too old, used already, or
        its bytes are gone."""
        try:
            upload = Upload(**signing.loads(token, salt=self._salt, max_age=KEPT_FOR))
            store.open_(settings.DOCUMENTS_DIR, upload.key).close()
        except (signing.BadSignature, store.NotKept) as error:
            raise ValidationError(GONE) from error
        if is_used(upload.key):
            raise ValidationError(f"'{upload.name}' was added already. Choose it again to add it once more")
        return upload

    def _keep(self, file: "UploadedFile[Any]") -> Upload:
        name, content = files.clean_name(file.name or ""), file.file
        if content is None:
            raise ValidationError(FAULT.format(name=name))
        if self.kinds and files.extension_of(name) not in self.kinds:
            wanted = " or ".join(f".{kind}" for kind in self.kinds)
            raise ValidationError(f"'{name}' was not kept. Choose a file that ends in {wanted}")
        if self._unused() >= MOST_UNUSED:
            raise ValidationError(TOO_MANY.format(name=name, most=MOST_UNUSED))
        try:
            checked = files.check(name, content)
            key = store.keep(settings.DOCUMENTS_DIR, content)
            uploads.note(settings.DOCUMENTS_DIR, self._person, key, now=timezone.now())
        except files.FileRefused as refused:
            raise ValidationError(str(refused)) from refused
        except OSError as error:
            logger.exception("An upload could not be kept")
            raise ValidationError(FAULT.format(name=name)) from error
        return Upload(checked.name, checked.content_type, checked.size, checked.sha256, key)

    def _unused(self) -> int:
        """How many files this person uploaded within a day that nothing uses."""
        keys = uploads.since(settings.DOCUMENTS_DIR, self._person, timezone.now() - KEPT_FOR)
        return len(keys - used_of(keys))

    def _show(self, upload: Upload | None) -> None:
        widget = self.widget
        if not isinstance(widget, KeptFileInput):
            raise TypeError("a kept file needs its own control")
        widget.kept = upload
        widget.token = signing.dumps(vars(upload), salt=self._salt) if upload else ""

    @property
    def _person(self) -> int:
        if self.user is None:
            raise TypeError("set `user` before the form is cleaned")
        return self.user.pk

    @property
    def _salt(self) -> str:
        if not self.purpose:
            raise TypeError("set `purpose` before the form is cleaned")
        return f"complaints.uploads.{self._person}.{self.purpose}"


def keep_files(form: forms.Form, user: User) -> None:
    """Let every KeptFileField of `form` keep what `user` uploads. What it is for is the form that declares the field:
    two forms that send one page to different ends share it."""
    for name, field in form.fields.items():
        if isinstance(field, KeptFileField):
            field.user = user
            declared = [cls for cls in type(form).__mro__ if name in getattr(cls, "base_fields", {})]
            field.purpose = f"{declared[-1].__qualname__}.{name}"


def content_of(key: str) -> IO[bytes]:
    """The bytes kept under `key`, to be read and closed. Raises `store.NotKept`."""
    return store.open_(settings.DOCUMENTS_DIR, key)


def size_words(size: int) -> str:
    """A number of bytes in words: '812 bytes', '34 kB', '1.2 MB'."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB"
