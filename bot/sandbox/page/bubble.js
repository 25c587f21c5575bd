// One message: bubble, picture or file, and the buttons under it.

import { words } from "./words.js";

const WHAT = {
  photo: "Photo", voice: "Voice message", sticker: "Sticker", document: "File",
  video: "Video", location: "Place", contact: "Contact", service: "Notice",
};

// The people here live by London time, wherever the browser is.
export function time(at) {
  return new Date(at * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
}

export function bubble(message, tools) {
  const node = document.createElement("div");
  node.className = "msg" + (message.mine ? " mine" : "") + (message.keyboard ? " carded" : "");
  node.dataset.message = message.id;
  const body = document.createElement("div");
  body.className = "bubble";
  if (message.kind !== "text") body.append(enclosure(message));
  if (message.text) body.append(words(message.text, message.entities, tools.type));
  const meta = document.createElement("span");
  meta.className = "meta";
  meta.textContent = (message.edited ? "edited " : "") + time(message.at) + (message.protected ? " · no saving" : "");
  body.append(meta);
  node.append(body);
  if (message.keyboard) node.append(keys(message, tools));
  return node;
}

function enclosure(message) {
  if (message.kind === "photo" && message.photo) {
    const picture = document.createElement("img");
    picture.src = message.photo;
    picture.alt = "Photo, no description";
    // Its room is kept before it has come, so that the chat ends where it ended.
    if (message.file?.width) { picture.width = message.file.width; picture.height = message.file.height; }
    picture.className = message.covered ? "spoiler-photo" : "";
    return picture;
  }
  const node = document.createElement("div");
  node.className = "what";
  if (message.file) {
    const link = document.createElement("a");
    link.href = message.photo;
    link.download = message.file.name;
    link.textContent = message.file.name;
    node.append(link, `${Math.ceil(message.file.bytes / 1024)} KB`);
  } else {
    node.textContent = WHAT[message.kind] || message.kind;
  }
  return node;
}

function keys(message, tools) {
  const grid = document.createElement("div");
  grid.className = "keys";
  message.keyboard.forEach((row, r) => {
    const line = document.createElement("div");
    line.className = "line";
    row.forEach((button, c) => line.append(key(message, button, r, c, tools)));
    grid.append(line);
  });
  return grid;
}

function key(message, button, row, column, tools) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = ["key", button.style || "", button.url ? "url" : "", button.copy_text ? "copy" : ""].join(" ").trim();
  node.textContent = button.text;
  node.title = button.text;
  node.dataset.place = `${row}.${column}`;
  node.dataset.data = button.callback_data || "";
  node.addEventListener("click", () => tools.press(message, button, row, column));
  return node;
}
