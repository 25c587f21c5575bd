"""Crisis words: what must bring the help card, and what must not.

Nothing but the card follows from a match, so a miss is the worse mistake; but a card on every joke teaches people not
to read it.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.crisis import Phrase, PhraseError, found

PLAIN = """
I want to kill myself
i want to die
I don't want to be alive any more
I'm suicidal
thinking about suicide again
I wish I was dead
I wish I'd never been born
everyone would be better off without me
I just want it all to end forever
there's no point in living
I have nothing left to live for
I can't go on
can't cope any more
I don't want to live
I don't want to wake up tomorrow
nobody would miss me if I was gone
I won't be here tomorrow
I've been cutting myself
I self harm
I hurt myself last night
I took too many tablets
I took an overdose
I'm going to jump off the bridge
I want to end my life
I'm going to end it all
I hate myself
he hits me
my boyfriend is hitting me
My dad's beating me up
he's hitting me
I'm not safe
I am not safe here
I don't feel safe at home
I'm scared to go home
I was raped
someone is following me
he has a knife
he said he'll kill me, he's going to kill me
they won't let me leave
I'm in danger
please help me
I need an ambulance
nowhere to sleep tonight
""".strip().splitlines()

MISSPELT = """
i wnt 2 die
i want to dieeee
i wanna die
wanna kil myslef
kill my self
i want to kill meself
suiside
feeling sucidal
i want 2 end my lyf
i dont want to b alive, dont wanna be alive
cant do this anymore
i cnt cope anymore
hes hiting me
i took to many pills, i took too many pils
im not safe
i dont feel safe
KILL MYSELF
Kíll Mysélf
""".strip().splitlines()

SLANG = """
kms
i'm gonna kms
honestly kms
unalive
gonna unalive myself
sewer slide
sewerslide
kermit sewer slide
toaster bath
end it all
gonna end it all tonight
i'm gonna top myself
going to neck myself
yeet myself off a roof
i just want to off myself
relapsed again last night
he told me kys
thinking of ctb
""".strip().splitlines()

DRESSED_UP = """
k1ll mys3lf
su1c1de
$uicide
k!ll myself
unal1ve
k m s
k.m.s
k i l l m y s e l f
I want to d i e
s.u.i.c.i.d.e
s-u-i-c-i-d-e
killmyself
iwanttodie
kill-myself
k*ll myself
suicccide
w a n t t o d i e
kill\u200b my\u200bself
ｋｉｌｌ ｍｙｓｅｌｆ
kill 😭 myself
""".strip().splitlines()

EMOJI = ["🔪🩸", "i can't 🔪 any more 😭", "💊💊💊", "💊💊💊💊 bye", "🔫😔", "🆘", "⚰️😔", "💊⚰️"]

OTHER_LANGUAGES = {
    "Arabic": ["أريد أن أموت", "سأنتحر", "أريد أن أقتل نفسي", "هو يضربني", "بدي موت", "أنا في خطر", "اُرِيدُ أَنْ أَمُوت"],
    "Farsi": ["می‌خواهم بمیرم", "به خودکشی فکر میکنم", "می خوام بمیرم", "منو می‌زنه"],
    "Dari": ["مرا لت میکند"],
    "Pashto": ["زه غواړم چې مړ شم", "ځان وژنه"],
    "Kurdish Sorani": ["دەمەوێت بمرم", "خۆم دەکوژم", "خۆکوشتن"],
    "Kurdish Kurmanji": ["dixwazim bimirim", "ez ê xwe bikujim"],
    "Tigrinya": ["ክመውት እደሊ", "ርእሰይ ክቐትል"],
    "Amharic": ["መሞት እፈልጋለሁ", "እራሴን ማጥፋት እፈልጋለሁ", "ይመታኛል"],
    "Albanian": ["dua të vdes", "do të vras veten", "më rreh"],
    "Vietnamese": ["tôi muốn chết", "tôi muốn tự tử", "toi muon chet", "anh ấy đánh tôi"],
    "Polish": ["chcę umrzeć", "chce sie zabic, chcę zabić się", "nie chcę żyć", "on mnie bije"],
    "Romanian": ["vreau să mor", "mă omor", "nu mai vreau să trăiesc", "mă bate"],
    "Ukrainian": ["хочу померти", "я хочу вбити себе", "він мене б’є", "не хочу жити"],
    "Russian": ["хочу умереть", "думаю о самоубийстве"],
    "French": ["je veux mourir", "j'ai envie de mourir", "je vais me tuer", "il me frappe"],
    "Spanish": ["quiero morir", "quiero matarme", "me pega"],
    "Portuguese": ["quero morrer"],
    "Italian": ["voglio morire"],
    "German": ["ich will sterben"],
    "Somali": ["waxaan rabaa inaan dhinto", "waan is dilayaa", "wuu i garaacaa"],
    "Urdu": ["میں مرنا چاہتا ہوں", "خودکشی", "وہ مجھے مارتا ہے", "main marna chahti hoon"],
    "Bengali": ["আমি মরতে চাই"],
    "Hindi": ["मैं मरना चाहता हूँ"],
    "Welsh": ["dwi eisiau marw", "hunanladdiad", "mae o'n fy nharo", "ddim yn ddiogel"],
    "Turkish": ["ölmek istiyorum", "intihar", "kendimi öldüreceğim"],
    "Chinese": ["我想死", "自杀"],
}

INNOCENT = """
my phone died
my phone is dead
this game is killing me
my feet are killing me
I could murder a kebab
I'd kill for a job
I would kill for a pizza
suicide squad is my favourite film
dead tired
I'm dead 💀
😂💀
hairdressing, I want to do a cutting hair course
cutting costs, not corners
shooting stars
shooting hoops with my mates
my nan died last year
that cake was to die for
dying to meet my little sister
I nearly died laughing
I want to die my hair blue
killing time before college
you killed it
the song Killing Me Softly
kill bill is a good film
Die Hard every Christmas
my bus pass, I need to catch the bus
I missed the deadline
drop dead gorgeous
in the end it all worked out
I live about 5 kms away
I ran 2 kms today
it's 10kms to college
I cut myself shaving
I hurt myself playing football
I burnt myself on the oven
he beat me at fifa
hit me up if you need anything
it hit me that I need help with maths
I don't want to live here
I don't want to live with strangers
I don't want to live in a shared house
I don't want to wake up early for college
I feel safe at home
I always feel safe
my PA helps me feel safe
a safe place to live
I can't go on holiday without money
hanging out with friends
I hang my washing inside
bath bombs and toasters
help with bills please
can you help me with my CV
I need help with money
overdosed on chocolate at Christmas
rapeseed oil is cheap
I scraped through my exams
the therapist was good
more buses so I can see my brother
knife skills in the kitchen
Emergency accommodation was rubbish
od poniedziałku i od wtorku mam pracę
une violette
la vie est belle
my life is good
I don't want to go on the course
a walk, jump rope and boxing
I love my life
they kicked me out of the group chat
take my life seriously
I want to end it with my boyfriend
I got beaten at pool
I can't do this survey on my phone
I wish I was still with my foster carers
nothing to do round here
""".strip().splitlines()


@pytest.mark.parametrize("text", PLAIN + MISSPELT + SLANG + DRESSED_UP + EMOJI)
def test_a_crisis_word_is_found(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [pytest.param(text, id=f"{name}-{n}") for name, texts in OTHER_LANGUAGES.items() for n, text in enumerate(texts)],
)
def test_a_crisis_word_is_found_in_another_language(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_an_everyday_saying_is_left_alone(text: str) -> None:
    assert not found(text)


def test_there_are_enough_phrases_to_mean_something() -> None:
    others = [text for texts in OTHER_LANGUAGES.values() for text in texts]
    assert len(PLAIN + MISSPELT + SLANG + DRESSED_UP + EMOJI) >= 60
    assert len(others) >= 30
    assert len(INNOCENT) >= 30


@pytest.mark.parametrize("text", PLAIN)
def test_a_crisis_word_is_found_in_the_middle_of_a_long_answer(text: str) -> None:
    around = "I like living in my flat because it is near the shops. "
    assert found(around * 5 + text + ". " + around * 5)
    assert found(text.upper())
    assert found(text.replace(" ", "\n"))


def test_an_innocent_saying_does_not_hide_what_comes_after_it() -> None:
    assert found("my phone died and this game is killing me and I want to die")
    assert found("I don't want to live here, I want to kill myself")
    assert found("suicide squad was on. I feel like suicide")


@given(st.text(max_size=400))
def test_any_text_at_all_can_be_looked_through(text: str) -> None:
    assert found(text) in (True, False)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz 0123456789!@$.,'", max_size=60))
def test_what_is_typed_around_it_does_not_hide_a_word(text: str) -> None:
    assert found(f"{text} . . i am suicidal . . {text}")


@pytest.mark.parametrize("wrong", ["(never closed", "[optional] first", "ab*", "", "a | ", ".. first"])
def test_a_phrase_that_cannot_be_read_is_refused(wrong: str) -> None:
    with pytest.raises(PhraseError):
        Phrase(wrong, {}).pattern()
