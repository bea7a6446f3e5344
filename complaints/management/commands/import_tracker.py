"""`python manage.py import_tracker FILE [--map MAP.yaml] [--dry-run]`: a spreadsheet of cases, taken in."""

import hashlib
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Unit, User
from complaints.actions import imports
from complaints.importing import Map, propose, read_map, read_sheets, write_map
from complaints.importing.here import known_here
from complaints.importing.reporting import alike, workbook
from complaints.importing.taking import WRONG, begin, check, in_words, run
from complaints.models import ImportBatch, ImportLine
from complaints.papers import store
from complaints.papers.files import clean_name
from complaints.queries.imports import seats

Kind = ImportLine.Kind
State = ImportBatch.State
NAMED = 10
"""So many of the texts that match nothing are named; --write-map tells all."""
TOLD = 40
"""So many things to know are told; --report has all."""
AS_LONG_AS_IT_TAKES = timedelta(days=7)


class Command(BaseCommand):
    help = (
        "Take a tracker in: xlsx, ods or csv. The columns and values are matched as far as they can be; write what was "
        "proposed with --write-map, correct it, and give it back with --map. Interrupted, the same command goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--map", type=Path, metavar="MAP.yaml", help="how columns and values are matched")
        parser.add_argument(
            "--write-map", type=Path, metavar="MAP.yaml", help="write the mapping here, and stop"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and keep nothing")
        parser.add_argument("--by", metavar="E-MAIL", help="who takes it in; without, the system")
        parser.add_argument("--report", type=Path, metavar="REPORT.xlsx", help="write what came of it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.take_in(options)
        except WRONG as error:
            raise CommandError(in_words(error), returncode=2) from None
        except UnicodeDecodeError:
            raise CommandError(
                f"{options['map']} is not UTF-8 text: save it as that.", returncode=2
            ) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from None

    def take_in(self, options: dict[str, Any]) -> None:
        by, unit = self.importer(options["by"])
        path: Path = options["file"]
        data = path.read_bytes()
        mapping = self.mapping(path, data, options["map"], unit)
        if options["write_map"]:
            options["write_map"].write_text(write_map(mapping), encoding="utf-8")
            self.stdout.write(f"Wrote {options['write_map']}. Correct it, and give it with --map.")
            return
        if mapping.missing:
            raise CommandError(
                f"No column for: {', '.join(mapping.missing)}. Write the mapping with --write-map, say which column "
                "it is, and give it with --map.",
                returncode=2,
            )
        if options["report"]:
            options["report"].touch()  # told before anything is done, not after
        self.tell_unmatched(mapping)
        if options["dry_run"]:
            self.rehearse(path, data, write_map(mapping), by, unit, options["report"])
        else:
            batch = self.unfinished(data, write_map(mapping), by) or self.open(path, data, by, unit)
            self.tell(self.run(batch, write_map(mapping), by), options["report"])

    def importer(self, email: str | None) -> tuple[User | None, Unit | None]:
        """Who takes it in, and for which unit: the one they work for Customer Relations at."""
        if not email:
            return None, None
        person = User.objects.active().filter(email=User.objects.normalize_email(email)).first()
        if person is None:
            raise CommandError(f"Nobody who can sign in has the address {email}.", returncode=2)
        held = seats(person)
        if len(held) > 1:
            names = " and ".join(str(seat) for seat in held)
            raise CommandError(
                f"{person} works for Customer Relations at {names}. Import it on the page, and choose there for "
                "which.",
                returncode=2,
            )
        return person, held[0] if held else None

    def mapping(self, path: Path, data: bytes, given: Path | None, unit: Unit | None) -> Map:
        sheets = read_sheets(data, path.name)
        known = known_here(timezone.localdate(), unit)
        if given is None:
            return propose(sheets, known)
        return read_map(given.read_text(encoding="utf-8"), given.name, sheets, known)

    def open(self, path: Path, data: bytes, by: User | None, unit: Unit | None) -> ImportBatch:
        key = store.keep(settings.DOCUMENTS_DIR, data)
        return imports.open_batch(
            name=clean_name(path.name),
            key=key,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            unit=unit,
            by=by,
            now=timezone.now(),
        )

    def unfinished(self, data: bytes, map_: str, by: User | None) -> ImportBatch | None:
        """The import of the very same file, matched the same, that was interrupted."""
        begun = ImportBatch.objects.filter(
            state__in=(State.RUNNING, State.FAILED),
            sha256=hashlib.sha256(data).hexdigest(),
            map=map_,
            by=by,
        ).first()
        if begun is not None:
            self.stdout.write(f"Going on with an import that was interrupted after {begun.done} rows.")
        return begun

    def run(self, batch: ImportBatch, map_: str, by: User | None) -> ImportBatch:
        if batch.state != State.RUNNING:
            batch = begin(batch, map_, by=by, now=timezone.now())
        try:
            return run(batch, within=AS_LONG_AS_IT_TAKES)
        except WRONG as error:
            imports.finish(batch=batch, now=timezone.now(), problem=in_words(error))
            raise

    def rehearse(
        self, path: Path, data: bytes, map_: str, by: User | None, unit: Unit | None, report: Path | None
    ) -> None:
        batch = self.open(path, data, by, unit)
        try:
            checked = check(
                imports.set_map(batch=batch, map_=map_, by=by, now=timezone.now()), within=AS_LONG_AS_IT_TAKES
            )
            self.stdout.write("Nothing was kept. It would come to this:")
            self.tell(checked, report)
        finally:
            ImportBatch.objects.filter(pk=batch.pk).delete()
            store.remove(settings.DOCUMENTS_DIR, batch.key)

    # What is told

    def tell_unmatched(self, mapping: Map) -> None:
        for field, values in mapping.values.items():
            blank = sorted(text for text, code in values.items() if not code)
            more = f" and {len(blank) - NAMED} more" if len(blank) > NAMED else ""
            if blank:
                self.stdout.write(f"{field}, matched with nothing: {', '.join(blank[:NAMED])}{more}")

    def tell(self, batch: ImportBatch, report: Path | None) -> None:
        """What is to be known of the rows, then the line."""
        known = list(alike(batch.lines.all()))
        for one in known[:TOLD]:
            rows = f"{one['rows']} rows, the first is row {one['first']}"
            where = f"row {one['first']}" if one["rows"] == 1 else rows
            what = f"{one['column']} '{one['value']}': " if one["column"] else ""
            self.stdout.write(f"{where}: {what}{one['reason']}")
        if len(known) > TOLD:
            self.stdout.write(f"{len(known) - TOLD} more things to know: --report writes them all.")
        for line in batch.lines.filter(kind__in=(Kind.DIFFERENCE, Kind.REJECTED)):
            if line.kind == Kind.DIFFERENCE:
                computed = f"computed {line.computed_on}" if line.computed_on else "cannot be computed"
                self.stdout.write(
                    f"row {line.number}, {line.reference}: typed {line.typed_on}, {computed}. {line.reason}"
                )
            else:
                where = f"row {line.number}" + (f", {line.column}" if line.column else "")
                self.stdout.write(f"{where}: rejected. {line.reason}")
        if report:
            report.write_bytes(workbook(batch.lines.all()))
        self.stdout.write(batch.line)
