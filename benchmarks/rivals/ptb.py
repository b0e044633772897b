"""The dialog with python-telegram-bot: ConversationHandler and PicklePersistence, as its documentation shows."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from benchmarks.rivals.dialog import API, FOLDER, QUESTIONS, THANKS, TOKEN, Stories, after, asked

Context = ContextTypes.DEFAULT_TYPE
STORIES = Stories()


async def _ask(update: Update, context: Context, name: str) -> str:
    rows = [[InlineKeyboardButton(label, callback_data=label)] for label in QUESTIONS[name][1]]
    assert update.effective_message
    assert context.user_data is not None
    await update.effective_message.reply_text(
        asked(name, context.user_data), reply_markup=InlineKeyboardMarkup(rows) if rows else None
    )
    return name


async def _begin(update: Update, context: Context) -> str:
    assert context.user_data is not None
    context.user_data.clear()
    return await _ask(update, context, "language")


class _Question:
    """Takes the answer to one question and asks the next."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def pressed(self, update: Update, context: Context) -> str | int:
        """A button."""
        query = update.callback_query
        assert query
        await query.answer()
        return await self._goes_on(update, context, query.data or "")

    async def written(self, update: Update, context: Context) -> str | int:
        """A text."""
        assert update.message
        return await self._goes_on(update, context, update.message.text or "")

    async def _goes_on(self, update: Update, context: Context, answer: str) -> str | int:
        assert context.user_data is not None
        assert update.effective_chat
        assert update.effective_message
        context.user_data[self.name] = answer
        if following := after(self.name):
            return await _ask(update, context, following)
        number = STORIES.add(update.effective_chat.id, context.user_data)
        await update.effective_message.reply_text(THANKS.format(number=number))
        return ConversationHandler.END


def main() -> None:
    """Run until stopped."""
    states = {
        name: [
            CallbackQueryHandler(_Question(name).pressed)
            if labels
            else MessageHandler(filters.TEXT & ~filters.COMMAND, _Question(name).written)
        ]
        for name, (_, labels) in QUESTIONS.items()
    }
    application = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{API}/bot")
        .persistence(PicklePersistence(FOLDER / "conversations.pickle"))
        .build()
    )
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("start", _begin)],
            states=states,  # type: ignore[arg-type]
            fallbacks=[CommandHandler("start", _begin)],
            name="eight",
            persistent=True,
        )
    )
    application.run_polling(bootstrap_retries=-1)


if __name__ == "__main__":
    main()
