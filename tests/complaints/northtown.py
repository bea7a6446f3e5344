"""A council that pauses and extends: a small policy of its own, where Surrey's pauses nothing."""

from pathlib import Path

from complaints.models import Case
from complaints.policies.loader import load
from slas.models import Policy
from slas.service import set_own_policy
from tests.complaints import cases
from tests.complaints.cases import Council
from tests.factories import NOW as SET_UP

PACK = """
policy: northtown
name: Northtown complaints
council: Northtown Council
version: 1
in force from: 2020-01-01
sources: {N: Northtown's complaints policy}
calendar: {name: Northtown days, nation: england-and-wales, bank holidays: not counted}
slas:
  - sla: contact
    name: Contact
    source: N1
    events: {received: The contact was received}
    milestones:
      - {milestone: triage, name: Triage it, headline: yes, due: 2 working days after received, met by: triaged,
         owner: cr-officer, source: N1}
  - sla: slow
    name: Complaint
    source: N2
    may be paused for: [Child protection, Court proceedings]
    pause source: N6
    events: {received: The complaint was received}
    milestones:
      - {milestone: acknowledge, name: Acknowledge it, due: 5 working days after received, may be paused: no,
         met by: acknowledged, owner: cr-officer, source: N2}
      - {milestone: respond, name: Send the response, headline: yes, due: 10 working days after received,
         may be extended: to 20 working days, longer if approved by: service-manager,
         longer if the complainant agrees: yes, met by: responded, owner: responder, source: N3}
      - {milestone: next-contact, name: Next contact, due: a date given after received, shown: once known,
         met by: contacted, owner: responder, source: N5}
  - sla: quick
    name: Small matter
    source: N4
    events: {received: The complaint was received}
    milestones:
      - {milestone: respond, name: Send the response, headline: yes, due: 5 working days after received,
         met by: responded, owner: responder, source: N4}
lists:
  channel:
    email: {name: E-mail, arrives: same day}
  late-reason:
    busy: Too busy
move tables:
  triage:
    begins: to-triage
    moves:
      to-triage: ["triage by cr-officer, then closed"]
      open: [correct-date by cr-officer]
  service:
    begins: to-allocate
    moves:
      to-allocate: ["allocate by cr-officer, then to-accept"]
      to-accept: ["accept by responder, then to-answer"]
      to-answer: ["submit by responder when draft, then to-check", ask-extension by responder]
      to-check: ["approve by cr-officer when draft, no-request, then to-send"]
      to-send: ["send by cr-officer when findings, late-reason, not-paused, then to-close"]
      to-close: ["close by cr-officer, then closed"]
      open: [acknowledge by cr-officer, extend by cr-officer, decide-extension by cr-officer,
             correct-date by cr-officer, give-date by cr-officer, record-event by cr-officer,
             dismiss by cr-officer, pause by service-manager, resume by service-manager,
             reclassify by cr-officer, "withdraw by cr-officer, then closed"]
      closed: ["reopen by cr-manager, then to-answer"]
      always: [note by anyone]
procedures:
  - {procedure: contact, name: Contact to be triaged, kind: contact, begins: anybody, at triage: no, source: N1,
     stages: [{stage: triage, name: Triage, sla: contact, moves: triage}]}
  - {procedure: complaint, name: Complaint, kind: complaint, source: N2,
     stages: [{stage: stage-1, name: Answer, sla: slow, moves: service, draft reaches us: 2 working days before}]}
  - {procedure: small, name: Small matter, kind: complaint, source: N4,
     stages: [{stage: stage-1, name: Answer, sla: quick, moves: service}]}
"""


def set_up(folder: Path) -> Policy:
    """Northtown's policy, loaded from a file and made the council's own."""
    file = folder / "northtown.yaml"
    file.write_text(PACK)
    load(file, by=None, now=SET_UP)
    policy = Policy.objects.get(code="northtown")
    set_own_policy(policy, by=None, now=SET_UP)
    return policy


def complaint(council: Council, *, procedure: str = "complaint", **contact: object) -> Case:
    """With the responder, who is writing the answer; received on Wednesday 18 November 2026, due on 2 December."""
    return cases.accepted(council, procedure, **contact)
