// The dialog with grammY: sessions in SQLite, a router for the questions, its runner for concurrency, as its
// documentation shows; with "durable" as its argument, each commit waits for the disk. What is asked comes in
// BENCH_DIALOG (benchmarks/rivals/dialog.py has the words).

import { Router } from "@grammyjs/router";
import { run, sequentialize } from "@grammyjs/runner";
import Database from "better-sqlite3";
import { Bot, InlineKeyboard, session } from "grammy";
import { join } from "node:path";

const { BENCH_API, BENCH_TOKEN, BENCH_FOLDER, BENCH_DIALOG } = process.env;
const { questions, thanks } = JSON.parse(BENCH_DIALOG);
const names = Object.keys(questions);

// -- what is kept: sessions, and what was finished (read by benchmarks/rivals/dialog.py) -------------------------------

function opened(file, table) {
  const database = new Database(join(BENCH_FOLDER, file));
  database.pragma("journal_mode = WAL"); // as better-sqlite3 advises; it comes with synchronous = NORMAL
  if (process.argv[2] === "durable") database.pragma("synchronous = FULL");
  database.exec(table);
  return database;
}

function sessions() {
  const database = opened("sessions.db", "CREATE TABLE IF NOT EXISTS session (key TEXT PRIMARY KEY, value TEXT)");
  const read = database.prepare("SELECT value FROM session WHERE key = ?").pluck();
  const write = database.prepare("INSERT OR REPLACE INTO session VALUES (?, ?)");
  const drop = database.prepare("DELETE FROM session WHERE key = ?");
  return {
    read: (key) => {
      const value = read.get(key);
      return value === undefined ? undefined : JSON.parse(value);
    },
    write: (key, value) => void write.run(key, JSON.stringify(value)),
    delete: (key) => void drop.run(key),
  };
}

const stories = opened(
  "stories.db",
  "CREATE TABLE IF NOT EXISTS story (number INTEGER PRIMARY KEY, person, answers)",
);
const keep = stories.prepare("INSERT INTO story (person, answers) VALUES (?, ?)");

// -- the dialog -------------------------------------------------------------------------------------------------------

async function ask(ctx, name) {
  const [text, labels] = questions[name];
  const answers = Object.entries(ctx.session.answers).map(([each, answer]) => `${questions[each][0]} ${answer}`);
  ctx.session.asked = name;
  await ctx.reply(name === "confirm" ? `${text}\n\n${answers.join("\n")}` : text, {
    reply_markup: labels.length
      ? InlineKeyboard.from(labels.map((label) => [InlineKeyboard.text(label, label)]))
      : undefined,
  });
}

async function goOn(ctx, answer) {
  const name = ctx.session.asked;
  ctx.session.answers[name] = answer;
  const following = names[names.indexOf(name) + 1];
  if (following) return ask(ctx, following);
  const { lastInsertRowid } = keep.run(ctx.chat.id, JSON.stringify(ctx.session.answers));
  ctx.session = { answers: {} };
  await ctx.reply(thanks.replace("{number}", lastInsertRowid));
}

const bot = new Bot(BENCH_TOKEN, { client: { apiRoot: BENCH_API } });
bot.use(sequentialize((ctx) => String(ctx.chat?.id)));
bot.use(session({ initial: () => ({ answers: {} }), storage: sessions() }));
bot.command("start", async (ctx) => {
  ctx.session = { answers: {} };
  await ask(ctx, names[0]);
});

const router = new Router((ctx) => ctx.session.asked);
for (const [name, [, labels]] of Object.entries(questions)) {
  const question = router.route(name);
  if (labels.length) {
    question.on("callback_query:data", async (ctx) => {
      await ctx.answerCallbackQuery();
      await goOn(ctx, ctx.callbackQuery.data);
    });
  } else {
    question.on("message:text", (ctx) => goOn(ctx, ctx.message.text));
  }
}
bot.use(router);
bot.catch((error) => console.error(error.message));

const runner = run(bot);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => runner.stop());
