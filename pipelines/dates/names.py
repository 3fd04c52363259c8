"""The words of dates in Italian and English: months, weekdays, numbers, units, small words.

Knows no grammar and no calendar; keys are lower case without accents, as `scan` gives them.
Start reading at `MONTHS`.
"""

from datetime import timedelta, timezone


def _numbered(rows: str, first: int) -> dict[str, int]:
    return {word: n for n, row in enumerate(rows.strip().splitlines(), first) for word in row.split()}


_FULL_IT = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
_FULL_EN = "january february march april may june july august september october november december"
_SHORT = """
gen genn genna jan
feb febb febbr febr
mar marz
apr aprl
mag magg
giu giug jun
lug lugl jul
ago agos aug
set sett settem sep sept
ott ottob oct
nov novem
dic dicem dec
"""
ITALIAN_MONTHS = {word: n for n, word in enumerate(_FULL_IT.split(), 1)}
MONTHS: dict[str, int] = {
    **ITALIAN_MONTHS,
    **{word: n for n, word in enumerate(_FULL_EN.split(), 1)},
    **_numbered(_SHORT, 1),
}
# Full names that are nothing else; the rest (abbreviations, may, march) need a firmer setting.
STRONG_MONTHS = frozenset({*_FULL_IT.split(), *_FULL_EN.split()} - {"may", "march"})
# Italian alone: 'giugno 25' without a year is no way to write a day in Italian.
ONLY_ITALIAN = frozenset(
    {*_FULL_IT.split(), *"gen genn genna febb febbr mag magg giu giug lug lugl ago set sett ott dic".split()}
)

WEEKDAYS = _numbered(
    """
lunedi lun monday mon
martedi mar mart tuesday tue tues
mercoledi mer merc wednesday wed weds
giovedi gio giov thursday thu thur thurs
venerdi ven vener friday fri
sabato sab saturday sat
domenica dom sunday sun
""",
    0,
)
FULL_WEEKDAYS = frozenset(word for word in WEEKDAYS if len(word) > 5)

_CARDINALS_IT = (
    "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove venti ventuno ventidue ventitre ventiquattro venticinque ventisei "
    "ventisette ventotto ventinove trenta trentuno"
)
# Days of the month spelled out in Italian: `il due giugno`, `primo maggio`.
DAY_WORDS_IT = {"primo": 1, **{word: n for n, word in enumerate(_CARDINALS_IT.split(), 1)}}
DAY_WORDS_EN = {
    word: n
    for n, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ).split(),
        1,
    )
} | {"thirtieth": 30}
ORDINAL_SUFFIXES = frozenset({"st", "nd", "rd", "th", "°"})

# How many: for `due ore fa`, `two weeks ago`.
COUNTS = {
    **{word: n for n, word in enumerate(_CARDINALS_IT.split(), 1)},
    **{
        word: n
        for n, word in enumerate(
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen twenty".split(),
            1,
        )
    },
    "un": 1, "una": 1, "a": 1, "an": 1, "mezz": 0, "mezza": 0, "half": 0,
}  # fmt: skip
UNITS = {
    word: unit
    for unit, row in {
        "second": "secondo secondi sec second seconds secs",
        "minute": "minuto minuti min minute minutes mins m",
        "hour": "ora ore hour hours hr hrs h",
        "day": "giorno giorni gg day days d",
        "week": "settimana settimane sett week weeks wk wks w",
        "month": "mese mesi month months mo mos",
        "year": "anno anni year years yr yrs y",
    }.items()
    for word in row.split()
}
ENGLISH_UNITS = frozenset(
    "minute minutes mins hour hours hrs day days week weeks month months year years".split()
)
AGO = frozenset({"fa", "ago", "addietro", "orsono", "earlier"})

# Days told from today.
DAY_OFFSETS = {
    "oggi": 0, "stamattina": 0, "stamani": 0, "stamane": 0, "stasera": 0, "stanotte": 0,
    "today": 0, "tonight": 0, "ieri": -1, "iersera": -1, "yesterday": -1, "avantieri": -2, "altroieri": -2,
    "domani": 1, "domattina": 1, "domanisera": 1, "tomorrow": 1, "dopodomani": 2,
}  # fmt: skip
DAY_PHRASES = {
    ("data", "odierna"): 0, ("giornata", "odierna"): 0,
    ("altro", "ieri"): -2, ("ieri", "l", "'", "altro"): -2, ("day", "before", "yesterday"): -2,
    ("day", "after", "tomorrow"): 2, ("questa", "mattina"): 0, ("questa", "sera"): 0, ("questa", "notte"): 0,
    ("questo", "pomeriggio"): 0, ("this", "morning"): 0, ("this", "afternoon"): 0, ("this", "evening"): 0,
    ("last", "night"): -1, ("la", "scorsa", "notte"): 0,
}  # fmt: skip
NOW_PHRASES = frozenset(
    {
        ("adesso",),
        ("poco", "fa"),
        ("pochi", "minuti", "fa"),
        ("just", "now"),
        ("moments", "ago"),
        ("a", "moment", "ago"),
    }
)
DAY_PARTS = frozenset("mattina mattino pomeriggio sera notte morning afternoon evening night".split())
AFTERNOON = frozenset("pomeriggio sera afternoon evening".split())

PAST_WORDS = frozenset("scorso scorsa scorsi passato passata last past us pp".split())
FUTURE_WORDS = frozenset("prossimo prossima prossimi venturo next coming upcoming pv".split())
THIS_WORDS = frozenset("questo questa this".split())

# Before a day of the month or between the ends of a range.
ARTICLES = frozenset("il l la the giorno giorni day lo i le".split())
OPENERS = frozenset("dal dall dalle dai da from between tra fra".split())
TO_WORDS = frozenset(
    "al all alle a fino sino to until till through thru per chiudersi concludersi terminare finire".split()
)
AND_WORDS = frozenset({"e", "ed", "and", "&"})

CLOCK_MARKS = frozenset("ore h hr alle all dalle dall at from @ mezzogiorno mezzanotte".split())
CLOCK_FILLERS = frozenset(
    "con inizio a partire le starting start time orario ritrovo il dal tra fra between apertura".split()
)
NOON = {"mezzogiorno": 12, "noon": 12, "midday": 12, "mezzanotte": 0, "midnight": 0}

# Numbers that follow these are no dates: versions, prices, streets, rooms, acts.
NOT_BEFORE_NUMERIC = frozenset(
    "versione version ver v vers rev revisione release rel build firmware ip isbn issn iban tel telefono "
    "fax cell euro eur usd".split()
)
VERSIONS = frozenset("versione version versioni release firmware software rev revisione".split())
STREETS = frozenset(
    "via viale piazza piazzale corso largo vicolo strada lungarno borgo rotonda rue street stazione "
    "fermata quartiere scuola rione".split()
)
# The ends of `P.zza`, `V.le`, `C.so`, which a full stop parts.
STREET_ENDINGS = frozenset({"zza", "le", "so", "zo"})

PUBLISHED_LABELS = frozenset(
    "pubblicato pubblicata pubblicati pubblicazione postato inserito inserita published posted publication "
    "creato creata created data date issued uscito".split()
)
MODIFIED_LABELS = frozenset(
    "aggiornato aggiornata aggiornamento modificato modificata modifica updated update modified modification "
    "revised edited revisione".split()
)
DEADLINE_LABELS = frozenset(
    "entro scadenza scadenze scade scadono scadra deadline termine termini due expires expiry within".split()
)
# `In vigore dal`, `Data dell'evento`, `Effective date`: a day of which the page speaks.
EVENT_LABELS = frozenset(
    "evento quando inizio svolgimento decorrenza vigore event when start effective".split()
)
# These say no more than that a day follows; another label beside them says which.
BARE_LABELS = frozenset(("data", "date"))

# Offsets in hours. Names that say 'here' (CET, CEST) are not here: people write either all year.
_HOURS = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5, "eet": 2, "eest": 3,
    "msk": 3, "jst": 9,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
ZONES = {name: timezone(timedelta(hours=hours)) for name, hours in _HOURS.items()}
CENTRAL_EUROPE = {"cet": 1, "cest": 2, "mez": 1, "mesz": 2, "met": 1, "mest": 2}
