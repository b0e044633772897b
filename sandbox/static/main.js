// The page: who is shown, and one stream of events for all.

import { Backstage } from "./backstage.js";
import { Column } from "./column.js";
import { LANGUAGES, ask, get, h, post } from "./page.js";

const by = (id) => document.getElementById(id);
const columns = new Map();
let state;
let backstage;

function theme(wanted) {
  document.documentElement.dataset.theme = wanted;
  localStorage.setItem("theme", wanted);
}

async function show(place, group) {
  if (columns.has(place.id)) return columns.get(place.id);
  const people = group ? state.people.filter((person) => ["creator", "administrator", "member"].includes(place.members[person.id])) : [];
  if (group && !people.length) return null;
  const column = new Column(place, state.bot, { group, people, onclose: (closed) => { columns.delete(closed.id); welcome(); } });
  columns.set(place.id, column);
  by("chats").append(column.element);
  await column.load();
  welcome();
  return column;
}

function welcome() { by("nobody").hidden = columns.size > 0; }

async function person(name, language) {
  state = await get("state");
  const known = state.people.find((each) => each.name === name && each.language === language);
  const added = known || await post("people", { name, language });
  if (!known) state.people.push(added);
  return show(added, false);
}

async function addPerson() {
  const dialog = by("person-dialog");
  dialog.querySelector("form").reset();
  const fields = await ask(dialog);
  if (!fields) return;
  const column = await person(fields.get("name").trim(), fields.get("language"));
  column.element.scrollIntoView({ inline: "center" });
}

async function addGroup() {
  state = await get("state");
  by("group-members").replaceChildren(h("legend", {}, "Members"), ...state.people.map((each) =>
    h("label", {}, h("input", { type: "checkbox", name: "member", value: each.id, checked: true }), h("bdi", {}, each.name))));
  const fields = await ask(by("group-dialog"));
  if (!fields) return;
  const group = await post("groups", { title: fields.get("title"), members: fields.getAll("member").map(Number) });
  state = await get("state");
  (await show(group, true))?.element.scrollIntoView({ inline: "center" });
}

function listen() {
  const stream = new EventSource("/sandbox/events");
  let broken = false;
  stream.onopen = () => { if (broken) columns.forEach((column) => column.load()); broken = false; };
  stream.onerror = () => { broken = true; };
  stream.onmessage = async ({ data }) => {
    const event = JSON.parse(data);
    if (event.kind === "call") backstage.on(event.call);
    else if (event.kind === "commands") columns.forEach((column) => column.on(event));
    else if (event.chat !== undefined) columns.get(event.chat)?.on(event);
  };
}

async function begin() {
  theme(localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  by("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  by("person-dialog").querySelector("select").append(...Object.entries(LANGUAGES).map(([code, name]) => h("option", { value: code, lang: code }, name)));
  by("add-person").addEventListener("click", addPerson);
  by("first-person").addEventListener("click", addPerson);
  by("add-group").addEventListener("click", addGroup);
  state = await get("state");
  backstage = new Backstage(() => state.people, state.bot);
  listen();
  const wanted = new URLSearchParams(location.search).get("people");
  for (const each of (wanted || "").split(",").filter(Boolean)) {
    const [name, language] = each.split(":");
    await person(name.trim(), language || "en");
  }
  for (const each of state.people) await show(each, false);
  for (const each of state.groups) await show(each, true);
  welcome();
}

await begin();
document.body.dataset.ready = "";
