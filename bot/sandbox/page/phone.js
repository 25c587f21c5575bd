// One phone on the page: the server says what it shows, this draws it and sends back what is done to it.

import { bubble, time } from "./bubble.js";

const TOAST_SECONDS = 3.5;

export class Phone {
  constructor(number, send) {
    this.number = number;
    this.send = (what, more = {}) => send({ do: what, phone: number, ...more });
    this.node = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.drawn = new Map();
    this.answers = null;
    this.aloud = false;
    this.find = (selector) => this.node.querySelector(selector);
    this.tools = {
      type: (text) => this.send("type", { text }),
      press: (message, button, row, column) => this.press(message, button, row, column),
    };
    this.listen();
  }

  listen() {
    for (const button of this.node.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => this.turn(button.dataset.do));
    }
    this.find(".away").addEventListener("click", () => this.send("away"));
    this.find(".unlock").addEventListener("click", () => { this.send("open"); this.find(".typed").focus(); });
    this.find(".begin").addEventListener("click", () => this.begin());
    this.find(".alert button").addEventListener("click", () => this.dismiss());
    this.find(".compose").addEventListener("submit", (event) => {
      event.preventDefault();
      const box = this.find(".typed");
      if (box.value.trim()) this.send("type", { text: box.value });
      box.value = "";
    });
    this.sheet(".menu", ".commands");
    this.sheet(".clip", ".things");
    for (const button of this.node.querySelectorAll("[data-send]")) {
      button.addEventListener("click", () => { this.close(); this.enclose(button.dataset.send); });
    }
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { this.close(); this.dismiss(); }
    });
  }

  sheet(opener, list) {
    this.find(opener).addEventListener("click", () => {
      const shut = this.find(list).hidden;
      this.close();
      this.find(list).hidden = !shut;
      this.find(opener).setAttribute("aria-expanded", String(shut));
      if (shut) this.find(`${list} button`)?.focus();
    });
  }

  close() {
    for (const [opener, list] of [[".menu", ".commands"], [".clip", ".things"]]) {
      if (this.find(list).contains(document.activeElement)) this.find(opener).focus();
      this.find(list).hidden = true;
      this.find(opener).setAttribute("aria-expanded", "false");
    }
  }

  turn(what) {
    const state = this.state;
    if (what === "lock") this.send(state.open ? "lock" : "open");
    else if (what === "offline") this.send(state.online ? "offline" : "online");
    else if (what === "block") this.send(state.blocked ? "unblock" : "block");
    else if (what === "reader") { this.aloud = !this.aloud; this.draw(state); }
    else this.send(what);
  }

  // Bring this phone into view, with the keyboard on what can be pressed there first.
  show() {
    this.node.scrollIntoView({ block: "center", inline: "nearest" });
    const first = this.state.open ? ".begin:not([hidden]), .typed" : ".unlock";
    this.find(first)?.focus({ preventScroll: true });
  }

  begin() {
    this.send("start", { payload: this.state.payload });
    this.find(".typed").focus();
  }

  enclose(what) {
    if (what === "forward") this.send("forward", { text: "Look what somebody wrote to me" });
    else if (what === "link") {
      const given = window.prompt("Invite link, or what follows “start=”", this.state.payload);
      if (given) this.send("start", { payload: given });
    } else this.send("send", { what });
  }

  press(message, button, row, column) {
    if (!this.state.online && button.callback_data) return this.toast("No network: this tap is lost");
    if (button.copy_text) {
      navigator.clipboard?.writeText(button.copy_text.text).catch(() => {});
      return this.toast(`Copied: ${button.copy_text.text}`);
    }
    if (button.url) return this.toast(`Would open ${button.url}`);
    this.send("press", { message: message.id, row, column });
  }

  draw(state) {
    this.state = state;
    const second = state.secondOf ? ", 2nd device" : "";
    this.find(".name").textContent = state.name + second;
    this.find(".role").textContent = state.role;
    this.node.setAttribute("aria-label", `Phone of ${state.name}${second}`);
    this.find(".bot").textContent = state.bot;
    this.find(".avatar").textContent = state.bot.slice(0, 1).toUpperCase();
    this.find(".sub").textContent = !state.online ? "waiting for network…" : state.typing ? "typing…" : "bot";
    clearTimeout(this.typing);
    if (state.typing) this.typing = setTimeout(() => { this.find(".sub").textContent = "bot"; }, 5000);
    this.find(".net").textContent = state.online ? "4G ▮▮▮" : "No network";
    this.find(".phone").classList.toggle("off", !state.online);
    this.pressed("lock", !state.open, state.open ? "Lock" : "Unlock");
    this.pressed("offline", !state.online);
    this.pressed("block", state.blocked);
    this.pressed("reader", this.aloud);
    this.drawLog(state);
    this.drawFoot(state);
    this.drawLock(state);
    this.drawReader(state);
    this.drawAnswers(state);
    this.find(".list-line").hidden = !state.chatList;
    this.find(".list-line q").textContent = state.chatList;
    this.tick(state.now);
  }

  pressed(what, on, label) {
    const button = this.find(`[data-do="${what}"]`);
    button.setAttribute("aria-pressed", String(on));
    if (label) button.textContent = label;
  }

  drawLog(state) {
    const log = this.find(".log");
    const low = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    const ids = new Set(state.messages.map((message) => message.id));
    let grew = false;
    for (const [id, old] of this.drawn) {
      if (!ids.has(id)) { old.node.remove(); this.drawn.delete(id); }
    }
    for (const message of state.messages) {
      const print = JSON.stringify(message);
      const old = this.drawn.get(message.id);
      if (old?.print === print) continue;
      const node = bubble(message, this.tools);
      if (old) this.swap(old.node, node);
      else { log.append(node); grew = true; }
      this.drawn.set(message.id, { node, print });
    }
    for (const button of log.querySelectorAll(".key")) {
      const id = Number(button.closest(".msg").dataset.message);
      const waits = state.waiting.some(([message, data]) => message === id && data === button.dataset.data);
      button.classList.toggle("waiting", waits);
      button.setAttribute("aria-busy", String(waits));
    }
    this.nothing(log, state);
    if (grew || low) log.scrollTop = log.scrollHeight;
  }

  // An edited card keeps the place of whoever works it by keyboard.
  swap(old, node) {
    const place = old.contains(document.activeElement) ? document.activeElement.dataset.place : undefined;
    node.style.animation = "none";
    old.replaceWith(node);
    if (place !== undefined) (node.querySelector(`[data-place="${place}"]`) || node.querySelector(".key"))?.focus({ preventScroll: true });
  }

  nothing(log, state) {
    const shown = log.querySelector(".nothing");
    if (state.messages.length) return shown?.remove();
    if (shown) return undefined;
    const node = document.createElement("p");
    node.className = "nothing";
    node.textContent = state.about || "No messages here";
    log.append(node);
    return undefined;
  }

  drawFoot(state) {
    const fresh = state.blocked || (!state.started && !state.messages.length);
    this.find(".begin").hidden = !fresh;
    this.find(".begin").textContent = state.blocked ? "RESTART BOT" : state.payload ? "START (with the invite)" : "START";
    this.find(".compose").hidden = fresh;
    this.find(".menu").hidden = !state.commands.length;
    const commands = JSON.stringify(state.commands);
    if (this.commands !== commands) { this.commands = commands; this.drawCommands(state.commands); }
    const replies = this.find(".replies");
    replies.hidden = !state.reply || fresh;
    const print = JSON.stringify(state.reply);
    if (this.replies === print) return;
    this.replies = print;
    replies.replaceChildren(...(state.reply || []).map((row) => {
      const line = document.createElement("div");
      line.append(...row.map((button) => this.button(button.text, () => this.tools.type(button.text))));
      return line;
    }));
  }

  drawCommands(commands) {
    this.find(".commands").replaceChildren(...commands.map((command) => {
      const item = document.createElement("li");
      const button = this.button(command.description, () => { this.close(); this.tools.type(`/${command.command}`); });
      const small = document.createElement("small");
      small.textContent = `/${command.command}`;
      button.append(small);
      item.append(button);
      return item;
    }));
  }

  button(label, act) {
    const node = document.createElement("button");
    node.type = "button";
    node.textContent = label;
    node.addEventListener("click", act);
    return node;
  }

  drawLock(state) {
    const was = this.find(".locked").hidden;
    this.find(".locked").hidden = state.open;
    this.find(".chat").inert = !state.open;
    if (was && !state.open && this.find(".chat").contains(document.activeElement)) this.find(".unlock").focus();
    const print = JSON.stringify(state.lock);
    if (this.lock === print) return;
    this.lock = print;
    const notes = state.lock.map((note) => {
      const item = document.createElement("li");
      const from = this.text("span", "from", "Telegram" + (note.silent ? " · silent" : ""));
      item.append(from, this.text("strong", "", note.title), this.text("div", "said", note.text || (note.photo ? "Photo" : note.file)));
      if (note.photo) {
        const picture = document.createElement("img");
        picture.src = note.photo;
        picture.alt = "Photo";
        item.append(picture);
      }
      return item;
    });
    this.find(".notes").replaceChildren(...(notes.length ? notes : [this.text("li", "none", "No notifications")]));
  }

  drawReader(state) {
    this.find(".reader").hidden = !this.aloud;
    this.find(".log").hidden = this.aloud;
    if (!this.aloud) { this.said = ""; return; }
    const print = JSON.stringify(state.reader);
    if (this.said === print) return;
    this.said = print;
    const list = this.find(".reader");
    const held = [...list.querySelectorAll("button")].indexOf(document.activeElement);
    // The lines come in the order of the messages: one for the words, then one for each button.
    const meant = state.messages.flatMap((message) => [
      null,
      ...(message.keyboard || []).flatMap((row, r) => row.map((button, c) => () => this.press(message, button, r, c))),
    ]);
    list.replaceChildren(...state.reader.map((line, index) => {
      const item = this.text("li", "", meant[index] ? "" : line);
      if (meant[index]) item.append(this.button(line, meant[index]));
      return item;
    }));
    list.scrollTop = list.scrollHeight;
    if (held >= 0) (list.querySelectorAll("button")[held] || list).focus({ preventScroll: true });
  }

  text(tag, name, words) {
    const node = document.createElement(tag);
    node.className = name;
    node.textContent = words;
    return node;
  }

  drawAnswers(state) {
    const seen = this.answers ?? state.answers.length;
    this.answers = state.answers.length;
    for (const answer of state.answers.slice(seen)) {
      if (answer.alert) this.alert(answer.text);
      else this.toast(answer.text);
    }
  }

  toast(words) {
    const node = this.text("p", "", words);
    this.find(".toasts").append(node);
    setTimeout(() => node.remove(), TOAST_SECONDS * 1000);
  }

  alert(words) {
    this.before = document.activeElement;
    this.find(".alert p").textContent = words;
    this.find(".alert").hidden = false;
    this.find(".alert button").focus({ preventScroll: true });
  }

  dismiss() {
    if (this.find(".alert").hidden) return;
    this.find(".alert").hidden = true;
    if (this.before?.isConnected) this.before.focus({ preventScroll: true });
  }

  tick(now) {
    const moment = new Date(now * 1000);
    this.find(".clock").textContent = this.find(".big").textContent = time(now);
    this.find(".day").textContent = moment.toLocaleDateString("en-GB", {
      weekday: "long", day: "numeric", month: "long", timeZone: "Europe/London",
    });
  }
}
