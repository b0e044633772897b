// One chat, like one phone beside the others.

import { bubble } from "./bubble.js";
import { LANGUAGES, PLACES, ask, base64, direction, get, h, icon, post } from "./page.js";
import { record, sample } from "./voice.js";

const slugs = new Set();

function slug(name) {
  const base = name.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "chat";
  let unique = base;
  for (let n = 2; slugs.has(unique); n += 1) unique = `${base}-${n}`;
  slugs.add(unique);
  return unique;
}

export class Column {
  /** `place` is a person, or a group with `members` who may speak (`people`). */
  constructor(place, bot, { group = false, people = [], onclose }) {
    this.bot = bot;
    this.group = group;
    this.id = place.id;
    this.place = place;
    this.people = people;
    this.speaker = group ? people[0]?.id : place.id;
    this.name = group ? place.title : place.name;
    this.replying = null;
    this.editing = null;
    this.slug = slug(this.name);
    this.build(onclose);
  }

  build(onclose) {
    const language = this.place.language || "en";
    const hue = Math.abs(this.id) % 5;
    this.about = h("p");
    this.pinned = h("div", { class: "pinned", dir: "auto", hidden: true });
    this.log = h("div", { class: "log", role: "log", tabindex: "0", "aria-label": `Messages of ${this.name}`, "data-testid": "log" });
    this.typing = h("div", { class: "typing", "aria-hidden": "true" });
    this.notice = h("div", { class: "notice", role: "status", "data-testid": "notice" });
    this.keyboard = h("div", { class: "keyboard keys", role: "group", "aria-label": "Keyboard", "data-testid": "keyboard", hidden: true });
    this.foot = h("div", { class: "foot" });
    this.settings = this.group ? this.speakers() : this.languages(language);
    this.block = h("button", { type: "button", class: "icon", "data-testid": "block", onclick: () => this.toggleBlock() });
    const close = h("button", { type: "button", class: "icon", "aria-label": `Put ${this.name} aside`, onclick: () => { this.element.remove(); onclose(this); } }, icon("close"));
    this.element = h("section", { class: "phone", "data-testid": `chat-${this.slug}`, "aria-label": `Chat of ${this.name}` },
      h("header", {},
        h("div", { class: `face c${hue}`, "aria-hidden": "true" }, [...this.name][0]),
        h("div", { class: "who" }, h("h2", {}, h("bdi", {}, this.name)), this.about),
        this.settings, this.group ? null : this.block, close),
      this.pinned, this.log, h("div", { class: "under" }, this.typing, this.notice), this.keyboard, this.foot);
    this.turn(language);
    this.compose();
  }

  languages(language) {
    const codes = language in LANGUAGES ? LANGUAGES : { ...LANGUAGES, [language]: language };
    const select = h("select", { "aria-label": `Language of ${this.name}'s phone`, "data-testid": "language", onchange: () => this.speak(select.value) },
      Object.entries(codes).map(([code, name]) => h("option", { value: code, lang: code }, name)));
    select.value = language;
    return select;
  }

  speakers() {
    const select = h("select", { "aria-label": `Who speaks in ${this.name}`, "data-testid": "speaker", onchange: () => { this.speaker = Number(select.value); this.load(); } },
      this.people.map((person) => h("option", { value: person.id }, person.name)));
    return select;
  }

  turn(language) {
    this.log.lang = language;
    this.log.dir = this.keyboard.dir = this.group ? "ltr" : direction(language);
  }

  compose() {
    this.context = h("div", { class: "context", hidden: true }, h("span", { dir: "auto" }), h("button", { type: "button", class: "icon", "aria-label": "Never mind", onclick: () => this.rest() }, icon("close")));
    this.text = h("textarea", { rows: 1, dir: "auto", placeholder: "Message", "aria-label": `Message from ${this.name}`, "data-testid": "say" });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.form.requestSubmit(); }
      if (event.key === "Escape") this.rest();
    });
    this.commands = h("details", { class: "up" }, h("summary", { "aria-label": "Commands", "data-testid": "commands" }, icon("menu")), h("div"));
    const photo = this.picker("image/*", (file) => this.send("sends_photo", file, this.captioned()));
    const document_ = this.picker("", (file) => this.send("sends_document", file, { name: file.name, mime: file.type || "application/octet-stream", ...this.captioned() }));
    const choices = h("details", { class: "up" }, h("summary", { "aria-label": "Send something else", "data-testid": "attach" }, icon("clip")));
    const choice = (drawing, label, id, act) => h("button", { type: "button", "data-testid": id, onclick: () => { choices.open = false; act(); } }, icon(drawing), label);
    choices.append(h("div", {},
      choice("mic", "Sample voice note", "sample-voice", () => this.sampleVoice()),
      choice("photo", "Photo…", "photo", () => photo.click()),
      choice("file", "Document…", "document", () => document_.click()),
      choice("place", "Location…", "location", () => this.sharePlace()),
      this.group ? null : choice("person", "My contact", "contact", () => this.act("shares_contact"))));
    for (const menu of [this.commands, choices]) {
      menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
      menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); } });
    }
    this.mic = h("button", { type: "button", class: "icon send", "aria-label": "Record a voice note", "data-testid": "voice", onclick: () => this.recordVoice() }, icon("mic"));
    this.form = h("form", { onsubmit: (event) => { event.preventDefault(); this.submit(); } }, this.commands, choices, this.text, this.mic,
      h("button", { class: "primary send", "aria-label": "Send", "data-testid": "send" }, icon("send")), photo, document_);
    this.start = h("button", { type: "button", class: "primary wide", "data-testid": "start", hidden: true, onclick: () => this.act("starts") }, "Start");
    this.foot.append(this.context, this.form, this.start);
  }

  picker(accept, act) {
    const input = h("input", { type: "file", accept, hidden: true, onchange: () => { if (input.files[0]) act(input.files[0]); input.value = ""; } });
    return input;
  }

  // what is shown

  async load() {
    const chat = await get(`chats/${this.id}`);
    this.chat = chat;
    this.log.replaceChildren(...chat.messages.map((message) => bubble(message, this.acts(), this)));
    this.log.scrollTop = this.log.scrollHeight;
    this.stand();
    this.drawKeyboard();
    await this.loadPerson();
  }

  async loadChat() {
    const { messages, ...chat } = await get(`chats/${this.id}`);
    this.chat = chat;
    this.stand(messages);
    this.drawKeyboard();
  }

  async loadPerson() {
    const person = await get(`people/${this.speaker}`);
    const list = Object.entries(person.commands);
    this.commands.hidden = !list.length;
    this.commands.lastElementChild.replaceChildren(...list.map(([name, words]) =>
      h("button", { type: "button", "data-testid": "command", onclick: () => { this.commands.open = false; this.say(`/${name}`); } }, `/${name}`, h("small", { dir: "auto" }, words))));
    if (!this.group) this.place = person;
  }

  stand(messages = this.chat.messages) {
    const { started, bot } = this.chat;
    const blocked = bot === "kicked";
    this.about.textContent = this.group ? `${this.people.length} people and the bot` : blocked ? "has blocked the bot" : started ? "private chat" : "has not started yet";
    this.block.replaceChildren(icon(blocked ? "unblock" : "block"));
    this.block.setAttribute("aria-label", blocked ? `Unblock the bot for ${this.name}` : `Block the bot for ${this.name}`);
    this.block.hidden = !started;
    const closed = !this.group && (!started || blocked);
    this.form.hidden = closed;
    this.start.hidden = !closed;
    this.start.textContent = blocked ? "Unblock" : "Start";
    const pin = messages?.find((message) => message.id === this.chat.pinned.at(-1));
    this.pinned.hidden = !pin;
    if (pin) this.pinned.replaceChildren(icon("pin"), h("bdi", {}, pin.text || "message"));
  }

  drawKeyboard() {
    const markup = this.chat.keyboard;
    const rows = markup?.keyboard || [];
    this.keyboard.hidden = !rows.length || this.chat.keyboard_used;
    this.keyboard.replaceChildren(...rows.map((row) => h("div", {}, row.map((button) =>
      h("button", { type: "button", class: button.style, dir: "auto", "data-testid": "key", onclick: () => this.press(button) }, button.text)))));
    this.text.placeholder = (!this.chat.keyboard_used && markup?.input_field_placeholder) || "Message";
  }

  /** Take in one event of this chat. */
  on(event) {
    switch (event.kind) {
      case "message": this.append(event.message); if (!this.chat?.started) this.loadChat(); break;
      case "edited": this.replace(event.message); break;
      case "deleted": this.find(event.message.id)?.remove(); break;
      case "keyboard": case "chat": this.loadChat(); break;
      case "commands": this.loadPerson(); break;
      case "action": this.showTyping(event.action); break;
      case "answer": if (event.person === this.speaker) this.answered(event); break;
    }
  }

  find(id) { return this.log.querySelector(`[data-id="${id}"]`); }

  append(message) {
    if (this.find(message.id)) return;
    const near = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 160;
    this.log.append(bubble(message, this.acts(), this));
    if (message.sender.bot) this.typing.textContent = "";
    if (near || !message.sender.bot) this.log.scrollTop = this.log.scrollHeight;
  }

  replace(message) {
    const near = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 160;
    this.find(message.id)?.replaceWith(bubble(message, this.acts(), this));
    if (near) this.log.scrollTop = this.log.scrollHeight;
  }

  showTyping(action) {
    this.typing.textContent = `${this.bot.first_name}: ${action.replaceAll("_", " ")}…`;
    clearTimeout(this.typingEnds);
    this.typingEnds = setTimeout(() => { this.typing.textContent = ""; }, 5000);
  }

  answered(answer) {
    this.find(answer.message_id)?.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    if (answer.text && answer.alert) {
      document.getElementById("alert-text").textContent = answer.text;
      document.getElementById("alert-dialog").showModal();
    } else if (answer.text) this.tell(answer.text);
    if (answer.url) this.follow(answer.url);
  }

  tell(words, wrong = false) {
    this.notice.textContent = words;
    this.notice.dir = "auto";
    this.notice.classList.toggle("wrong", wrong);
    clearTimeout(this.noticeEnds);
    this.noticeEnds = setTimeout(() => { this.notice.textContent = ""; }, 6000);
  }

  // what people do

  acts() {
    return {
      person: () => this.speaker,
      say: (text) => this.say(text),
      tap: (message, row, column) => this.tap(message, row, column),
      follow: (url) => this.follow(url),
      reply: (message) => { this.rest(); this.replying = message; this.show(`Reply to: ${message.text || "message"}`); },
      edit: (message) => { this.rest(); this.editing = message; this.text.value = message.text; this.show("Edit your message"); },
      react: (message, emoji) => this.act("reacts", { message: message.id, chat: this.id, emoji: message.reactions.includes(emoji) ? "" : emoji }),
      remove: (message) => this.act("deletes", { message: message.id, chat: this.id }),
    };
  }

  show(words) {
    this.context.hidden = false;
    this.context.firstElementChild.textContent = words;
    this.text.focus();
  }

  rest() {
    if (this.editing) this.text.value = "";
    this.replying = this.editing = null;
    this.context.hidden = true;
  }

  async act(deed, body = {}) {
    try {
      const where = this.group ? { to: this.id } : {};
      const takes = ["says", "sends_voice", "sends_photo", "sends_document", "sends_album"].includes(deed);
      return await post(`people/${this.speaker}/${deed}`, takes ? { ...body, ...where } : body);
    } catch (error) {
      this.tell(error.message, true);
      return null;
    }
  }

  say(text) { return this.act("says", { text, ...(this.replying ? { reply_to: this.replying.id } : {}) }); }

  // What was written goes with the file, as in Telegram; but not what an earlier message is to say instead.
  captioned() {
    const caption = this.editing ? "" : this.text.value.trim();
    if (caption) this.text.value = "";
    return caption ? { caption } : {};
  }

  async submit() {
    const text = this.text.value.trim();
    if (!text) return;
    this.text.value = "";
    const editing = this.editing;
    if (editing) await this.act("edits", { message: editing.id, chat: this.id, text });
    else await this.say(text);
    this.rest();
    this.text.focus();
  }

  async tap(message, row, column) {
    try {
      await post(`people/${this.speaker}/tap`, { chat: this.id, message: message.id, row, column });
    } catch (error) {
      this.tell(error.message, true);
    }
  }

  async press(button) {
    if (button.request_location) return this.sharePlace();
    if (button.request_contact) return this.act("shares_contact");
    await this.act("taps", { label: button.text, within: 0 });
    return this.loadChat();
  }

  follow(url) {
    let address;
    try { address = new URL(url, "https://t.me"); } catch { return false; }
    const path = address.pathname.replaceAll("/", "").toLowerCase();
    const own = ["t.me", "telegram.me"].includes(address.hostname) && path === this.bot.username.toLowerCase();
    if (own) this.act("follows", { url });
    return own;
  }

  speak(language) { this.turn(language); this.place.language = language; return this.act("speaks", { language }); }

  toggleBlock() { return this.act(this.chat.bot === "kicked" ? "unblocks" : "blocks"); }

  async send(deed, blob, more_ = {}) { return this.act(deed, { data: await base64(blob), ...more_ }); }

  async sampleVoice() {
    const { blob, seconds } = await sample();
    await this.send("sends_voice", blob, { seconds });
  }

  async recordVoice() {
    if (this.recorder) { this.recorder.stop(); return; }
    try {
      this.recorder = await record();
    } catch {
      this.tell("There is no microphone here: send a sample voice note from the paper clip.", true);
      return;
    }
    this.mic.classList.add("recording");
    this.mic.setAttribute("aria-label", "Stop and send the voice note");
    this.mic.replaceChildren(icon("stop"));
    const { blob, seconds } = await this.recorder.done;
    this.recorder = null;
    this.mic.classList.remove("recording");
    this.mic.setAttribute("aria-label", "Record a voice note");
    this.mic.replaceChildren(icon("mic"));
    await this.send("sends_voice", blob, { seconds });
  }

  async sharePlace() {
    const dialog = document.getElementById("place-dialog");
    const [place, latitude, longitude] = ["place", "latitude", "longitude"].map((name) => dialog.querySelector(`[name=${name}]`));
    if (!place.options.length) {
      place.append(...Object.keys(PLACES).map((name) => h("option", { value: name }, name)));
      place.addEventListener("change", () => { [latitude.value, longitude.value] = PLACES[place.value]; });
      [latitude.value, longitude.value] = PLACES[place.value];
    }
    const fields = await ask(dialog);
    if (fields) await this.act("shares_location", { latitude: Number(fields.get("latitude")), longitude: Number(fields.get("longitude")) });
  }
}
