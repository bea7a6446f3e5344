"""Invented names, places and sentences. Nobody in them is real: telephone numbers are of a code nobody was given, and
postcodes of areas there are not."""

import random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    "Ada Aidan Alba Alec Alfie Amara Amina Anders Anna Anouk Arlo Asha Aubrey Ayesha Bea Ben Blake Bo Bryn Callum "
    "Carys Cerys Chidi Clara Connor Daisy Dara Dawn Delroy Dev Dora Edie Eilidh Elif Eliza Emre Enid Esme Ewan Fadi "
    "Farah Faye Felix Femi Fern Finn Flora Freya Gareth Gemma Gita Glenn Greta Gwen Hana Hari Harriet Hassan Hazel "
    "Hugo Ian Ida Idris Ines Iona Iris Isla Ivor Jamal Jana Jasper Jess Joan Joel Jude Juno Kai Kaya Keir Kezia Kofi "
    "Lara Leah Leon Lila Linus Lois Luca Lydia Mabel Maeve Maia Malik Mara Marek Mei Milo Mina Mona Musa Nadia Naomi "
    "Neve Nia Niall Noor Nora Odile Olu Omar Oona Orla Oscar Otis Owen Padma Pearl Petra Phoebe Piotr Priya Rafe Rana "
    "Remi Rhys Rina Rosa Rowan Ruby Saba Safiya Sana Saul Selma Shona Silas Simran Sofia Stella Suki Tamsin Tariq "
    "Tess Theo Tilda Toby Uma Vera Vikram Wanda Wilf Xanthe Yara Yusuf Zadie Zara Zeki Zoe"
)
_HEADS = _words(
    "Ald Ash Bar Beck Birk Black Brad Bram Brock Burn Cald Carl Chad Clay Cob Cran Crow Dal Dun East Elder Ell Fair "
    "Fal Farn Fen Fox Gar Gled Gran Hal Ham Hart Hat Hazel Heath Hol Horn Kel Kin Lang Lin Lock Long Mal Mar Mere Mid "
    "Mill Nor Oak Pen Pick Rad Raven Red Rook Rush Sedge Shaw Skel Stan Stav Stock Sut Thorn Tor Under "
    "Wain Wal Wes Whit Win Wool"
)
_TAILS = _words(
    "beck bourne bridge brook bury by combe cott croft dale den don field fold ford gate ham haugh hurst ing land "
    "leigh ley low mere more ridge sett shaw side stead stock stone thorpe ton tree wade wall ward water well wick "
    "with wood worth yard"
)
_RARE = _words("ba ce di fo gu ha ji ke lu mo ni pa qui re so ta vu wi xe yo za tri sno")
_STREETS = ("Street", "Road", "Lane", "Close", "Avenue", "Gardens", "Court", "Rise", "Way", "Terrace")
_AREAS = ("QV", "XB", "ZK", "QJ", "XZ", "ZV")
_SCHOOLS = ("Primary School", "Academy", "School", "Infant School", "High School", "Community College")


def surname(rng: random.Random) -> str:
    """A family name; one in fifty is found nowhere else."""
    if rng.random() < 0.02:
        return "".join(rng.choice(_RARE) for _ in range(4)).capitalize()
    name = rng.choice(_HEADS) + rng.choice(_TAILS)
    return f"{name}-{rng.choice(_HEADS)}{rng.choice(_TAILS)}" if rng.random() < 0.03 else name


def full_name(rng: random.Random) -> str:
    return f"{rng.choice(FIRST)} {surname(rng)}"


def place(rng: random.Random) -> str:
    return rng.choice(_HEADS) + rng.choice(_TAILS)


def school(rng: random.Random) -> str:
    return f"{place(rng)} {rng.choice(_SCHOOLS)}"


def address(rng: random.Random) -> tuple[str, str]:
    """A street and town, and the postcode."""
    street = f"{rng.randint(1, 240)} {place(rng)} {rng.choice(_STREETS)}\n{place(rng)}"
    letters = "".join(rng.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
    return street, f"{rng.choice(_AREAS)}{rng.randint(1, 28)} {rng.randint(1, 9)}{letters}"


def email(name: str, number: int) -> str:
    return f"{name.lower().replace(' ', '.')}.{number}@post.example"


def telephone(rng: random.Random) -> str:
    digits = rng.randint(0, 999_999)
    return f"01632 {digits:06d}"


SUMMARIES = (
    "{what} not finished after {weeks} weeks",
    "Nobody returned calls about {what}",
    "{what} refused without reasons",
    "Delay in {what} for a child at {school}",
    "Changes to {what} made without notice",
    "Wrong information given about {what}",
    "{what}: the meeting was cancelled twice",
    "Rude reply when asking about {what}",
    "Letter about {what} sent to the wrong address",
    "Overpaid for {what}, and asked to pay it back",
    "No answer since {month} about {what}",
    "Unhappy with how {what} was carried out",
)
QUESTIONS = (
    "How to ask for {what}",
    "When will {what} begin?",
    "Who decides about {what}?",
    "What {what} involves",
)
THANKS = ("Thank you for help with {what}", "Praise for the team at {school}", "A suggestion about {what}")
MATTERS = (
    "the education, health and care plan",
    "the annual review",
    "home to school transport",
    "a direct payment",
    "the carer's assessment",
    "respite care",
    "the foster placement",
    "contact with brothers and sisters",
    "the school admission appeal",
    "home tuition",
    "the child protection conference",
    "the family support worker",
    "the short breaks grant",
    "a blue badge",
    "the care home fees",
    "the occupational therapy assessment",
    "the kitchen adaptation",
    "the pothole on the corner",
    "the planning application next door",
    "missed bin collections",
    "the library closing early",
    "street lights in the lane",
    "the parking permit",
    "the drainage ditch",
    "the safeguarding enquiry",
    "the leaving care allowance",
    "the tenancy for a care leaver",
    "speech and language therapy",
    "the escort on the minibus",
    "the day centre",
)
SENTENCES = (
    "We first wrote about {what} in {month} and had no reply.",
    "I rang {times} times and was promised a call back each time.",
    "The officer who knew the case has left, and nobody took it over.",
    "The letter of {month} says one thing and the website another.",
    "My {child} attends {school} and has missed {weeks} weeks because of this.",
    "At the meeting in {place} we were told it would be settled within {weeks} weeks.",
    "The form was returned to us because a page was missing, though we had sent it.",
    "We have asked for a copy of the report and were told to wait.",
    "Our neighbours in {place} had the same trouble and were given an apology.",
    "Nobody explained how the decision about {what} was reached.",
    "I am a carer and cannot take another day off work for an assessment.",
    "The driver did not know the route from {place} and we were left waiting in the rain.",
    "Three different people asked us the same questions.",
    "The amount on the invoice is wrong and has been since {month}.",
    "I would like somebody senior to look at the file.",
    "The minutes of the conference leave out what the school nurse said.",
    "We were given {times} different dates and none was kept.",
    "The wheelchair does not fit the vehicle that was sent.",
    "Please do not telephone in the mornings, when I am at the hospital.",
    "It has affected the whole family, and my {child} most of all.",
)
POINTS = (
    "{what}: it was late",
    "Telephone calls were not returned",
    "The reasons for the decision were not given",
    "The wrong person was written to",
    "What was promised at the meeting in {place} was not done",
    "The tone of the reply",
    "Notes of the meeting were not shared",
    "No other arrangement was offered",
    "The cost was worked out wrongly",
    "The review was held without us",
)
WANTED = (
    "An apology",
    "An apology, and a date",
    "The decision looked at again",
    "The money paid back",
    "A different officer",
    "An explanation in writing",
    "To be rung back",
    "That it does not happen to another family",
)
FOUND = (
    "I have read the file and spoken with the team at {place}.",
    "The delay was ours: the request lay unread for {weeks} weeks.",
    "The records show {times} calls, of which one was returned.",
    "The decision about {what} followed the policy, but was badly explained.",
    "We should have told you in {month} that {what} would take longer.",
    "The officer does not remember the words as you do; I am sorry for how they were felt.",
    "The assessment was carried out in time, and a copy was sent to the address we had.",
    "There was no other vehicle that day, and nobody rang to say so.",
)
PROMISED = (
    "Your caseworker will ring you every second Friday.",
    "The panel meets on the first Tuesday of next month and will have your papers.",
    "We have paid the difference into your account.",
    "The team has been reminded to ring back within two working days.",
    "A new date has been agreed with {school}.",
    "The record has been put right.",
)
NOTES = (
    "Rang the family; left a message.",
    "Spoke with the team manager, who will send the chronology.",
    "Asked {school} for the dates.",
    "Chased the service for its part.",
    "They prefer e-mail, after four o'clock.",
    "Papers from {place} are in the shared folder.",
    "Told them what happens next and by when.",
    "Read the file.",
)
LESSONS = (
    "Remind the team to ring back within two working days",
    "Say in the first letter how long {what} takes",
    "Keep a list of who takes over when somebody leaves",
    "Check addresses before letters go out",
    "Share notes of meetings within a week",
    "Change the form so that no page can be left out",
)
MONTHS = _words("January February March April May June July August September October November December")
_CHILDREN = ("son", "daughter", "grandson", "niece", "eldest", "youngest", "foster child")


def say(rng: random.Random, choices: tuple[str, ...], what: str) -> str:
    """One of `choices`, its gaps filled; `what` is what the case is about."""
    text = rng.choice(choices)
    if "{" not in text:
        return text
    return text.format_map(_Gaps(rng, what))


class _Gaps(dict[str, str]):
    """What fills a gap, drawn when it is asked for."""

    def __init__(self, rng: random.Random, what: str) -> None:
        super().__init__(what=what)
        self.rng = rng

    def __missing__(self, gap: str) -> str:
        rng = self.rng
        if gap == "school":
            return school(rng)
        if gap == "place":
            return place(rng)
        if gap == "month":
            return rng.choice(MONTHS)
        if gap == "child":
            return rng.choice(_CHILDREN)
        return str(rng.randint(2, 30))


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def letter(rng: random.Random, what: str, points: int) -> str:
    """An answer, as letters are written here."""
    found = "\n\n".join(say(rng, FOUND, what) for _ in range(max(1, points)))
    done = "\n".join(f"- {say(rng, PROMISED, what)}" for _ in range(2))
    return (
        f"# Your complaint about {what}\n\n"
        "Thank you for telling us about this. I am sorry for the trouble it caused.\n\n"
        f"## What we found\n\n{found}\n\n## What we will do\n\n{done}\n\n"
        "If you are not satisfied, you can ask us to look at it again within 20 working days."
    )
