"""Short lines that stand around articles everywhere, as patterns for folded text: shares, bylines, ends.

Italian and English; each list is one line's own words, never a site's. Start reading at `NOISE`.
"""

import re

from aggregator.extract.patterns import any_of, parts_of


def _lines(alternatives: str, after: str = "", before: str = "") -> re.Pattern[str]:
    listed = "|".join(line.strip() for line in alternatives.strip().splitlines())
    return re.compile(f"{before}{any_of(parts_of(listed))}{after}")


# What stands in an advert's place: a page may hold hundreds, more letters than its article.
ADVERT = _lines(
    "advertis(e)?ment|pubblicita|annuncio( pubblicitario)?|sponsored( content)?|adv|publicidad|werbung"
)
# Whole lines that belong to no article.
NOISE = _lines(
    r"""
    advertis(e)?ment|pubblicita|annuncio( pubblicitario)?|sponsored( content)?|contenuto sponsorizzato
    share|share (this|on|via|it|article|post|the)\b.{0,60}|condividi\b.{0,60}|tweet|pin( it)?|facebook
    twitter|x|linkedin|whatsapp|telegram|pinterest|e-?mail|stampa|print|copy link|copia link
    link copied.{0,20}|save|salva|like|listen|ascolta|follow us\b.{0,60}|seguici\b.{0,80}
    subscribe( now| to .{0,60})?|sign up\b.{0,60}|iscriviti\b.{0,80}
    (click|tap) (here )?to (share|subscribe|enlarge)\b.{0,40}|read more|leggi tutto
    continua a leggere|continue reading|load(ing)?( more)?( comments)?\W*|skip to (main )?content
    table of contents|indice|(leave|post|add) a (reply|comment)|lascia un commento|\d* ?comment[is]?
    no comments( yet)?|back to top|torna su|next|previous|precedente|successivo|home|menu|close|chiudi
    (tags?|etichette|filed under|posted in|categor(y|ies|ia|ie)|topics|argomenti)( ?:.{0,200})?
    pubblicato in .{1,60}
    \d+ ?(min(ute)?s?|minuti?)( di)? ?(read|lettura)?|tempo di lettura.{0,30}|reading time.{0,30}
    in this article|(\(c\)|copyright|©).{0,60}
    riproduzione riservata.{0,20}|all rights reserved\.?
    segui .{1,40} (anche )?su (google|telegram|whatsapp|facebook|instagram|twitter|x|youtube)\b.{0,30}
    (dona|abbonati|acquista|iscriviti)( ora| adesso| subito)?|fai una donazione|sostienici.{0,40}
    (questo |l')?articolo (e stato )?(letto|visto) .{0,12}volte
    (visite|visualizzazioni|letture|post views) ?: ?[\d.]+
    stampa,? (pdf,? )?e-?mail|print(er)? friendly.{0,20}|pdf
    \d([.,]\d)?/(5|10)\b.{0,6}\d+ (vot[eio]|votes?)\W*|voto medio.{0,60}|clicca su una stella.{0,30}
    quanto e stato utile questo (post|articolo)\?|indietro|avanti|torna indietro
    torna (a|al|all'|alla|alle|ai|agli) ?(elenco|lista|home( ?page)?|archivio|indice).{0,20}
    torna (a|al|all'|alla|alle|ai|agli) ?(news|notizie|blog|comunicati|articoli|eventi).{0,20}
    """
)
# Notices of cookies, whole paragraphs of them, for text that names cookies.
COOKIES = _lines(
    r"""
    (questo|il nostro|this|our) (web)?(sito|site)\b.{0,40}\b(utilizza|usa|fa uso|uses?)\b.{0,40}\bcookies?\b
    (noi e terze parti selezionate )?(utilizziamo|usiamo)\b.{0,60}\bcookies?\b.*(consen|accett|esperienz)
    we use\b.{0,60}\bcookies?\b.*\b(consent|accept|experience)
    per fornire le migliori esperienze.{0,60}\bcookies?\b
    """
)
# Starts of linked lines that lead to another article.
LEADS_AWAY = _lines(
    r"""
    leggi (anche|pure)|(ti )?potrebbe(ro)? (anche )?interessar(ti|e)( anche)?|per approfondire|see also
    per saperne di piu
    (read|also) (also|read)|read more|related|more on this|read next|don't miss
    you (may|might) also like|recommended( reading)?|watch|guarda anche|vedi anche|approfondisci
    """,
    r"\s*(:|-|>|\||$)",
)
# Whole lines, most of them headings, after which nothing is the article's.
END = _lines(
    r"""
    leggi anche|articoli (correlati|recenti|simili|consigliati)|(notizie|news|contenuti) correlat[ei]
    (ti )?potrebbe(ro)? (anche )?interessar(ti|e).{0,20}|altr[ie] (articoli|notizie|news).{0,30}
    ultim[ie] (articoli|notizie|news).{0,20}
    (related|recent|latest|similar|popular|recommended|more|other|featured) (articles?|posts?|news|stories)
    (related|recent|latest|similar|popular|recommended|more|other|featured) (reading|content|blogs?)
    (related|recent|latest|similar|popular|recommended|more|other|featured) (insights?|resources|links)
    (related|more) topics|(more|related|recent) .{0,20}(for you| from .{0,40})|related
    you (may|might) (also )?(like|enjoy|be interested in).{0,30}
    more (from|on|in|about|stories|like this)\b.{0,40}|read (next|more)|up next|what to read next
    keep reading|recommended( for you)?
    (\d+ )?(comments?|commenti|responses|replies|thoughts on .{0,200})( \(\d+\))?|1 response
    (leave|post) a (reply|comment).{0,40}|lascia una? (commento|risposta).{0,20}
    (related|recommended) (articles?|posts?|stories|resources) .{0,40}|you('ll| will) also (like|love).{0,20}
    want (more|to (know|learn) more)\b.{0,40}\?|vuoi saperne di piu.{0,40}|need (more )?help.{0,30}\?
    (hai )?bisogno di aiuto.{0,30}\?|join (us|our)\b.{0,40}|work with us|lavora con noi
    (written|reviewed) by\b.{0,40}|scritto da\b.{0,40}|meet the (authors?|experts?|team)|conosci l'autore
    join the (conversation|discussion).{0,20}|about (us|the authors?).{0,30}|(l')?autore|chi e l'autore
    (informazioni|qualcosa) sull'autore|a cura di|quanto sono chiare le informazioni (su|in) questa pagina
    contatta il comune|commenta con facebook
    share (this|post|article).{0,40}|condividi.{0,40}|sign up (for|to) .{0,60}|subscribe( to .{0,60})?
    newsletter|iscriviti alla newsletter.{0,20}|stay (connected|up to date|informed|in the loop).{0,40}
    follow us.{0,30}|seguici.{0,30}|(get (our|the)|join our) newsletter.{0,40}
    """,
    r"\W*",
)
# A photographer's line.
CREDIT = _lines(
    r"""
    (photo|image|foto|immagine|picture|credits?|crediti)\b[^.]{0,12}(:|by\b|di\b|credit).{0,120}
    [(\[](photo|image|foto|immagine|credits?|crediti)\b[^.]{0,60}[)\]]
    """,
    "$",
)
# Author, date and time above a text.
BYLINE = _lines(
    r"""
    (by|di|a cura di|(written|posted) by|author|autore|(da )?redazione)\b.{0,100}
    (scritto|inserito|postato|inviato|pubblicato) da .{0,100}
    (posted on|published( on| by)?|(last )?updated( on)?|pubblicato( il)?|aggiornato( il)?)\b.{0,100}
    .{0,40}\b\d{1,2}:\d{2}\b.{0,12}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}
    .{0,40}\b\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|.{0,60}\| ?\d{1,2} \w+ \d{4}( ?\|.{0,60})?
    (\w+,? )?(\w+ \d{1,2}|\d{1,2}( |-)\w+),? \d{4}.{0,25}
    """,
    "$",
)
# Links to the rest of a text, alone on their line.
GOES_ON = _lines(
    r"""
    (leggi|continua)( a leggere)?( tutto| di piu| ancora)?( l'articolo.{0,20})?
    (read|continue)( reading)?( more)?( the .{0,20})?
    """,
    r"[\W\d]*",
)
# What a page shows in place of the rest of its text; looked for at the beginnings of words alone.
RESERVED = _lines(
    r"""
    (il |questo )?(contenuto|articolo) (e )?riservato
    (contenuto|articolo) (e )?(disponibile|accessibile|visibile|leggibile) (solo|soltanto|esclusivamente)
    (contenuto|articolo) (riservato|esclusivo|premium)|riservat[oa] (agli|ai soli) (abbonati|iscritti|soci)
    abbonati (per (continuare|leggere)|e (continua|leggi))
    per (continuare a )?leggere (l'articolo|questo articolo|tutto)
    (accedi|registrati|iscriviti)( ora| subito| gratis| gratuitamente)* per (continuare|leggere)
    (accedi|registrati|iscriviti)( ora| subito| gratis| gratuitamente)* e (continua|leggi)
    sei gia abbonato|hai gia un abbonamento|gia abbonato\?|sblocca (l'|questo |il )?(articolo|contenuto)
    contenuto per (soli )?abbonati|questo articolo e per abbonati
    subscribe to (read|continue)|subscribers? only|already a subscriber|to continue reading
    this (content|article) is (for|reserved|available)|log in to (read|continue)
    (sign in|register|create (a|an) .{0,15}account) to (read|continue)|unlock this (article|story)
    """,
    before=r"(?<!\w)",
)
