// The panels above the phones: adding one, the desk, the bad day and the wire.

const NAMES = {
  429: "too many requests", 403: "blocked", 400: "chat not found", 401: "unauthorized", 409: "conflict",
  500: "server error", 502: "page of HTML", delay: "slow", hang: "hangs", hang_after: "happens, then hangs",
  reset_before: "cut before", reset_after: "happens, then cut",
};

const at = (id) => document.getElementById(id);

export class Panels {
  constructor(send) {
    this.send = send;
    for (const tab of document.querySelectorAll(".tab")) {
      tab.addEventListener("click", () => this.toggle(tab));
    }
    at("add").addEventListener("submit", (event) => {
      event.preventDefault();
      send({ do: "add", ...Object.fromEntries(new FormData(event.target)) });
      event.target.elements.payload.value = "";
    });
    at("fault").addEventListener("submit", (event) => {
      event.preventDefault();
      send({ do: "fault", ...Object.fromEntries(new FormData(event.target)) });
    });
    at("rates").addEventListener("change", (event) => send({ do: "rates", on: event.target.checked }));
    for (const button of document.querySelectorAll("[data-queue]")) {
      button.addEventListener("click", () => send({ do: "queue", what: button.dataset.queue }));
    }
  }

  toggle(tab) {
    for (const other of document.querySelectorAll(".tab")) {
      const open = other === tab && at(`panel-${other.dataset.panel}`).hidden;
      at(`panel-${other.dataset.panel}`).hidden = !open;
      other.setAttribute("aria-expanded", String(open));
    }
    at(`panel-${tab.dataset.panel}`).querySelector("input, select, button")?.focus();
  }

  draw(world) {
    this.desk(world.desk);
    this.faults(world.faults);
    this.wire(world.wire);
    at("rates").checked = world.rates;
  }

  desk(actions) {
    document.querySelector('[data-panel="desk"]').hidden = !actions.length;
    const print = JSON.stringify(actions);
    if (print === this.shownDesk) return;
    this.shownDesk = print;
    const focused = [...at("desk").querySelectorAll("button")].indexOf(document.activeElement);
    at("desk").replaceChildren(...actions.map((action, index) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = action.busy ? `${action.label}…` : action.label;
      button.setAttribute("aria-busy", String(action.busy));
      button.addEventListener("click", () => this.send({ do: "desk", index }));
      item.append(button);
      if (action.note) item.append(Object.assign(document.createElement("p"), { textContent: action.note }));
      if (action.said) {
        const said = Object.assign(document.createElement("pre"), { textContent: action.said, tabIndex: 0 });
        said.setAttribute("role", "status");
        said.classList.toggle("failed", action.failed);
        item.append(said);
      }
      return item;
    }));
    if (focused >= 0) at("desk").querySelectorAll("button")[focused]?.focus();
  }

  faults(active) {
    at("fault-count").hidden = !active.length;
    at("fault-count").textContent = active.length;
    const print = JSON.stringify(active);
    if (print === this.shownFaults) return;
    this.shownFaults = print;
    at("faults").replaceChildren(...active.map((fault, index) => {
      const item = document.createElement("li");
      const often = fault.probability < 1 ? `, ${Math.round(fault.probability * 100)} in 100` : "";
      const left = fault.times ? `, ${Math.max(0, fault.times - fault.met)} to go` : "";
      item.append(`${NAMES[fault.kind] || fault.kind}: ${fault.method || "all but polling"}${often}${left} (met ${fault.met})`);
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Take off" });
      button.setAttribute("aria-label", `Take off ${NAMES[fault.kind] || fault.kind}`);
      button.addEventListener("click", () => this.send({ do: "mend", index }));
      item.append(button);
      return item;
    }));
  }

  wire(calls) {
    at("wire").replaceChildren(...calls.map((call) => {
      const row = document.createElement("tr");
      const good = call.status === 200;
      const cells = [call.number, call.method, call.chat, call.status ?? "…", call.text];
      row.append(...cells.map((words) => Object.assign(document.createElement("td"), { textContent: words })));
      if (call.status) row.children[3].className = good ? "good" : "bad";
      return row;
    }));
  }
}
