"""What is said on the evening that `pictures_of_review` plays, in English, French and Arabic."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evening:
    """What people tell, and what moderators write. `names`: a story with names in it; `hidden`: the same, corrected by
    hand; `other`: what a voice of the other language says in this one.
    """

    label: str
    first: str
    dry: str
    other: str
    question: str
    long: str
    names: str
    hidden: str
    spam: str
    private: str
    referral: str


EVENING = {
    "en": Evening(
        label="Noor, evenings",
        first="Rice costs twice as much as last year.",
        dry="The well of the quarter has been dry since May.",
        other="The well of the quarter has been dry since May.",
        question="Where do you fetch water now?",
        long=(
            "Since the storm the school has no roof. The children sit under the mango tree, and when it rains they go"
            " home. My two daughters used to walk there together; now the older one stays with me to sell bread at the"
            " roadside, for without her I cannot pay the rent. She does not complain. In the evening she reads to her"
            " sister from the one book that stayed dry.\n\n"
            "Food is the second thing. A measure of rice was one note, now it is two, and the measure is smaller. We"
            " eat in the morning or in the evening, not both. The women of our street have begun to cook together:"
            " each brings what she has, and on some days that is only salt. It is good to sit together, and nobody"
            " counts who brought what.\n\n"
            "The health post opens on two days of the week. The nurse is kind, but there is no medicine for the cough,"
            " and for the hospital one needs the bus. When my youngest was ill, three neighbours put money together for"
            " the ride. I would like somebody to write down that they did this.\n\n"
            "People came after the storm and asked many questions. They wrote all of it down and took pictures of the"
            " roof. We have not heard from them since, and we would like to know what became of it. If you read this,"
            " tell us at least that you did. We do not ask for much: a roof for the school before the rains, a price"
            " for rice that stays, the health post open every morning.\n\n"
            "What gives me hope is the class under the tree. The teacher comes every day though she has not been paid"
            " since June. She has divided one box of chalk among four classes. The older pupils teach the younger ones"
            " to count with stones. When I pass there with my bread in the morning, I hear them sing, and I stay a"
            " little longer than I should. My daughter hears it too. She asked me yesterday whether she could go back"
            " after the harvest, and I said yes, though I do not know how.\n\n"
            "Water is far, too: an hour every morning, and when the spring is dry we wait for the tank, which may not"
            " come. Whoever has a bucket to spare puts it before the door and does not ask who took from it. So we"
            " live, one day after the other, and none of us alone. Thank you for reading to the end."
        ),
        names="We were at the bridge when Bakoly Jean fell. Please call his sister, 034 12 345 67. It was on 12 March.",
        hidden="We were at the bridge when a neighbour fell. Please call his sister. It was in spring.",
        spam="Earn money from home, write to our friendly agent today",
        private="He who hands out the sacks asks for more than thanks.",
        referral="The women's house in town: somebody to talk to, and a place for the night.",
    ),
    "fr": Evening(
        label="Noor, le soir",
        first="Le riz coûte deux fois plus que l’an dernier.",
        dry="Le puits du quartier est à sec depuis mai.",
        other="Le puits du quartier est à sec depuis mai.",
        question="Où allez-vous chercher l’eau maintenant ?",
        long=(
            "Depuis la tempête, l’école n’a plus de toit. Les enfants s’assoient sous le manguier, et quand il pleut"
            " ils rentrent. Mes deux filles y allaient ensemble ; maintenant l’aînée reste avec moi pour vendre du pain"
            " au bord de la route, car sans elle je ne peux pas payer le loyer. Elle ne se plaint pas. Le soir, elle"
            " lit à sa sœur le seul livre resté sec.\n\n"
            "Ensuite, la nourriture. Une mesure de riz coûtait un billet, elle en coûte deux, et la mesure est plus"
            " petite. Nous mangeons le matin ou le soir, pas les deux. Les femmes de notre rue se sont mises à cuisiner"
            " ensemble : chacune apporte ce qu’elle a, et certains jours ce n’est que du sel. C’est bon d’être assises"
            " ensemble, et personne ne compte qui a apporté quoi.\n\n"
            "Le dispensaire ouvre deux jours par semaine. L’infirmière est gentille, mais il n’y a pas de médicament"
            " contre la toux, et pour l’hôpital il faut le bus. Quand mon plus jeune était malade, trois voisines ont"
            " réuni l’argent du trajet. Je voudrais que quelqu’un écrive qu’elles l’ont fait.\n\n"
            "Des gens sont venus après la tempête et ont posé beaucoup de questions. Ils ont tout noté et photographié"
            " le toit. Nous n’avons plus de nouvelles, et nous voudrions savoir ce que c’est devenu. Si vous lisez"
            " ceci, dites-nous au moins que vous l’avez lu. Nous ne demandons pas grand-chose : un toit pour l’école"
            " avant les pluies, un prix du riz qui reste, le dispensaire ouvert chaque matin.\n\n"
            "Ce qui me donne de l’espoir, c’est la classe sous l’arbre. L’institutrice vient chaque jour, bien qu’elle"
            " ne soit plus payée depuis juin. Elle a partagé une boîte de craies entre quatre classes. Les grands"
            " apprennent aux petits à compter avec des pierres. Quand je passe le matin avec mon pain, je les entends"
            " chanter, et je reste un peu plus longtemps que je ne devrais. Ma fille les entend aussi. Hier elle m’a"
            " demandé si elle pourrait y retourner après la récolte, et j’ai dit oui, sans savoir comment.\n\n"
            "L’eau aussi est loin : une heure chaque matin, et quand la source est à sec nous attendons la citerne, qui"
            " ne vient pas toujours. Qui a un seau de trop le pose devant sa porte et ne demande pas qui y a puisé."
            " Nous vivons ainsi, un jour après l’autre, et personne n’est seul. Merci d’avoir lu jusqu’au bout."
        ),
        names=(
            "Nous étions au pont quand Bakoly Jean est tombé. Appelez sa sœur, 034 12 345 67. C’était le 12 mars 2026."
        ),
        hidden="Nous étions au pont quand un voisin est tombé. Appelez sa sœur. C’était au printemps.",
        spam="Gagnez de l’argent à la maison, écrivez à notre agent aujourd’hui",
        private="Celui qui distribue les sacs demande plus que des mercis.",
        referral="La maison des femmes en ville : quelqu’un à qui parler, et un lieu pour la nuit.",
    ),
    "ar": Evening(
        label="نور، مساءً",
        first="سعر الأرز ضعف ما كان عليه العام الماضي.",
        dry="بئر الحيّ جافة منذ أيار.",
        other="بئر الحيّ جافة منذ أيار.",
        question="من أين تجلبون الماء الآن؟",
        long=(
            "منذ العاصفة والمدرسة بلا سقف. يجلس الأطفال تحت شجرة المانجو، وحين تمطر يعودون إلى البيت. كانت ابنتاي"
            " تذهبان معًا؛ والآن تبقى الكبرى معي لنبيع الخبز على جانب الطريق، فبدونها لا أستطيع دفع الإيجار. هي لا"
            " تشكو. في المساء تقرأ لأختها من الكتاب الوحيد الذي بقي جافًّا.\n\n"
            "والأمر الثاني هو الطعام. كان مكيال الأرز بورقة نقدية واحدة، فصار باثنتين، والمكيال أصغر. نأكل في الصباح أو"
            " في المساء، لا في كليهما. بدأت نساء شارعنا يطبخن معًا: تأتي كل واحدة بما عندها، وفي بعض الأيام لا يكون ذلك"
            " إلا ملحًا. الجلوس معًا جميل، ولا أحد يعدّ من أتى بماذا.\n\n"
            "يفتح المركز الصحي يومين في الأسبوع. الممرضة لطيفة، لكن لا دواء للسعال، والمستشفى يحتاج إلى الحافلة. حين"
            " مرض صغيري جمعت ثلاث جارات ثمن الرحلة. أودّ أن يكتب أحدٌ أنهنّ فعلن ذلك.\n\n"
            "جاء أناس بعد العاصفة وسألوا أسئلة كثيرة. كتبوا كل شيء وصوّروا السقف. لم نسمع منهم منذ ذلك الحين، ونريد أن"
            " نعرف ماذا حلّ بما كتبوه. إن قرأتم هذا فأخبرونا على الأقل أنكم قرأتموه. لا نطلب الكثير: سقفًا للمدرسة قبل"
            " الأمطار، وسعرًا للأرز يثبت، والمركز الصحي مفتوحًا كل صباح.\n\n"
            "ما يمنحني الأمل هو الصف تحت الشجرة. تأتي المعلمة كل يوم مع أنها لم تتقاضَ أجرها منذ حزيران. قسّمت علبة"
            " طباشير واحدة على أربعة صفوف. يعلّم الكبار الصغار العدّ بالحجارة. حين أمرّ هناك بخبزي صباحًا أسمعهم يغنّون،"
            " فأبقى أطول قليلًا ممّا ينبغي. وابنتي تسمعهم أيضًا. سألتني أمس إن كان بإمكانها أن تعود بعد الحصاد، فقلت"
            " نعم، وأنا لا أعرف كيف. الماء أيضًا بعيد: نمشي إليه ساعة كل صباح، وحين يجفّ النبع ننتظر الصهريج، وقد لا"
            " يأتي. في مثل هذه الأيام تتقاسم الجارات ما بقي في الجرار، والصغار يشربون أولًا. من يملك دلوًا زائدًا يضعه"
            " أمام بابه ولا يسأل من أخذ منه. هكذا نعيش، يومًا بعد يوم، ولا أحد منّا وحده. ومع ذلك نضحك: أمس رسمت الصغيرة"
            " مدرسة بسقف أحمر كبير، وعلّقتها فوق الباب، وقالت إن المطر لا يدخل من هنا. احتفظنا بالرسم، وكلّما مرّ أحد"
            " الجيران توقّف ونظر إليه وابتسم.\n\n"
            "أمس مرّت بنا امرأة من القرية المجاورة، وقالت إنهم هناك أيضًا يطبخون معًا، وإنهم يريدون أن يأتوا إلينا يوم"
            " الجمعة ومعهم ما عندهم. سننتظرهم تحت الشجرة بعد الدرس، ومعنا الخبز. لعلّ أحدًا ممن يقرأ هذا يودّ أن يأتي"
            " ويجلس معنا ساعة، فيرى المدرسة كما هي. هذا كل ما عندي الآن، وشكرًا لمن قرأ حتى هنا."
        ),
        names="اسمي ليلى حداد. كنّا عند الجسر. هذا رقم أختي 71234567 فاتصلوا بها. كان ذلك في ١٢ آذار ٢٠٢٦.",
        hidden="كنّا عند الجسر. اتصلوا بأختي من فضلكم. كان ذلك في الربيع.",
        spam="اربح المال من بيتك، اكتب إلى وكيلنا اليوم",
        private="من يوزّع الأكياس يطلب أكثر من الشكر.",
        referral="بيت النساء في المدينة: من يستمع إليكِ، ومكان للمبيت.",
    ),
}
