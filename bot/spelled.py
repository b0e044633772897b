"""Spelled: months, money, measures and what comes before a name, in the languages people tell in; for the linter."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTHS = _words(
    """
    january february march april may june july august september october november december jan feb mar apr jun
    jul aug sep sept oct nov dec janvier février mars avril mai juin juillet août septembre octobre novembre
    décembre janv févr fevrier aout decembre enero febrero marzo abril mayo junio julio agosto septiembre
    octubre noviembre diciembre ene abr ago dic janeiro fevereiro março maio junho julho setembro outubro
    novembro dezembro fev set out dez يناير فبراير مارس أبريل ابريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر
    اكتوبر نوفمبر ديسمبر ماي يوليوز غشت شتنبر نونبر دجنبر شباط آذار نيسان أيار حزيران تموز آب أيلول января
    февраля марта апреля мая июня июля августа сентября октября ноября декабря январь февраль март апрель июнь
    июль август сентябрь октябрь ноябрь декабрь जनवरी फ़रवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर
    सितम्बर अक्टूबर अक्तूबर नवंबर नवम्बर दिसंबर दिसम्बर জানুয়ারী জানুয়ারি ফেব্রুয়ারী ফেব্রুয়ারি মার্চ এপ্রিল
    মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر
    اکتوبر نومبر دسمبر januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba
    janoary febroary martsa aprily mey jona jolay aogositra septambra oktobra novambra desambra ژانویه فوریه
    مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان
    آذر دی بهمن اسفند बैशाख जेठ असार साउन भदौ असोज कात्तिक मंसिर पुस माघ फागुन चैत বৈশাখ জ্যৈষ্ঠ আষাঢ় শ্রাবণ
    ভাদ্র আশ্বিন কার্তিক অগ্রহায়ণ পৌষ মাঘ ফাল্গুন চৈত্র محرم صفر رجب شعبان رمضان شوال
    """
)
"""Months, as they are written and shortened; those of the lunar and the Persian year too."""

MONEY = _words(
    """
    $ € £ ¥ ₹ ৳ ﷼ ₽ ₨ % ar ariary mga fmg fcfa cfa xaf xof f francs franc usd dollar dollars dólares dolares eur
    euro euros ksh kes tsh tzs ugx shilling shillings shilingi sh rs inr rupee rupees roupies taka tk bdt birr
    naira pesos peso reais gourdes gourde lempiras quetzales soles руб рублей рубля рублях гривен долларов ريال
    دينار جنيه ليرة درهم دولار فرنك تومان ریال افغانی روپے روپئے روپیہ रुपए रुपये रुपया रुपए रु टका डॉलर টাকা
    টাকার টাকায় রুপি ডলার 元 块 人民币 美元
    """
)
"""What stands beside a price."""

UNITS = _words(
    """
    kg g l km m cm mm ha mb gb kw kwh people persons personnes personas pessoas habitants families familles
    familias children enfants women femmes years ans años anos days jours días dias students élèves households
    refugees человек людей семей детей شخص نسمة عائلة أسرة طفل نفر خانوار लोग लोगों परिवार बच्चे মানুষ জন পরিবার
    শিশু لوگ خاندان بچے watu familia olona fianakaviana st nd rd th
    """
)
"""What is counted, and how it is measured."""

CUES = _words(
    """
    mr mrs ms miss dr mister madam monsieur madame mme mlle señor senor señora senora don doña doctor docteur
    senhor senhora bwana bibi mzee ramatoa rangahy andriamatoa السيد السيده الاستاذ الدكتور الشيخ ام ابو اسمي
    اسمه اسمها اسم اقاي اقا خانم دكتر نامم श्री श्रीमती सुश्री डॉक्टर জনাব বেগম ডাক্তার جناب محترم محترمه صاحبه
    господин госпожа
    """
) | {
    "my name is",
    "name is",
    "called",
    "named",
    "je m appelle",
    "m appelle",
    "s appelle",
    "me llamo",
    "se llama",
    "me chamo",
    "chama se",
    "меня зовут",
    "ее зовут",
    "его зовут",
    "मेरा नाम",
    "का नाम",
    "উনার নাম",
    "আমার নাম",
    "তার নাম",
    "میرا نام",
    "ميرا نام",
    "نام من",
    "jina langu",
    "anaitwa",
    "ny anarako",
    "atao hoe",
}
"""What comes before a name, folded (dialogs.letters.folded)."""

NO_NAMES = MONEY | _words(
    """
    in on at by to from with for of and but or when if this that there here no not so as is was are dans en au
    aux pour avec par sur ce cette ces il elle ils elles nous vous je tu est qui que mais ou où si na nos nas em
    por para con sin su sus este esta ella yo nosotros eu ele ela kwa ya wa mimi sisi ny sy tamin izay он она мы
    я они в на с и но i the a an le la les un une el los las o os de du des da al et y e my mon ma our your his
    her we he she it they monday tuesday wednesday thursday friday saturday sunday god allah dieu dios deus bog
    jesus english french spanish arabic swahili malagasy hindi bengali urdu russian chinese portuguese christmas
    ramadan easter eid internet telegram whatsapp facebook covid unicef ngo ong onu january february march april
    may june july august september october november december
    """
)
"""Words with a capital that name nobody."""
