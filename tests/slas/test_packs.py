"""Packs as files: what is exported can be loaded and changes nothing; what is loaded says what the file says."""

import pytest
import yaml

from audit.models import Event
from slas.models import Calendar, Policy, PolicyVersion
from slas.service import policy_drafts
from tests.slas.conftest import PACKS, forget_policies, rows

pytestmark = pytest.mark.usefixtures("packs")

every_pack = pytest.mark.parametrize("pack", PACKS)


# --- there and back ---------------------------------------------------------------------------------


@every_pack
def test_loading_what_was_exported_writes_nothing(run, tmp_path, pack):
    file = tmp_path / "exported.yaml"
    file.write_text(run("export_policy", pack), encoding="utf-8")
    before = rows()
    assert "nothing to change" in run("load_policy", str(file))
    assert rows() == before


@every_pack
def test_loading_a_shipped_pack_again_writes_nothing(run, pack):
    before = rows()
    run("load_policy", pack)
    assert rows() == before


def test_an_installation_made_from_exports_is_the_same(run, tmp_path):
    files = []
    for pack in PACKS:
        files.append(tmp_path / f"{pack}.yaml")
        files[-1].write_text(run("export_policy", pack), encoding="utf-8")
    before = {policy.code: policy_drafts(policy) for policy in Policy.objects.all()}
    forget_policies()
    run("load_policy", *map(str, files))
    assert {policy.code: policy_drafts(policy) for policy in Policy.objects.all()} == before
    assert [run("export_policy", pack) for pack in PACKS] == [file.read_text("utf-8") for file in files]


EVERYTHING = """
policy: every-word
name: "Every word: the grammar's 'whole' length"
council: Llŷn & Môn County Council
version: 3
in force from: 2025-04-01
sources:
  X: "A policy: with a colon, and a # in its title"
  "Y 2": "yes"
calendar:
  name: "no"
  nation: northern-ireland
  bank holidays: not counted
  receipt: deemed
  cut-off: '16:05'
  note: |
    Two lines,
    of which this is the second.
  closure days:
    2026-12-29: Between the years
    2026-12-30: Between the years
  school holidays:
    2026-07-01 to 2026-08-31: Summer
slas:
  - sla: all-of-it
    name: "- All of it"
    source: X1, Y2
    may be paused for:
      - "Court proceedings: any"
      - Grievance
    pause source: W6
    note: "# not a comment"
    events:
      received: "Received: by post"
      agreed: Agreed
    optional events:
      interview: "yes"
    milestones:
      - milestone: acknowledge
        name: Acknowledge
        due: 5 working days after received
        may be paused: no
        amber: 2 working days before it is due
        source: X1
      - milestone: respond
        name: Respond
        headline: yes
        due: 10 working days after the earlier of agreed and received, at the latest from when acknowledge is due
        may be extended: to 20 working days
        longer if approved by: cr-manager, senior-cr-officer
        longer if the complainant agrees: yes
        amber: when 30% of the time is left
        met by: responded
        owner: responder
        source: X2, X3
        note: "Two:  spaces"
      - milestone: report
        name: Report
        due: 5 working days before respond
        due when extended: 8 working days before respond
        source: X1
      - milestone: sign
        name: Sign
        due: the same day as respond
        source: X1
      - milestone: questions
        name: Questions
        due: 2 working days before interview
        shown: once interview is recorded
        source: X1
      - milestone: enquiry
        name: Enquiry
        due: 28 calendar days after received, or a date given up to 60 calendar days
        may be extended: to 40 calendar days
        amber: from day 21
        confirm inner dates under: 10 days
        source: X1
      - milestone: holidays
        name: Holidays
        due: 10 working days after received, or a date given for school holidays
        source: X1
      - milestone: half-year
        name: Half a year
        due: 6 months after received, counting the day itself
        source: X1
      - milestone: draft
        name: Draft
        due: 48 hours after agreed
        source: X1
      - milestone: act
        name: Act
        due: immediately after received
        source: X1
      - milestone: contact
        name: Contact
        due: a date given after received
        shown: once known
        source: X1
"""


def test_everything_a_pack_can_say_survives_the_way_there_and_back(run, tmp_path):
    file = tmp_path / "every-word.yaml"
    file.write_text(EVERYTHING, encoding="utf-8")
    run("load_policy", str(file))
    drafts = policy_drafts(Policy.objects.get(code="every-word"))
    exported = run("export_policy", "every-word")
    file.write_text(exported, encoding="utf-8")
    before = rows()
    run("load_policy", str(file))
    assert rows() == before
    forget_policies()
    run("load_policy", str(file))
    assert policy_drafts(Policy.objects.get(code="every-word")) == drafts
    assert run("export_policy", "every-word") == exported


def test_everything_a_pack_says_is_said_in_its_export(run, tmp_path):
    file = tmp_path / "every-word.yaml"
    file.write_text(EVERYTHING, encoding="utf-8")
    run("load_policy", str(file))
    wanted, said = (
        yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - words as they stand, no yes for True
        for text in (EVERYTHING, run("export_policy", "every-word"))
    )
    calendars = [each.pop("calendar") for each in (wanted, said)]
    assert said == wanted
    assert [each["closure days"] for each in calendars] == [calendars[0]["closure days"]] * 2
    assert [each["cut-off"] for each in calendars] == ["16:05"] * 2
    assert [each["note"].split() for each in calendars] == [calendars[0]["note"].split()] * 2


def test_a_source_of_two_lines_survives_too(run, tmp_path):
    file = tmp_path / "two-lines.yaml"
    two_lines = EVERYTHING.replace('"Y 2": "yes"', "Z: |\n    A title\n    of two: lines")
    file.write_text(two_lines, encoding="utf-8")
    run("load_policy", str(file))
    said = yaml.safe_load(run("export_policy", "every-word"))
    assert list(said["sources"]) == ["X", "Z"]


def test_a_policy_of_two_versions_is_exported_with_both(run, tmp_path):
    file = tmp_path / "versions.yaml"
    second = EVERYTHING.replace("version: 3", "version: 4").replace("2025-04-01", "2026-04-01")
    file.write_text(EVERYTHING + "---" + second, encoding="utf-8")
    run("load_policy", str(file))
    exported = run("export_policy", "every-word")
    assert [each["version"] for each in yaml.safe_load_all(exported)] == [3, 4]
    file.write_text(exported, encoding="utf-8")
    before = rows()
    run("load_policy", str(file))
    assert rows() == before


# --- loading ----------------------------------------------------------------------------------------


def test_publishing_is_on_record(run, tmp_path):
    file = tmp_path / "every-word.yaml"
    file.write_text(EVERYTHING, encoding="utf-8")
    run("load_policy", str(file))
    (event,) = Event.objects.filter(stream__name="policy:every-word")
    assert event.verb == "policy-published"
    assert "version 3" in event.sentence
    assert "Tuesday 1 April 2025" in event.sentence


def test_one_council_one_own_policy(run):
    run("load_policy", "warwickshire", "--own")
    assert list(Policy.objects.filter(is_own=True).values_list("code", flat=True)) == ["warwickshire"]
    run("load_policy", "surrey-cfllc", "--own")
    assert list(Policy.objects.filter(is_own=True).values_list("code", flat=True)) == ["surrey-cfllc"]
    before = rows()
    run("load_policy", "surrey-cfllc", "--own")
    assert rows() == before


def test_from_then_on_the_rows_are_the_truth(run, tmp_path):
    """A closure day added here is not taken away by loading the pack again, and loading says so."""
    calendar = Calendar.objects.get(code="warwickshire")
    calendar.closures.create(day="2026-12-29", name="Between the years")
    assert "calendar" in run("load_policy", "warwickshire")
    assert calendar.closures.count() == 1


def test_a_new_version_follows_the_last(run, refused, tmp_path):
    file = tmp_path / "every-word.yaml"

    def version(number, since):
        file.write_text(
            EVERYTHING.replace("version: 3", f"version: {number}").replace("2025-04-01", since),
            encoding="utf-8",
        )
        return str(file)

    run("load_policy", version(3, "2025-04-01"))
    before = rows()
    for number, since in ((2, "2026-04-01"), (4, "2025-04-01"), (4, "2024-04-01"), (3, "2026-04-01")):
        line = refused("load_policy", version(number, since))
        assert f"version {number}" in line
        assert rows() == before
    run("load_policy", version(4, "2026-04-01"))
    assert PolicyVersion.objects.filter(policy__code="every-word").count() == 2


@pytest.mark.parametrize("command", ["load_policy", "export_policy"])
def test_a_pack_that_is_not_there_is_refused_by_name(refused, command):
    line = refused(command, "no-such-pack")
    assert "no-such-pack" in line
    assert "surrey-cfllc" in line
