"""The bundled words, on sentences of our own: what proves a subject, and what only looks like it."""

# ruff: noqa: E501 - a table is read a case a line

import pytest

from aggregator.catalogue import load_catalogue
from pipelines.relevance import check_words, mentions

VOCABULARY = load_catalogue().vocabulary

# Every name that the clusters go by, also in machine translation and in the press.
NAMES = [
    ("clm", "L'assemblea del Cluster Lombardo della Mobilità si è tenuta a Brescia"),
    ("clm", "The Lombard Mobility Cluster welcomes its new members"),
    ("clm", "The Lombardy Mobility Cluster (CLM) met in Milan"),
    ("clm", "The MLC, as the mobility cluster is called, has chosen its board"),
    ("clm", "il Cluster della Mobilità della Regione Lombardia"),
    ("afil", "AFIL è il cluster della manifattura avanzata"),
    ("afil", "l’Associazione Fabbrica Intelligente Lombardia ha un nuovo presidente"),
    ("afil", "The Lombardy Intelligent Factory Association has opened a call"),
    ("lac", "il Lombardia Aerospace Cluster torna al salone"),
    ("lac", "Lombardy Aerospace Cluster: ten years"),
    ("lac", "Distretto Aerospaziale Lombardo, cento imprese"),
    ("clsv", "ELETTO IL NUOVO CONSIGLIO DEL CLUSTER LOMBARDO SCIENZE DELLA VITA"),
    ("clsv", "The Lombardy Life Science Cluster and its members"),
    ("lgca", "Lombardy Green Chemistry Association signs the protocol"),
    ("lgca", "il Cluster Lombardo della Chimica Verde"),
    ("lgca", "LGCA sottoscrive il protocollo"),
    ("le2c", "presidente del Lombardy Energy Cleantech Cluster"),
    ("le2c", "Lombardy Energy 2C, nuovo presidente"),
    ("le2c", "LE2C: giornata sulle comunità dell'energia"),
    ("scc", "Assemblea degli aderenti al Cluster SCC"),
    ("scc", "Fondazione Cluster Tecnologie per le Smart Cities & Communities – Lombardia"),
    ("tav", "Cluster TAV: Human Factory Day"),
    ("tav", "Technologies for Living Environments, the cluster"),
    ("tav", "la Fondazione Tecnologie per gli Ambienti di Vita"),
    ("catal", "CAT.AL presenta il piano"),
    ("catal", "il cluster CATAL dell'agroalimentare"),
    ("catal", "Cluster Alta Tecnologia Agroalimentare"),
    ("catal", "The Lombardy Agri-food Cluster at the fair"),
    ("cosmesi", "riconosciuto il Cluster della cosmesi"),
    ("cosmesi", "nasce “Made in Italy - Sistema Cosmetico”, decimo cluster"),
    ("technology-clusters", "i nove cluster tecnologici lombardi"),
    ("technology-clusters", "Lombardy's nine technology clusters"),
]


@pytest.mark.parametrize(("term", "text"), NAMES)
def test_clusters_are_known_by_all_their_names(term: str, text: str) -> None:
    assert term in {mention.term for mention in mentions("", text, (), VOCABULARY)}


ABOUT = [
    ("mobility", "Carburanti rinnovabili e veicoli elettrici: la filiera si interroga"),
    ("mobility", "A conference on sustainable mobility on the lake"),
    ("automotive", "Crisi dell'automotive, vertice in Regione"),
    ("automotive", "le imprese della componentistica per auto"),
    ("batteries", "Un impianto per il riciclo delle batterie al litio"),
    ("hydrogen", "In Valcamonica i primi treni a idrogeno"),
    ("hydrogen", "A hydrogen valley between the lakes"),
    ("aerospace", "l'industria aerospaziale varesina"),
    ("space", "Space economy, le imprese lombarde in orbita"),
    ("life-sciences", "Un polo per le biotecnologie e le scienze della vita"),
    ("digital-health", "telemedicina e domotica per chi vive solo"),
    ("agrofood", "droni e sensori per l'agricoltura di precisione"),
    ("energy", "Nasce la prima comunità energetica della valle"),
    ("smart-cities", "sensori e dati per una città intelligente"),
    ("green-chemistry", "Chimica verde: bioplastiche dagli scarti del latte"),
    ("advanced-manufacturing", "robot collaborativi e Industria 4.0"),
    ("advanced-manufacturing", "Additive manufacturing for small firms"),
    ("materials", "Lightweighting and composite materials at the forum"),
    ("semiconductors", "semiconduttori, un nuovo stabilimento"),
    ("artificial-intelligence", "Intelligenza artificiale, sei imprese su dieci la provano"),
    ("artificial-intelligence", "i ricercatori e l'intelligenza artificiale"),
    ("digital", "contributi per la transizione digitale"),
    ("cybersecurity", "cybersicurezza, obblighi della NIS2"),
    ("circular-economy", "Premio all'economia circolare"),
    ("sustainability", "decarbonizzazione dei distretti"),
    ("funding", "Bando per le imprese: due milioni per le filiere"),
    ("funding", "Aperti i bandi FESR"),
    ("european-projects", "Horizon Europe finanzia tre atenei"),
    ("internationalisation", "voucher per l'internazionalizzazione delle PMI"),
    ("trade-fairs", "lombarde in missione alla Hannover Messe"),
    ("skills", "Cinque nuovi corsi ITS Academy"),
    ("start-ups", "un fondo per le start-up innovative"),
    ("research", "accordo sul trasferimento tecnologico"),
    ("cosmetics", "la filiera cosmetica cremasca"),
]


@pytest.mark.parametrize(("term", "text"), ABOUT)
def test_topics_are_found_where_they_are_the_subject(term: str, text: str) -> None:
    assert term in {mention.term for mention in mentions("", text, (), VOCABULARY)}


# What a general newspaper writes every day, with words of the vocabulary's neighbourhood.
ELSEWHERE = [
    "Cantiere della TAV, chiusa la statale tra Brescia e il lago per tre notti",
    "Covid, un cluster in una casa di riposo: undici positivi tra gli ospiti",
    "Cluster di contagi nel cantiere della TAV, tampone per gli operai",
    "Continua la ricerca dell'escursionista disperso, in volo anche l'elicottero",
    "Una squadra piena di energia: la formazione titolare cambia in difesa",
    "Cane senza microchip, multa al proprietario",
    "Perde il controllo dell'auto elettrica e finisce in un fosso",
    "Incendio in garage, a fuoco le batterie di un monopattino",
    "Rubavano i pannelli dai tetti delle scuole, tre arresti",
    "La mensa scolastica cambia gestore: ecco le tariffe e il menù",
    "Il LAC di Lugano apre la stagione con Verdi",
    "Foto false create con l'intelligenza artificiale, denunciati due studenti",
    "La fiera di San Faustino torna con seicento bancarelle",
    "Bando per le case popolari: domande entro venerdì",
    "Il Comune mette a bando la gestione del bar al parco",
    "Sciopero dei treni, corse garantite solo al mattino",
    "Bollette, come chiedere il bonus per l'energia",
    "Materiali abbandonati sul ciglio della strada, le telecamere incastrano un uomo",
    "Operaio ferito a una mano da una macchina utensile",
    "Progetto europeo per gli scambi tra scuole medie, ospiti venti ragazzi",
    "La missione della parrocchia in Mozambico compie dieci anni",
    "Spazio ai giovani: il mister cambia modulo",
    "Il satellite d'allenamento della prima squadra vince ancora",
    "Ospedale, nuovi posti letto in medicina e due medici assunti",
    "Corso di cucina per principianti, iscrizioni aperte",
    "Spaccio nel parco, la polizia scientifica al lavoro",
    "Vino, la vendemmia comincia con una settimana di anticipo",
    "The clm court heard the case on Tuesday",
    "The SCC ruled against the stadium",
]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_newspapers_other_articles_name_nothing(text: str) -> None:
    assert mentions(text, text, (), VOCABULARY) == ()


def test_the_words_are_in_the_notation() -> None:
    assert [fault for term in VOCABULARY.terms if (fault := check_words(term))] == []


def test_no_topic_is_proved_by_one_common_word() -> None:
    common = "ricerca energia innovazione tecnologia industria impresa mobilità digitale formazione fiera bando spazio cluster lavoro progetto salute auto sostenibilità materiali"
    common += " research energy innovation technology industry mobility digital training fair funding space cluster work project health car materials"
    for word in common.split():
        assert mentions(word, f"{word}.", (word,), VOCABULARY) == (), word
