// The panel: clock, links, faults, the log of API calls.

import { clockTime, get, h, post } from "./page.js";

const STEPS = [["+1 minute", 60], ["+1 hour", 3600], ["+1 day", 86400], ["+1 week", 604800]];
const FAULTS = {
  "Too many requests (429), wait 5 s": { way: "error", retry_after: 5 },
  "Telegram is down (500)": { way: "error", code: 500, words: "Internal Server Error" },
  "A proxy's error page (502)": { way: "html", code: 502, words: "Bad Gateway" },
  "Connection breaks before delivery": { way: "close" },
  "Connection breaks after delivery": { way: "close", delivered: true },
  "No answer for 30 s": { way: "hang", seconds: 30 },
  "The right answer, 5 s late": { way: "slow", delivered: true, seconds: 5 },
  "The answer is cut in the middle": { way: "cut", delivered: true },
};
const MOST = 200;
const by = (id) => document.getElementById(id);

function call(entry) {
  const bad = entry.code !== 200;
  const code = entry.fault && !entry.code ? entry.fault : entry.code;
  const details = h("details", { "data-testid": "call" }, h("summary", {},
    h("span", {}, clockTime(entry.at)), h("b", {}, entry.method), h("span", { class: bad ? "bad" : "" }, String(code))));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) {
      const answer = entry.answer.ok ? entry.answer.result : entry.answer;
      details.append(h("pre", { dir: "auto" }, `${JSON.stringify(entry.parameters, null, 1)}\n→ ${JSON.stringify(answer, null, 1)}`));
    }
  });
  return details;
}

export class Backstage {
  constructor(people, bot) {
    this.people = people;
    this.bot = bot;
    this.panel = by("panel");
    by("clock-buttons").append(...STEPS.map(([label, seconds]) =>
      h("button", { type: "button", "data-testid": `advance-${seconds}`, onclick: async () => this.showTime((await post("clock", { advance: seconds })).now) }, label)));
    by("fault-how").append(...Object.keys(FAULTS).map((name) => h("option", { value: name }, name)));
    by("fault-form").addEventListener("submit", (event) => { event.preventDefault(); this.addFault(); });
    by("fault-heal").addEventListener("click", async () => { await post("faults", {}, "DELETE"); this.refresh(); });
    by("link-form").addEventListener("submit", (event) => { event.preventDefault(); this.openLink(); });
    by("open-panel").addEventListener("click", () => this.toggle());
    this.panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { this.toggle(); by("open-panel").focus(); } });
    setInterval(() => { if (!this.panel.hidden) this.refresh(); }, 2000);
  }

  toggle() {
    this.panel.hidden = !this.panel.hidden;
    by("open-panel").setAttribute("aria-expanded", String(!this.panel.hidden));
    if (!this.panel.hidden) this.open();
  }

  async open() {
    const { calls } = await get(`calls?limit=${MOST}`);
    by("calls").replaceChildren(...calls.filter((each) => each.method !== "getUpdates" || each.code !== 200).map(call).reverse());
    by("link-person").replaceChildren(...this.people().map((person) => h("option", { value: person.id }, person.name)));
    await this.refresh();
  }

  async refresh() {
    const state = await get("state");
    this.showTime(state.now);
    const polls = state.webhook ? `webhook ${state.webhook}` : `${state.calls.getUpdates || 0} polls`;
    by("bot-state").textContent = `${state.seq} calls, ${polls}, ${state.pending} updates pending`;
    by("faults").replaceChildren(...state.faults.map((fault) =>
      h("li", {}, `${fault.way}${fault.delivered ? " after delivery" : ""} in ${fault.method || "any call"}: ${fault.used} of ${fault.times ?? "all"}`)));
  }

  showTime(now) {
    const moment = new Date(now * 1000);
    by("now").dateTime = moment.toISOString();
    by("now").textContent = moment.toLocaleString("en-GB", { dateStyle: "full", timeStyle: "medium" });
  }

  async addFault() {
    const method = by("fault-method").value.trim();
    await post("faults", { ...FAULTS[by("fault-how").value], ...(method ? { method } : {}), times: Number(by("fault-times").value) });
    await this.refresh();
  }

  async openLink() {
    const payload = by("link-payload").value.trim();
    await post(`people/${by("link-person").value}/follows`, { url: `https://t.me/${this.bot.username}?start=${payload}` });
  }

  /** A call of the bot. */
  on(entry) {
    if (this.panel.hidden) return;
    by("calls").prepend(call(entry));
    while (by("calls").children.length > MOST) by("calls").lastElementChild.remove();
  }
}
