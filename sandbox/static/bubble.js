// One message as people see it.

import { clockTime, h, icon } from "./page.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

/** Text with its entities; offsets are UTF-16 code units, as JavaScript counts. */
function formatted(text, entities, acts) {
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const build = (start, end, list) => {
    const parts = [];
    let at = start;
    while (list.length) {
      const entity = list.shift();
      const stop = Math.min(entity.offset + entity.length, end);
      if (entity.offset < at) continue;
      parts.push(text.slice(at, entity.offset));
      const inside = [];
      while (list.length && list[0].offset < stop) inside.push(list.shift());
      parts.push(element(entity, text.slice(entity.offset, stop), build(entity.offset, stop, inside), acts));
      at = stop;
    }
    parts.push(text.slice(at, end));
    return parts;
  };
  return build(0, text.length, ordered);
}

function element(entity, covered, children, acts) {
  switch (entity.type) {
    case "text_link":
    case "url": {
      const url = entity.url || (/^\w+:/.test(covered) ? covered : `https://${covered}`);
      return link(url, children, acts, entity.type === "url" ? "ltr" : "auto");
    }
    case "email":
      return h("a", { href: `mailto:${covered}` }, children);
    case "bot_command":
      return h("button", { type: "button", class: "command", dir: "ltr", onclick: () => acts.say(covered) }, children);
    case "spoiler": {
      const spoiler = h("button", { type: "button", class: "spoiler", "aria-expanded": "false", "aria-label": "Hidden words, press to show" }, children);
      spoiler.addEventListener("click", () => { spoiler.setAttribute("aria-expanded", "true"); spoiler.removeAttribute("aria-label"); });
      return spoiler;
    }
    case "mention":
    case "hashtag":
    case "text_mention":
      return h("span", { class: entity.type === "hashtag" ? "hashtag" : "mention" }, children);
    default:
      return TAGS[entity.type] ? h(TAGS[entity.type], {}, children) : h("span", {}, children);
  }
}

function link(url, children, acts, dir) {
  const address = /^(https?|tg):/.test(url) ? url : "#";
  return h("a", { href: address, dir, target: "_blank", rel: "noopener noreferrer", onclick: (event) => { if (acts.follow(url)) event.preventDefault(); } }, children);
}

function media(message) {
  const file = message.media;
  if (!file) return null;
  switch (file.kind) {
    case "photo":
      return h("img", { src: file.url, alt: "Photo", loading: "lazy" });
    case "voice":
    case "audio":
      return h("div", {},
        h("div", { class: "fact" }, icon("mic"), `${file.kind === "voice" ? "Voice note" : file.name || "Audio"}, ${file.duration || 0} s`),
        h("audio", { controls: true, preload: "none", src: file.url, "aria-label": "Play" }));
    case "video":
    case "animation":
    case "video_note":
      return h("video", { controls: true, preload: "none", src: file.url, "aria-label": "Video" });
    default:
      return h("div", { class: "fact" }, icon("file"), h("a", { href: file.url, download: file.name || "file" }, h("bdi", {}, file.name || file.kind)), `${Math.ceil(file.size / 1024)} KB`);
  }
}

function facts(message) {
  const { location, venue, contact, dice } = message;
  if (location) {
    const numbers = `${location.latitude.toFixed(4)}, ${location.longitude.toFixed(4)}`;
    return h("div", { class: "fact" }, icon("place"), venue ? h("bdi", {}, `${venue.title}, ${venue.address}`) : "Location", h("bdi", { dir: "ltr", class: "quiet" }, numbers));
  }
  if (contact) return h("div", { class: "fact" }, icon("person"), h("bdi", {}, contact.first_name), h("bdi", { dir: "ltr" }, contact.phone_number));
  if (dice) return h("div", { class: "fact" }, `${dice.emoji} ${dice.value}`);
  return null;
}

function keys(message, acts) {
  if (!message.buttons.length) return null;
  return h("div", { class: "keys", role: "group", "aria-label": "Buttons of the message" }, message.buttons.map((row, y) =>
    h("div", {}, row.map((button, x) => {
      const pressed = async (event) => {
        const target = event.currentTarget;
        if (button.url) {
          if (!acts.follow(button.url)) window.open(button.url, "_blank", "noopener,noreferrer");
          return;
        }
        target.setAttribute("aria-busy", "true");
        setTimeout(() => target.removeAttribute("aria-busy"), 4000);
        await acts.tap(message, y, x);
      };
      const mark = button.url ? h("span", { "aria-hidden": "true" }, " ↗") : null;
      return h("button", { type: "button", class: button.style, dir: "auto", "data-testid": "inline-button", onclick: pressed }, button.text, mark);
    }))));
}

function more(message, acts) {
  const own = !message.sender.bot && message.sender.id === acts.person();
  const choices = [
    ["Reply", () => acts.reply(message)],
    own && message.text && ["Edit", () => acts.edit(message)],
    ["👍", () => acts.react(message, "👍"), "Thumbs up"],
    ["❤", () => acts.react(message, "❤"), "Heart"],
    ["Delete", () => acts.remove(message)],
  ].filter(Boolean);
  const menu = h("details", { class: "more" }, h("summary", { "aria-label": `More about message ${message.id}`, "data-testid": "more" }, "⋯"));
  menu.append(h("div", {}, choices.map(([label, act, name]) =>
    h("button", { type: "button", "aria-label": name, onclick: () => { menu.open = false; act(); } }, label))));
  menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
  return menu;
}

/** The element of a message. `acts` does what people can do with it, `group` shows who speaks. */
export function bubble(message, acts, { group }) {
  const hers = !message.sender.bot && (!group || message.sender.id === acts.person());
  if (message.service) {
    return h("div", { class: "item service", "data-testid": "message", "data-id": message.id }, h("div", { class: "bubble" }, h("bdi", {}, message.sender.name), ` ${message.service}`));
  }
  const words = message.text && h("div", { class: "words", dir: "auto" }, formatted(message.text, message.entities, acts));
  const marks = [message.edited && "edited", message.protected && "protected", message.silent && "silent", message.forwarded && "forwarded"].filter(Boolean);
  const body = h("div", { class: "bubble" },
    group && !hers ? h("div", { class: "from" }, h("bdi", {}, message.sender.name)) : null,
    message.reply_to ? h("div", { class: "quote", dir: "auto" }, h("bdi", {}, message.reply_to.name), `: ${message.reply_to.text}`) : null,
    media(message), facts(message), words || null,
    h("div", { class: "meta" },
      message.reactions.length ? h("span", { class: "left reactions", "data-testid": "reactions" }, message.reactions.join(" ")) : h("span", { class: "left" }),
      marks.join(" · "), h("time", {}, clockTime(message.date)), more(message, acts)));
  return h("div", { class: `item${hers ? " hers" : ""}`, "data-testid": "message", "data-id": message.id, "data-from": message.sender.bot ? "bot" : "person" },
    h("span", { class: "unseen" }, `${message.sender.name}: `), body, keys(message, acts));
}
