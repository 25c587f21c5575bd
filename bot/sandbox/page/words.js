// Text with entities as Telegram shows it. Offsets are UTF-16 units, which is what a string counts here.

const SHAPES = {
  bold: () => document.createElement("strong"),
  italic: () => document.createElement("em"),
  underline: () => document.createElement("u"),
  strikethrough: () => document.createElement("s"),
  code: () => document.createElement("code"),
  pre: () => document.createElement("pre"),
  blockquote: () => document.createElement("blockquote"),
  expandable_blockquote: folded,
  spoiler: covered,
  text_link: (entity) => link(entity.url),
};

export function words(text, entities, onCommand) {
  const box = document.createElement("div");
  box.className = "words";
  fill(box, text, 0, text.length, entities, onCommand);
  return box;
}

function fill(parent, text, from, to, entities, onCommand) {
  let place = from;
  const inside = entities.filter((e) => e.offset >= from && e.offset + e.length <= to);
  for (let i = 0; i < inside.length; i++) {
    const entity = inside[i];
    if (entity.offset < place) continue;
    parent.append(text.slice(place, entity.offset));
    const end = entity.offset + entity.length;
    const node = entity.type === "bot_command" ? command(text.slice(entity.offset, end), onCommand) : (SHAPES[entity.type] || span)(entity);
    if (entity.type !== "bot_command") {
      fill(node.inner || node, text, entity.offset, end, inside.slice(i + 1), onCommand);
    }
    parent.append(node);
    place = end;
  }
  parent.append(text.slice(place, to));
}

function span() {
  return document.createElement("span");
}

function link(url) {
  const node = document.createElement("a");
  node.href = /^(https?|tg):/i.test(url) ? url : "#";
  node.rel = "noreferrer";
  node.target = "_blank";
  return node;
}

function covered() {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "spoiler";
  node.setAttribute("aria-label", "Covered. Press to show.");
  node.addEventListener("click", () => {
    node.classList.add("seen");
    node.removeAttribute("aria-label");
  });
  return node;
}

function folded() {
  const node = document.createElement("blockquote");
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "Show more";
  details.append(summary);
  node.append(details);
  node.inner = details;
  return node;
}

function command(text, onCommand) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "command";
  node.textContent = text;
  node.addEventListener("click", () => onCommand(text));
  return node;
}
