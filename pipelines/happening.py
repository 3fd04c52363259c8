"""The words by which a sentence shows that something will take place, or must be done by then.

Knows no dates; all is matched on folded text. Start reading at `has_event_words`.
"""

import re

from aggregator.text import fold

_EVENT = re.compile(
    r"\b(?:event[oi]?|events|convegn[oi]|conferenz[ae]|conferences?|workshop|webinar|seminar(?:io|i|"
    r"s)?|fier[ae]|fairs?|forum|"
    r"incontr[oi]|meetings?|tavol[ae] rotond[ae]|round ?tables?|open day|assemble[ae]|assembly|"
    r"congress[oi]?|summit|"
    r"inaugurazion[ei]|premiazion[ei]|hackathon|salon[ei]|expo|exhibition|kick-?off|festival|"
    r"mostr[ae]|roadshow|road show|"
    r"info ?day|b2b|matchmaking|masterclass|academy day|plenar(?:y|ia)|missione|delegazion[ei]|"
    r"gruppo di lavoro|gruppi di lavoro|"
    r"working group|cors[oi]|courses?|training|lezion[ei]|giornata|job day|career day|"
    r"appuntament[oi]|calendario|"
    r"si terra|si terranno|si svolgera|si svolgeranno|avra luogo|avranno luogo|e in programma|"
    r"sono in programma|"
    r"in programma|vi aspettiamo|partecipa|will be held|will take place|takes place|take place|"
    r"to be held|join us|"
    r"scheduled|save the date)\b"
)
_TAKES_PLACE = re.compile(
    r"\b(?:apr(?:e|ono|ira|iranno)|inaugura(?:no|ta)?|inizia(?:no)?|comincia(?:no)?|prende(?:ra)? il via|"
    r"al via|parte|partono|si (?:tiene|tengono|terra|terranno|svolge|svolgono|svolgera|riunisce|riuniscono)|"
    r"ha luogo|avra luogo|e in programma|in programma|appuntamento|ospita|torna(?:no)?|"
    r"opens?|begins?|starts?|kicks? off|takes? place|will take place|is held|will be held|meets?|returns?)\b"
)
_PAST = re.compile(
    r"\b(?:si e (?:tenut|svolt|riunit|conclus)[oa]|si sono (?:tenut|svolt|riunit|conclus)[ie]|"
    r"ha avuto luogo|"
    r"hanno partecipato|ha partecipato|was held|were held|took place|has taken place|attended)\b"
)
_ACT = re.compile(
    r"\b(?:decret[oi]|legge|leggi|deliber[ae]|delibera(?:zione|zioni)|d\.?d\.?u\.?o|d\.?d\.?s|"
    r"d\.?g\.?r|dpcm|dgr|ddl|"
    r"determin[ae]|ordinanza|regolamento|direttiva|circolare|protocollo n|decrees?|law|act|"
    r"regulation|resolution|directive)\b"
)
_DEADLINE = re.compile(
    r"\b(?:entro|scadenz[ae]|scad(?:e|ono|ra|ranno)|deadlines?|termin[ei] (?:ultim[oi]|"
    r"di presentazione|per)|"
    r"no later than|not later than|due (?:by|date)|apply by|"
    # `applications close on`, but neither `a closing workshop` nor `in close cooperation`.
    r"clos(?:e|es|ing)(?=\W*$|\W+(?:on|at|by|in|dates?|of)\b)|"
    r"register by|submit by|"
    r"chiusura (?:del bando|dello sportello|delle iscrizioni|delle domande))\b"
)
_UNTIL = re.compile(r"\b(?:fino a(?:l|ll)?|sino a(?:l|ll)?|until|till|by|al)\b")
_APPLY = re.compile(
    r"\b(?:iscrizion[ei]|iscriversi|domand[ae]|candidatur[ae]|adesion[ei]|"
    r"manifestazion[ei] di interesse|"
    r"presentazione delle|propost[ae]|applications?|apply|registrations?|register|submissions?|"
    r"submit|proposals?)\b"
)
_ONLINE = re.compile(
    r"\b(?:online|on line|on-line|webinar|da remoto|streaming|videoconferenza|modalita telematica|"
    r"a distanza|"
    r"virtual(?:e|ly)?|zoom|microsoft teams|google meet|remotely)\b"
)
_FORM = re.compile(
    r"\b(?:iscri\w+|registr\w+|register\w*|modul[oi]|domand[ae]|form|apply|sito|presenta\w+|"
    r"compila\w+|ticket|"
    r"bigliett[oi]|sign up)\W+(?:\w+\W+){0,2}$"
)


def has_event_words(text: str) -> bool:
    """Whether the text speaks of a meeting, fair, course or the like, or says that one takes place."""
    return bool(_EVENT.search(fold(text)))


def says_it_takes_place(text: str) -> bool:
    """Whether the text says of something that it begins or is held, not only names it."""
    return bool(_TAKES_PLACE.search(fold(text)))


def tells_the_past(text: str) -> bool:
    """Whether the text says that it has taken place."""
    return bool(_PAST.search(fold(text)))


def names_an_act(text: str) -> bool:
    """Whether the text names a decree, law or the like, whose day is no event."""
    return bool(_ACT.search(fold(text)))


def is_deadline(before: str, sentence: str, *, is_range: bool) -> bool:
    """Whether the words before a day in its sentence make it a last day for something.

    Shapes: `is_range` holds where the day ends a span: `domande dal 3 giugno al 5 luglio`.
    """
    head = fold(before)
    if _DEADLINE.search(head[-60:]):
        return True
    return bool(_APPLY.search(fold(sentence))) and (is_range or bool(_UNTIL.search(head[-25:])))


def is_online(text: str) -> bool:
    """Whether the text says that it takes place online; a form to be filled in online does not."""
    flat = fold(text)
    return any(not _FORM.search(flat[max(0, m.start() - 60) : m.start()]) for m in _ONLINE.finditer(flat))
