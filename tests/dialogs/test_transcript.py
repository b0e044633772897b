"""A conversation as text: played, written anew, compared."""

import pytest

from dialogs.transcript import TranscriptError, differences, parse, play
from tests.dialogs.walker import form_of

FORM = """
| survey |
| | type | name | label::English (en) | label::French (fr) | required | appearance | guidance_hint::French (fr) \
| body::tg:voice | body::tg:photo | body::tg:summary | bind::tg:given |
| | hidden | partner | | | | | | | | | partner |
| | note | hello | Hello. | Bonjour, ici ${partner}.<br>Nous écoutons. | | | | | | | |
| | select_one yes_no | keep | May we keep it? | Pouvons-nous le garder ? | yes | | Personne d’autre ne lit. | | | | |
| | text | story | What happened? | Que se passe-t-il ? | | multiline | | voice | photo | | |
| | audio | voice | Voice | Voix | | | | | | | |
| | image | photo | Photo | Photo | | | | | | | |
| | select_multiple themes | themes | About what? | De quoi s’agit-il ? | | columns-3 | | | | | |
| | integer | people | How many? | Combien ? | | | | | | | |
| | select_one lands | land | Which land? | Quel pays ? | | autocomplete | | | | | |
| | note | check | Please check. | Relisez. | | | | | | yes | |
| | note | thanks | Thanks. | Merci. | | | | | | | |

| choices |
| | list_name | name | label::English (en) | label::French (fr) |
| | yes_no | yes | Yes | Oui |
| | yes_no | no | No | Non |
| | themes | food | Food | Nourriture |
| | themes | school | School | École |
| | themes | water | Water | Eau |
""" + "\n".join(f"| | lands | l{number} | Land {number} | Pays {number} |" for number in range(1, 11))

TALK = """# f · fr · partner=Voix
> /start
Bot: Bonjour, ici Voix.
  Nous écoutons.
Bot: Pouvons-nous le garder ?
[Oui] [Non]
(more) (stop)

> (more)
Bot: Personne d’autre ne lit.
Bot: Pouvons-nous le garder ?
[Oui] [Non]
(more) (stop)

> oui {yes}
Bot: Que se passe-t-il ?
(skip) (back) (stop)

> L’eau manque.
  Depuis lundi.
Bot: De quoi s’agit-il ?
[ ] [Nourriture] [ ] [École] [ ] [Eau]
(done) (skip) (back) (stop)

> (photo: le puits)
Bot: {added}

> (voice 40 s)
Bot: {added}

> (edit Depuis lundi. → Depuis mardi.)
Bot: {changed}

> [Oui]
Bot: {already_answered: Oui}

> [eau]
[ ] [Nourriture] [ ] [École] [x] [Eau]
(done) (skip) (back) (stop)

> (done)
Bot: Combien ?
(skip) (back) (stop)

> \\(beaucoup)
Bot: {not_a_number}

> (language en)
Bot: How many?
(skip) (back) (stop)

> (language fr)
Bot: Combien ?
(skip) (back) (stop)

> (stop)
Bot: {stopped}

> (resume)
Bot: {resumed}
Bot: Combien ?
(skip) (back) (stop)

> (a day passes)
Bot: {still_here}
Bot: Combien ?
(skip) (back) (stop)

> ١٢
Bot: Quel pays ?
[Pays 1] [Pays 2]
[Pays 3] [Pays 4]
[Pays 5] [Pays 6]
[Pays 7] [Pays 8]
page 1 of 2
(skip) (back) (stop)

> (place -18.9, 47.5)
Bot: {not_a_choice}

> (page 2)
[Pays 9] [Pays 10]
page 2 of 2
(skip) (back) (stop)

> [Pays 9]
Bot: Relisez.
- Pouvons-nous le garder: Oui
- Que se passe-t-il: L’eau manque. Depuis mardi. le puits 🎤 📷
- De quoi s’agit-il: Eau
- Combien: 12
- Quel pays: Pays 9
(send) (back) (stop)

> (change Combien)
Bot: Combien ?
(keep: 12) (skip) (back) (stop)

> [Oui]
Bot: {already_answered: Oui}

> (change)
Bot: Bonjour, ici Voix.
  Nous écoutons.
Bot: Pouvons-nous le garder ?
[Oui] [Non]
(keep: Oui) (more) (back) (stop)

> (back)
Bot: Relisez.
- Pouvons-nous le garder: Oui
- Que se passe-t-il: L’eau manque. Depuis mardi. le puits 🎤 📷
- De quoi s’agit-il: Eau
- Combien: 12
- Quel pays: Pays 9
(send) (back) (stop)

> (send)
Bot: Merci.
= finished
  /f/partner: Voix
  /f/keep: yes
  /f/story: L’eau manque.
    Depuis mardi.
    le puits
  /f/voice: voice-2
  /f/photo: photo-1
  /f/themes: water
  /f/people: 12
  /f/land: l9
"""


def test_a_played_conversation_is_the_text_that_was_written() -> None:
    form = form_of(FORM)
    assert play(form, parse(TALK)).text == TALK
    assert differences(form, TALK) == ""


def test_only_her_lines_count_when_a_conversation_is_played() -> None:
    hers = "\n".join(
        line for line in TALK.splitlines() if line.startswith(("#", ">")) or line == "  Depuis lundi."
    )
    assert play(form_of(FORM), parse(hers)).text == TALK


def test_a_difference_names_what_was_written_and_what_was_played() -> None:
    difference = differences(form_of(FORM), TALK.replace("Bot: {stopped}", "Bot: Au revoir."))
    assert difference.splitlines()[:2] == ["--- written", "+++ played"]
    assert "-Bot: Au revoir." in difference
    assert "+Bot: {stopped}" in difference


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the first line is “# form · language”"),
        ("# f · fr · partner", 1, "“partner” is not “key=value”"),
        ("# g · fr", 1, "this is a conversation of “g”, the form is “f”"),
        ("# f · fr\n\n> [Peut-être]", 3, "there is no button “Peut-être”, only [Oui] [Non]"),
        ("# f · fr\n> (fly)", 2, "nothing is known as “(fly)” here"),
        ("# f · fr\n> (change)", 2, "there is nothing to change called “”"),
        ("# f · fr\n> (page 2)", 2, "nothing is known as “(page 2)” here"),
    ],
)
def test_a_line_that_cannot_be_played_is_named(text: str, line: int, reason: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        play(form_of(FORM), parse(text))
    assert (caught.value.line, caught.value.reason) == (line, reason)
