"""A corpus for the linter, made from a seed: in thirteen languages, with what identifies and what only looks so.

Each text is two to five sentences of one language. Into the places of its templates go entities (a telephone number of
the region, a mail address, a handle, a document or a plate, coordinates, an exact day, an hour) or distractors (prices,
years, ages, counts, “24/7”, scores, our own receipts), with the digits people of that script write, or Latin ones one
time in three; between digits there are separators and, one time in five, marks that nobody sees. Where each entity
stands is known, so recall and precision can be counted. No entity is of anybody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

KINDS = ("phone", "email", "handle", "id", "coordinates", "date", "time")
"""What the templates may hold."""

UNSEEN = ("\u200b", "\u200e", "\u200f", "\u2060", "\u061c")


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, its script, and the entities in it: kind, start, end."""

    script: str
    text: str
    entities: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one language is written: its script, digits, sentences around an entity (by kind), distractors, months."""

    script: str
    digits: str
    around: Mapping[str, tuple[str, ...]]
    distractors: tuple[str, ...]
    dates: tuple[str, ...]
    phones: tuple[str, ...]
    ids: tuple[str, ...]


_LATIN, _ARABIC, _PERSIAN = "0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"
_DEVANAGARI, _BENGALI = "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯"

TONGUES: Mapping[str, Tongue] = {
    "en": Tongue(
        "Latin",
        _LATIN,
        {
            "phone": (
                "Please call {} in the evening.",
                "My number is {}.",
                "they rang {} and nobody answered.",
            ),
            "email": ("Write to {} for the list.", "my mail: {}"),
            "handle": ("On Telegram I am {}.", "ask {} about it"),
            "id": ("My card number is {}.", "the car with the plate {} came", "passport {} was taken"),
            "coordinates": ("The well is at {}.", "we sleep here: {}"),
            "date": ("It happened on {}.", "since {} there is no water"),
            "time": ("They came at {}.", "every day at {} we queue"),
        },
        (
            "Rice costs {price} shillings now.",
            "We are {count} families in the camp.",
            "It was like this in {year}.",
            "From {year} to {year} nobody came.",
            "She is {age} years old and has {small} children.",
            "The clinic is open 24/7.",
            "My receipt is {receipt}.",
            "About {big} people live here.",
            "Only {small} of {age} came back.",
        ),
        ("{d} March {y}", "March {d}, {y}", "{dd}/{mm}/{y}", "{y}-{mm}-{dd}", "{d} July"),
        ("+254 7{n2} {n3} {n3}", "07{n2}-{n3}-{n3}", "07{n8}", "(+44) 7{n3} {n6}", "00{n2}7{n8}"),
        ("{n8}", "K{A}{A} {n3}{A}", "{A}{A}{n7}", "{n2}-{n6}-{A}-{n2}", "{A}{n8}"),
    ),
    "fr": Tongue(
        "Latin",
        _LATIN,
        {
            "phone": ("Appelez-moi au {}.", "mon numéro c’est {} le soir", "Son téléphone : {}."),
            "email": ("Écrivez à {}.", "mon adresse {} ne marche plus"),
            "handle": ("Sur Telegram c’est {}.", "demandez à {}"),
            "id": ("Ma CIN est {}.", "la voiture {} est venue", "le passeport {}"),
            "coordinates": ("Le puits est à {}.", "nous dormons ici : {}"),
            "date": ("C’était le {}.", "depuis le {} il n’y a plus d’eau"),
            "time": ("Ils sont venus à {}.", "à {} on ferme"),
        },
        (
            "Le riz coûte {price} Ar.",
            "Nous sommes {count} familles.",
            "C’était en {year}.",
            "De {year} à {year}, rien.",
            "Elle a {age} ans et {small} enfants.",
            "Le centre est ouvert 24h/24 et 7j/7.",
            "Mon reçu est {receipt}.",
            "Environ {big} habitants vivent ici.",
            "Il faut {price} FCFA pour le bus.",
        ),
        ("{d} mars {y}", "{d} août {y}", "{dd}/{mm}/{y}", "{dd}.{mm}.{y}", "{d} juillet"),
        (
            "+261 3{n1} {n2} {n3} {n2}",
            "03{n1} {n2} {n3} {n2}",
            "03{n8}",
            "06.{n2}.{n2}.{n2}.{n2}",
            "06-{n2}-{n2}-{n2}-{n2}",
        ),
        ("{n3} {n3} {n3} {n2}7", "{n4} T{A}{A}", "{A}{A}-{n3}-{A}{A}", "{n2}{A}{A}{n5}", "{n12}"),
    ),
    "es": Tongue(
        "Latin",
        _LATIN,
        {
            "phone": ("Llámeme al {}.", "mi teléfono es {}"),
            "email": ("Escriba a {}.", "mi correo es {}"),
            "handle": ("En Telegram soy {}.", "pregunte a {}"),
            "id": ("Mi cédula es {}.", "el carro con placa {}"),
            "coordinates": ("El pozo está en {}.", "dormimos aquí: {}"),
            "date": ("Pasó el {}.", "desde el {} no hay agua"),
            "time": ("Vinieron a las {}.", "a las {} cierran"),
        },
        (
            "El arroz cuesta {price} pesos.",
            "Somos {count} familias.",
            "Fue en {year}.",
            "Ella tiene {age} años y {small} hijos.",
            "Abierto 24/7.",
            "Mi código es {receipt}.",
            "Viven aquí unas {big} personas.",
        ),
        ("{d} de marzo de {y}", "{d} de julio", "{dd}/{mm}/{y}", "{dd}-{mm}-{y}"),
        ("+52 55 {n4} {n4}", "+57 3{n2} {n3} {n4}", "(55) {n4}-{n4}", "3{n2}-{n3}-{n4}"),
        ("{n10}", "{n1}.{n3}.{n3}.{n2}7", "{A}{A}{A}-{n3}", "{A}{A}{A}{A}{n6}{A}{A}{n2}"),
    ),
    "pt": Tongue(
        "Latin",
        _LATIN,
        {
            "phone": ("Ligue para {}.", "meu número é {}"),
            "email": ("Escreva para {}.",),
            "handle": ("No Telegram sou {}.",),
            "id": ("Meu CPF é {}.", "o carro de placa {}"),
            "coordinates": ("O poço fica em {}.",),
            "date": ("Foi em {}.",),
            "time": ("Vieram às {}.",),
        },
        (
            "O arroz custa {price} reais.",
            "Somos {count} famílias.",
            "Foi em {year}.",
            "Ela tem {age} anos.",
            "Aberto 24/7.",
            "Meu código é {receipt}.",
        ),
        ("{d} de março de {y}", "{dd}/{mm}/{y}", "{d} de julho"),
        ("+55 11 9{n4}-{n4}", "(11) 9{n4}-{n4}", "+258 84 {n3} {n4}"),
        ("{n3}.{n3}.{n3}-{n2}", "{A}{A}{A}-{n4}", "{A}{A}{A}{n1}{A}{n2}", "{n11}"),
    ),
    "sw": Tongue(
        "Latin",
        _LATIN,
        {
            "phone": ("Nipigie {}.", "namba yangu ni {}"),
            "email": ("Andika kwa {}.",),
            "handle": ("Telegram ni {}.",),
            "id": ("Kitambulisho changu ni {}.", "gari namba {}"),
            "coordinates": ("Kisima kiko {}.",),
            "date": ("Ilikuwa {}.",),
            "time": ("Walikuja saa {}.",),
        },
        (
            "Mchele ni {price} shilingi.",
            "Sisi ni familia {count}.",
            "Ilikuwa mwaka {year}.",
            "Ana miaka {age}.",
            "Kliniki iko wazi 24/7.",
            "Risiti yangu ni {receipt}.",
            "Watu {big} wanaishi hapa.",
        ),
        ("{d} Machi {y}", "{d} Julai {y}", "{dd}/{mm}/{y}"),
        ("+255 7{n2} {n3} {n3}", "07{n2} {n3} {n3}", "07{n8}"),
        ("{n8}", "T {n3} {A}{A}{A}", "K{A}{A} {n3}{A}", "{A}{A}{n6}"),
    ),
    "mg": Tongue(
        "Latin",
        _LATIN,
        {
            "phone": ("Antsoy aho amin’ny {}.", "ny laharako dia {}"),
            "email": ("Soraty amin’ny {}.",),
            "handle": ("Ao amin’ny Telegram dia {}.",),
            "id": ("Ny karapanondroko dia {}.", "ny fiara {}"),
            "coordinates": ("Eto ny lavadrano: {}.",),
            "date": ("Tamin’ny {} izany.",),
            "time": ("Tonga tamin’ny {} izy ireo.",),
        },
        (
            "{price} ariary ny vary.",
            "Fianakaviana {count} izahay.",
            "Tamin’ny {year} izany.",
            "{age} taona izy.",
            "Misokatra 24/7.",
            "Ny kaodiko dia {receipt}.",
        ),
        ("{d} martsa {y}", "{d} jolay {y}", "{dd}/{mm}/{y}"),
        ("+261 3{n1} {n2} {n3} {n2}", "03{n1} {n2} {n3} {n2}", "03{n8}"),
        ("{n3} {n3} {n3} {n2}7", "{n4} T{A}{A}", "{n12}"),
    ),
    "ru": Tongue(
        "Cyrillic",
        _LATIN,
        {
            "phone": ("Позвоните мне: {}.", "мой номер {}"),
            "email": ("Пишите на {}.",),
            "handle": ("В Телеграме я {}.",),
            "id": ("Мой паспорт {}.", "машина с номером {}"),
            "coordinates": ("Колодец здесь: {}.",),
            "date": ("Это было {}.",),
            "time": ("Они пришли в {}.",),
        },
        (
            "Рис стоит {price} рублей.",
            "Нас {count} семей.",
            "Это было в {year} году.",
            "Ей {age} лет, у неё {small} детей.",
            "Открыто 24/7.",
            "Мой код {receipt}.",
            "Здесь живут {big} человек.",
        ),
        ("{d} марта {y}", "{d} июля", "{dd}.{mm}.{y}"),
        ("+7 9{n2} {n3}-{n2}-{n2}", "8 (9{n2}) {n3}-{n2}-{n2}", "89{n9}", "+380 {n2} {n3} {n2} {n2}"),
        ("{n2} {n2} {n6}", "{n3}-{n3}-{n3} {n2}", "А{n3}ВС{n2}", "{n10}"),
    ),
    "ar": Tongue(
        "Arabic",
        _ARABIC,
        {
            "phone": ("اتصلوا بي على {} مساءً.", "رقمي {}"),
            "email": ("اكتبوا إلى {}.",),
            "handle": ("على تلغرام {}.", "اسألوا {}"),
            "id": ("رقم هويتي {}.", "جاءت سيارة رقمها {}", "جواز السفر {}"),
            "coordinates": ("البئر عند {}.", "ننام هنا: {}"),
            "date": ("حدث ذلك في {}.", "منذ {} لا ماء"),
            "time": ("جاؤوا الساعة {}.",),
        },
        (
            "سعر الأرز {price} ليرة.",
            "نحن {count} عائلة.",
            "كان ذلك عام {year}.",
            "من {year} إلى {year} لم يأت أحد.",
            "عمرها {age} سنة ولها {small} أطفال.",
            "العيادة مفتوحة 24/7.",
            "رمزي {receipt}.",
            "يعيش هنا {big} نسمة.",
        ),
        ("{d} آذار {y}", "{d} يوليو", "{dd}/{mm}/{y}", "{y}/{mm}/{dd}"),
        ("09{n2} {n3} {n3}", "+963 9{n2} {n3} {n3}", "01{n9}", "07{n1}-{n3}-{n4}"),
        ("{n11}", "{n3} {n3} {n3} {n2}7", "أ ب ج {n4}", "{A}{n8}"),
    ),
    "fa": Tongue(
        "Persian",
        _PERSIAN,
        {
            "phone": ("با من تماس بگیرید: {}.", "شماره من {} است"),
            "email": ("به {} بنویسید.",),
            "handle": ("در تلگرام {} هستم.",),
            "id": ("کد ملی من {} است.", "ماشین با پلاک {}"),
            "coordinates": ("چاه اینجاست: {}.",),
            "date": ("در {} بود.",),
            "time": ("ساعت {} آمدند.",),
        },
        (
            "برنج {price} تومان است.",
            "ما {count} خانوار هستیم.",
            "سال {year} بود.",
            "او {age} ساله است.",
            "درمانگاه 24/7 باز است.",
            "رسید من {receipt} است.",
            "اینجا {big} نفر زندگی می‌کنند.",
        ),
        ("{d} مرداد {j}", "{j}/{mm}/{dd}", "{d} ژوئیه {y}"),
        ("09{n2} {n3} {n4}", "+98 9{n2} {n3} {n4}", "09{n9}", "021-{n8}"),
        ("{n3}-{n6}-{n1}", "{n10}", "{n2} ب {n3} ایران {n2}", "{A}{n8}"),
    ),
    "ur": Tongue(
        "Persian",
        _PERSIAN,
        {
            "phone": ("مجھے {} پر فون کریں۔", "میرا نمبر {} ہے"),
            "email": ("{} پر لکھیں۔",),
            "handle": ("ٹیلیگرام پر {} ہوں۔",),
            "id": ("میرا شناختی کارڈ {} ہے۔",),
            "coordinates": ("کنواں یہاں ہے: {}۔",),
            "date": ("یہ {} کو ہوا۔",),
            "time": ("وہ {} پر آئے۔",),
        },
        (
            "چاول {price} روپے کا ہے۔",
            "ہم {count} خاندان ہیں۔",
            "یہ {year} میں تھا۔",
            "وہ {age} سال کی ہے۔",
            "کلینک 24/7 کھلا ہے۔",
            "میری رسید {receipt} ہے۔",
        ),
        ("{d} مارچ {y}", "{d} جولائی", "{dd}/{mm}/{y}"),
        ("03{n2}-{n7}", "+92 3{n2} {n7}", "03{n9}"),
        ("{n5}-{n7}-{n1}", "{n12}7", "{A}{A}{n7}"),
    ),
    "hi": Tongue(
        "Devanagari",
        _DEVANAGARI,
        {
            "phone": ("मुझे {} पर फ़ोन करें।", "मेरा नंबर {} है"),
            "email": ("{} पर लिखें।",),
            "handle": ("टेलीग्राम पर {} हूँ।",),
            "id": ("मेरा आधार {} है।", "गाड़ी नंबर {} आई"),
            "coordinates": ("कुआँ यहाँ है: {}।",),
            "date": ("यह {} को हुआ।",),
            "time": ("वे {} पर आए।",),
        },
        (
            "चावल {price} रुपये का है।",
            "हम {count} परिवार हैं।",
            "यह {year} में था।",
            "वह {age} साल की है, {small} बच्चे हैं।",
            "क्लिनिक 24/7 खुला है।",
            "मेरी रसीद {receipt} है।",
            "यहाँ {big} लोग रहते हैं।",
        ),
        ("{d} मार्च {y}", "{d} जुलाई", "{dd}/{mm}/{y}"),
        ("9{n4} {n5}", "+91 9{n4} {n5}", "98{n2}-{n6}", "0{n10}"),
        ("{n4} {n4} {n4}", "बा {n1} च {n4}", "{A}{A}{A}{A}{A}{n4}{A}", "{n12}"),
    ),
    "bn": Tongue(
        "Bengali",
        _BENGALI,
        {
            "phone": ("আমাকে {} নম্বরে ফোন করুন।", "আমার নম্বর {}"),
            "email": ("{} ঠিকানায় লিখুন।",),
            "handle": ("টেলিগ্রামে আমি {}।",),
            "id": ("আমার পরিচয়পত্র {}।", "গাড়ির নম্বর ঢাকা মেট্রো-{}"),
            "coordinates": ("কুয়া এখানে: {}।",),
            "date": ("এটা {} ঘটেছে।",),
            "time": ("তারা {} এসেছিল।",),
        },
        (
            "চাল {price} টাকা।",
            "আমরা {count} পরিবার।",
            "এটা {year} সালে ছিল।",
            "তার বয়স {age} বছর, {small} সন্তান।",
            "ক্লিনিক 24/7 খোলা।",
            "আমার রসিদ {receipt}।",
            "এখানে {big} মানুষ থাকে।",
        ),
        ("{d} মার্চ {y}", "{d} জুলাই", "{dd}/{mm}/{y}"),
        ("017{n2}-{n6}", "+880 17{n2} {n6}", "017{n8}", "01{n3} {n3} {n3}"),
        ("{n13}", "গ {n2}-{n4}", "{n10}", "{A}{A}{n7}"),
    ),
    "zh": Tongue(
        "Han",
        _LATIN,
        {
            "phone": ("请打电话{}给我。", "我的号码是{}"),
            "email": ("请写信到 {} 。",),
            "handle": ("我的账号是 {} 。",),
            "id": ("我的身份证是{}。", "车牌 {} 来了"),
            "coordinates": ("水井在{}。",),
            "date": ("那是{}。",),
            "time": ("他们{}来了。",),
        },
        (
            "米要{price}元。",
            "我们有{count}个家庭。",
            "那是{year}年。",
            "她{age}岁，有{small}个孩子。",
            "诊所24/7开放。",
            "我的收据是 {receipt} 。",
        ),
        ("{y}年{m}月{d}日", "{m}月{d}日", "{y}-{mm}-{dd}"),
        ("138 {n4} {n4}", "+86 138 {n4} {n4}", "138{n8}", "010-{n8}"),
        ("{n17}X", "{n12}9{n5}", "E{n8}"),
    ),
}


def corpus(seed: int, texts: int) -> list[Sample]:
    """So many texts of each language, the same for the same seed."""
    chance = Random(seed)
    return [_sample(tongue, chance) for tongue in TONGUES.values() for _ in range(texts)]


def _sample(tongue: Tongue, chance: Random) -> Sample:
    text, entities = "", []
    for _ in range(chance.randint(2, 5)):
        if text:
            text += " "
        if chance.random() < 0.5:
            text += _distractor(tongue, chance)
            continue
        kind = chance.choice(KINDS)
        before, _, after = chance.choice(tongue.around[kind]).partition("{}")
        entity = _entity(kind, tongue, chance)
        entities.append((kind, len(text + before), len(text + before + entity)))
        text += before + entity + after
    return Sample(tongue.script, text, tuple(entities))


def _entity(kind: str, tongue: Tongue, chance: Random) -> str:
    match kind:
        case "phone":
            return _written(_filled(chance.choice(tongue.phones), chance), tongue, chance, unseen=True)
        case "id":
            return _written(_filled(chance.choice(tongue.ids), chance), tongue, chance, unseen=True)
        case "date":
            return _written(_day(chance.choice(tongue.dates), chance), tongue, chance)
        case "time":
            return _written(chance.choice(("{h}:{mi}", "{hh}:{mi}")).format(**_hour(chance)), tongue, chance)
        case "coordinates":
            return _coordinates(tongue, chance)
        case "email":
            name = chance.choice(("amina.k", "r_jean92", "sara+help", "mon.adresse", "user1977", "b-hassan"))
            return f"{name}@{chance.choice(('gmail.com', 'mail.example.org', 'yahoo.fr', 'example.co.ke'))}"
        case _:
            name = chance.choice(("sara_k", "Amina1990", "r.jean", "hope_center", "bintou22"))
            return chance.choice(
                ("@{}", "t.me/{}", "https://t.me/{}", "facebook.com/{}", "wa.me/2547{}")
            ).format(name)


def _filled(template: str, chance: Random) -> str:
    """{n3}: three digits, {A}: a letter. The first of a whole number is never 0; none ends as a round number."""
    made, at = "", 0
    while at < len(template):
        if template[at] != "{":
            made, at = made + template[at], at + 1
            continue
        end = template.index("}", at)
        what = template[at + 1 : end]
        if what == "A":
            made += chance.choice("ABCDEFGHJKLMNPRSTVWXY")
        else:
            made += "".join(
                str(chance.randint(1 if place in (0, int(what[1:]) - 1) else 0, 9))
                for place in range(int(what[1:]))
            )
        at = end + 1
    return made


def _written(text: str, tongue: Tongue, chance: Random, *, unseen: bool = False) -> str:
    """In the digits of the script, mostly; with marks that nobody sees, sometimes."""
    if tongue.digits != _LATIN and chance.random() < 2 / 3:
        text = text.translate(str.maketrans(_LATIN, tongue.digits))
    if unseen and chance.random() < 0.2:
        places = [at for at in range(1, len(text)) if text[at - 1].isdecimal() and text[at].isdecimal()]
        for at in sorted(chance.sample(places, min(2, len(places))), reverse=True):
            text = text[:at] + chance.choice(UNSEEN) + text[at:]
    return text


def _day(template: str, chance: Random) -> str:
    day, month = chance.randint(1, 28), chance.randint(1, 12)
    return template.format(
        d=day,
        dd=f"{day:02}",
        m=month,
        mm=f"{month:02}",
        y=chance.randint(2021, 2026),
        j=chance.randint(1400, 1405),
    )


def _hour(chance: Random) -> dict[str, str]:
    hour, minute = chance.randint(1, 23), chance.randint(0, 59)
    return {"h": str(hour), "hh": f"{hour:02}", "mi": f"{minute:02}"}


def _coordinates(tongue: Tongue, chance: Random) -> str:
    latitude, longitude = chance.uniform(-60, 60), chance.uniform(-179, 179)
    shape: Callable[[], str] = chance.choice(
        (
            lambda: f"{latitude:.{chance.randint(4, 7)}f}, {longitude:.{chance.randint(4, 7)}f}",
            lambda: f"{latitude:.5f} {longitude:.5f}",
            lambda: f"{abs(latitude):.4f}° N, {abs(longitude):.4f}° E",
            lambda: f"{_degrees(latitude, chance)}S {_degrees(longitude, chance)}E",
        )
    )
    return _written(shape(), tongue, chance)


def _degrees(angle: float, chance: Random) -> str:
    return f"{int(abs(angle))}°{chance.randint(1, 59)}'{chance.randint(1, 59)}\""


def _distractor(tongue: Tongue, chance: Random) -> str:
    price = chance.choice(
        (
            f"{chance.randint(5, 999)}",
            f"{chance.randint(1, 99)} {chance.randint(1, 9)}00",
            f"{chance.randint(2, 95)}000",
            f"{chance.randint(1, 12)},500,000",
        )
    )
    values = {
        "price": price,
        "count": str(chance.randint(2, 950)),
        "year": str(chance.randint(1995, 2026)),
        "age": str(chance.randint(1, 95)),
        "small": str(chance.randint(2, 9)),
        "big": f"{chance.randint(2, 90)} 000",
        "receipt": "\x00",
    }
    text = _written(chance.choice(tongue.distractors).format(**values), tongue, chance)
    letters = "ABCDEFGHJKMNPQRSTVWXYZ"
    code = chance.choice(letters) + "".join(chance.choice("23456789" + letters) for _ in range(3))
    return text.replace("\x00", f"{chance.choice(('MG', 'KE', 'SY', 'BD'))}-{code}")
