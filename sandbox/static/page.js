// Small things everybody uses: elements, requests, the languages.

export const LANGUAGES = {
  en: "English", fr: "Français", es: "Español", pt: "Português", ar: "العربية", ru: "Русский", zh: "中文",
  hi: "हिन्दी", bn: "বাংলা", ur: "اردو", sw: "Kiswahili", mg: "Malagasy", fa: "فارسی", uk: "Українська", de: "Deutsch",
};
const RIGHT_TO_LEFT = new Set(["ar", "ur", "fa", "he", "ps", "ckb"]);

export const direction = (language) => (RIGHT_TO_LEFT.has(language.split("-")[0]) ? "rtl" : "ltr");

export const PLACES = {
  "Antananarivo, Madagascar": [-18.8792, 47.5079], "Beirut, Lebanon": [33.8938, 35.5018],
  "Bangui, Central African Republic": [4.3947, 18.5582], "Abidjan, Côte d'Ivoire": [5.36, -4.0083],
  "Lagos, Nigeria": [6.5244, 3.3792], "Nairobi, Kenya": [-1.2921, 36.8219], "Dhaka, Bangladesh": [23.8103, 90.4125],
  "Kathmandu, Nepal": [27.7172, 85.324], "Manila, Philippines": [14.5995, 120.9842],
  "São Paulo, Brazil": [-23.5505, -46.6333], "Montréal, Canada": [45.5019, -73.5674], "Paris, France": [48.8566, 2.3522],
};

/** An element: h("p", {class: "quiet", onclick: f}, "words", other). */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** One of the page's own drawings; emoji fonts are not everywhere. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "drawing");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export async function get(path) {
  const response = await fetch(`/sandbox/${path}`);
  if (!response.ok) throw new Error((await response.json()).error);
  return response.json();
}

export async function post(path, body = {}, method = "POST") {
  const response = await fetch(`/sandbox/${path}`, {
    method, headers: { "Content-Type": "application/json" }, body: method === "POST" ? JSON.stringify(body) : undefined,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

export const clockTime = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Show a <dialog> with a form; its fields when agreed to, null otherwise. */
export function ask(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "ok" ? new FormData(dialog.querySelector("form")) : null);
    }, { once: true });
    dialog.showModal();
  });
}
