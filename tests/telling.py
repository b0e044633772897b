"""Words that must not stand where a locked screen shows them (assurance S30), by language, folded to lower case."""

TELLING = {
    "en": "help hard hunger food health school violence war danger child abuse money poor mother testimony",
    "fr": "aide dur faim santé école violence guerre danger enfant argent pauvre mère témoignage",
    "es": "ayuda difícil hambre comida salud escuela violencia guerra peligro niño niña dinero pobre madre testimonio",
    "pt": "ajuda difícil fome comida saúde escola violência guerra perigo criança dinheiro pobre mãe testemunho",
    "ru": "помощь трудно труднее голод еда здоровье школа насилие война опасность ребёнок деньги бедность мать рассказ",
    "mg": "fanampiana mafy hanoanana sakafo fahasalamana sekoly herisetra ady loza ankizy vola mahantra reny fijoroana",
    "ar": "مساعدة أصعب جوع غذاء صحة مدرسة عنف حرب خطر طفل مال فقر أم شهادة",
}
