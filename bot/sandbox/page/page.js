// The page: one websocket, many phones, and the panels above them.

import { Phone } from "./phone.js";
import { Panels } from "./panels.js";

const phones = new Map();
const state = document.getElementById("state");
let socket;
let offset = 0;

const send = (order) => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(order));
};
const panels = new Panels(send);

const heard = {
  phone(news) {
    let phone = phones.get(news.number);
    if (!phone) {
      phone = new Phone(news.number, send);
      phones.set(news.number, phone);
      place(phone, news);
    }
    phone.draw(news);
    count();
  },
  gone(news) {
    phones.get(news.number)?.node.remove();
    phones.delete(news.number);
    count();
  },
  world(news) {
    document.getElementById("title").textContent = news.title || `Phones with ${news.bot.name}`;
    document.title = document.getElementById("title").textContent;
    state.textContent = news.quiet ? "All quiet" : "Working";
    state.className = `state ${news.quiet ? "quiet" : "busy"}`;
    panels.draw(news);
    guide(news.guide);
    if (offset !== news.skew) { offset = news.skew; tick(); }
    count();
  },
  refused(news) {
    console.warn("refused", news.why, news.detail);
  },
};

function place(phone, news) {
  const first = phones.get(news.secondOf);
  if (first) first.node.after(phone.node);
  else document.getElementById("phones").append(phone.node);
}

// First steps: each begins with a button that leads to the phone it is about.
function guide(steps) {
  const list = document.getElementById("guide");
  const print = JSON.stringify(steps);
  if (list.dataset.print === print) return;
  list.dataset.print = print;
  list.hidden = !steps.length;
  list.replaceChildren(...steps.map(([name, words]) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    button.addEventListener("click", () => {
      const tab = [...document.querySelectorAll(".tab")].find((one) => one.textContent.trim() === name);
      if (tab) tab.click();
      else [...phones.values()].find((phone) => phone.state.name === name)?.show();
    });
    item.append(button, ` ${words}`);
    return item;
  }));
}

function count() {
  document.getElementById("empty").hidden = phones.size > 0;
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/live`);
  socket.addEventListener("open", () => {
    for (const phone of phones.values()) phone.node.remove();
    phones.clear();
  });
  socket.addEventListener("message", (event) => {
    const news = JSON.parse(event.data);
    heard[news.type]?.(news);
  });
  socket.addEventListener("close", () => {
    state.textContent = "Not connected";
    state.className = "state lost";
    setTimeout(connect, 1000);
  });
}

function tick() {
  for (const phone of phones.values()) phone.tick(Date.now() / 1000 + offset);
}
setInterval(tick, 5000);

connect();
