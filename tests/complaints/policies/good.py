"""A small pack with procedures in which every mistake can be made."""

GOOD = """\
policy: our-council
name: Our council
version: 1
in force from: 2026-01-01
calendar:
  name: Our days
  nation: england-and-wales
  bank holidays: not counted
slas:
  - sla: reply
    name: Reply
    source: X1
    events:
      received: The complaint was received
    milestones:
      - milestone: respond
        name: Respond
        headline: yes
        due: 10 working days after received
        met by: responded
        source: X1
  - sla: window
    name: Window
    source: X2
    events:
      response-received: The response was received
    milestones:
      - milestone: ask
        name: Ask
        headline: yes
        due: 20 working days after response-received
        source: X2
lists:
  category:
    delay: Delay
    conduct:
      name: Conduct of staff
      source: X3
  channel:
    letter:
      name: Letter
      arrives: next day
  exclusion:
    court:
      name: Before a court
      use instead: The court.
      logged as: complaint
      source: X4
  late-reason:
    busy: Too busy
move tables:
  any-case:
    moves:
      open:
        - withdraw by cr-officer, then closed
      always:
        - note by anyone
  answers:
    name: An answer
    begins: to-answer
    also: any-case
    moves:
      to-answer:
        - submit by responder when draft, then to-sign
      to-sign:
        - sign by signer, then to-send
        - refuse-signature by signer, then to-answer
      to-send:
        - send by cr-officer when late-reason, then closed
      closed:
        - escalate by cr-officer
  reviews:
    begins: to-review
    moves:
      to-review:
        - review by cr-officer when outcome, then closed
procedures:
  - procedure: complaint
    name: Complaint
    kind: complaint
    begins: anybody
    about: What went wrong.
    source: X1
    stages:
      - stage: stage-1
        name: Stage 1
        sla: reply
        moves: answers
        signed by: assistant-director
        signed by note: A local choice.
        goes on to: review stage-2
        escalation window: window
        draft reaches us: 2 working days before
        source: X1
        note: Answered.
  - procedure: review
    name: Review
    kind: complaint
    at triage: no
    stages:
      - stage: stage-2
        name: Stage 2
        moves: reviews
        outcomes:
          upheld: Upheld
          not-upheld: Not upheld
"""
