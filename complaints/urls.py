"""Addresses about cases and their deadlines, and the page everybody starts from."""

from django.urls import path, register_converter

from complaints.references import ReferenceConverter
from complaints.views import (
    calendars,
    case_lists,
    case_parts,
    cases,
    deadlines,
    home,
    import_matching,
    imports,
    log,
    policies,
    reassign,
    restricted,
)

register_converter(ReferenceConverter, "reference")

urlpatterns = [
    path("", home.home, name="home"),
    path("cases/", case_lists.index, name="cases"),
    path("cases/log/", log.log, name="log"),
    path("cases/<reference:reference>/", cases.show, name="case"),
    path("cases/<reference:reference>/dates/", case_parts.dates, name="case-dates"),
    path("cases/<reference:reference>/drafts/<row:number>/<row:version>/", case_parts.draft, name="draft"),
    path("cases/<reference:reference>/letters/<row:pk>/", case_parts.letter, name="letter"),
    path("cases/<reference:reference>/documents/<row:pk>/", case_parts.document, name="document"),
    path("cases/<reference:reference>/chase/", case_parts.chase, name="case-chase"),
    path("cases/<reference:reference>/<slug:verb>/", cases.act, name="act"),
    path("reassign/", reassign.reassign, name="reassign"),
    path("reassign/done/", reassign.reassigned, name="reassigned"),
    path("restricted/<row:pk>/", restricted.unlock, name="unlock"),
    path("imports/", imports.index, name="imports"),
    path("imports/new/", imports.upload, name="import-new"),
    path("imports/<row:pk>/", imports.show, name="import"),
    path("imports/<row:pk>/match/", import_matching.match, name="import-match"),
    path("imports/<row:pk>/match/<slug:field>/", import_matching.values, name="import-values"),
    path("imports/<row:pk>/mapping.yaml", import_matching.mapping_file, name="import-mapping"),
    path("imports/<row:pk>/mapping/", import_matching.use_mapping, name="import-use-mapping"),
    path("imports/<row:pk>/start/", imports.start, name="import-start"),
    path("imports/<row:pk>/go-on/", imports.go_on, name="import-go-on"),
    path("imports/<row:pk>/report/", imports.report, name="import-report"),
    path("imports/<row:pk>/undo/", imports.undo, name="import-undo"),
    path("imports/<row:pk>/remove/", imports.discard, name="import-remove"),
    path("deadlines/", deadlines.choose, name="deadlines"),
    path("deadlines/<slug:policy>/<slug:sla>/", deadlines.show, name="deadline"),
    path("calendars/", calendars.index, name="calendars"),
    path("calendars/<slug:code>/", calendars.show, name="calendar"),
    path("calendars/<slug:code>/change/", calendars.change, name="change-calendar"),
    path("calendars/<slug:code>/closure-days/", calendars.add_closure, name="add-closure"),
    path(
        "calendars/<slug:code>/closure-days/<row:pk>/remove/", calendars.remove_closure, name="remove-closure"
    ),
    path("calendars/<slug:code>/school-holidays/", calendars.add_school_holiday, name="add-school-holiday"),
    path(
        "calendars/<slug:code>/school-holidays/<row:pk>/remove/",
        calendars.remove_school_holiday,
        name="remove-school-holiday",
    ),
    path("bank-holidays/<slug:nation>/", calendars.bank_holidays, name="bank-holidays"),
    path("bank-holidays/<slug:nation>/proclaim/", calendars.proclaim, name="proclaim-holiday"),
    path("bank-holidays/<slug:nation>/<row:pk>/withdraw/", calendars.withdraw, name="withdraw-holiday"),
    path("policies/", policies.index, name="policies"),
    path("policies/<slug:code>/", policies.show, name="policy"),
    path("policies/<slug:code>/lists/", policies.lists, name="policy-lists"),
    path("policies/<slug:code>/lists/<row:pk>/retire/", policies.retire_entry, name="retire-entry"),
    path(
        "policies/<slug:code>/lists/<row:pk>/bring-back/", policies.bring_back_entry, name="bring-back-entry"
    ),
]
