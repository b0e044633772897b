"""Words that must not stand where a locked screen shows them (assurance S30), by language, folded to lower case."""

from dialogs.answer import folded

TELLING = {
    "en": "help hard hunger food health school violence war danger child abuse money poor mother testimony",
    "fr": "aide dur faim santé école violence guerre danger enfant argent pauvre mère témoignage",
    "es": "ayuda difícil hambre comida salud escuela violencia guerra peligro niño niña dinero pobre madre testimonio",
    "pt": "ajuda difícil fome comida saúde escola violência guerra perigo criança dinheiro pobre mãe testemunho",
    "ru": "помощь трудно труднее голод еда здоровье школа насилие война опасность ребёнок деньги бедность мать рассказ",
    "mg": "fanampiana mafy hanoanana sakafo fahasalamana sekoly herisetra ady loza ankizy vola mahantra reny fijoroana",
    "ar": "مساعدة أصعب جوع غذاء صحة مدرسة عنف حرب خطر طفل مال فقر أم شهادة",
    "sw": "msaada kigumu njaa chakula afya shule ukatili vita hatari mtoto unyanyasaji pesa umaskini mama ushuhuda",
    "hi": "मदद मुश्किल भूख खाना सेहत स्कूल हिंसा जंग ख़तरा बच्चा शोषण पैसा ग़रीबी माँ आपबीती",
    "ur": "مدد مشکل بھوک کھانا صحت اسکول تشدد جنگ خطرہ بچہ زیادتی پیسہ غربت ماں بیتی",
    "bn": "সাহায্য কঠিন ক্ষুধা খাবার স্বাস্থ্য স্কুল নির্যাতন যুদ্ধ বিপদ শিশু টাকা গরিব দারিদ্র্য মা",
    "zh": "帮助 困难 最难 饥饿 食物 健康 学校 暴力 战争 危险 孩子 虐待 贫困 母亲 妈妈 讲述",
}
WITHOUT_BLANKS = {"zh"}
"""Languages that write their words without blanks between them: a telling word is one wherever it stands."""


def telling(language: str, text: str) -> set[str]:
    """The telling words of the language that the text has, accents and letter forms aside."""
    shown = folded(text)
    among = shown if language in WITHOUT_BLANKS else shown.split()
    return {word for word in TELLING[language].split() if folded(word) in among}
