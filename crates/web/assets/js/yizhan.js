// What the pages gain with scripts on. Every page works without: this file opens dialogs in place, keeps live regions
// fresh, sends a form once, shows a password, prints, and leads to the list of errors.

const RESEND_AFTER_MS = 10_000; // a form may be sent again after this
const LIVE_SECONDS_MAX = 120; // a live region that fails waits twice as long each time, up to this
const ANSWER_MS_MAX = 15_000;

function sendOnce(event) {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  const buttons = form.querySelectorAll("button[type=submit]");
  // After the browser has gathered the fields: a button that is off too early does not tell its name.
  setTimeout(() => buttons.forEach((b) => b.setAttribute("aria-disabled", "true")));
  setTimeout(() => sendable(form), RESEND_AFTER_MS);
}

function sendable(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button[aria-disabled]").forEach((b) => b.removeAttribute("aria-disabled"));
}

function openDialog(event, link) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog?.showModal || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog.showModal();
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) return;
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
  const other = button.dataset.hide;
  button.dataset.hide = button.textContent;
  button.textContent = other;
}

// A live region: asked again every `data-every` seconds while the page is seen, or when `data-events` (server-sent) says so.
class Live {
  constructor(region) {
    this.region = region;
    this.every = Number(region.dataset.every) || 10;
    this.wait = this.every;
    this.tag = null;
    this.busy = false;
    if (region.dataset.events && "EventSource" in window) {
      const events = new EventSource(region.dataset.events);
      events.addEventListener("message", () => this.look());
      addEventListener("pagehide", () => events.close(), { once: true });
    }
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    if (this.region.isConnected) this.timer = setTimeout(() => this.look(), this.wait * 1000);
  }

  async look() {
    if (this.busy || document.hidden) return this.later();
    this.busy = true;
    try {
      const headers = { Accept: "text/html", ...(this.tag && { "If-None-Match": this.tag }) };
      const answer = await fetch(this.region.dataset.live, { headers, signal: AbortSignal.timeout?.(ANSWER_MS_MAX) });
      if (answer.status === 200 && !answer.redirected) {
        this.tag = answer.headers.get("ETag");
        this.put(await answer.text());
      } else if (answer.status !== 304) throw new Error(`answered ${answer.status}`);
      this.wait = this.every;
      this.region.classList.remove("live-stale");
    } catch {
      this.wait = Math.min(this.wait * 2, LIVE_SECONDS_MAX);
      if (!this.region.classList.contains("live-stale")) dispatchEvent(new Event("live-lost"));
      this.region.classList.add("live-stale");
    }
    this.busy = false;
    this.later();
  }

  // Nothing is replaced under the reader's fingers.
  put(html) {
    if (html === this.last || this.region.contains(document.activeElement)) return;
    this.last = html;
    const page = new DOMParser().parseFromString(html, "text/html");
    this.region.replaceChildren(...page.body.childNodes);
  }
}

function start() {
  document.addEventListener("submit", sendOnce);
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const link = at("a[data-dialog]");
    if (link) openDialog(event, link);
    else if (at("[data-print]")) print();
    else if (at("[data-reveal]")) reveal(at("[data-reveal]"));
  });
  // A page that comes back from the browser's memory has forms that were sent.
  addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("form[data-sent]").forEach(sendable));
  document.querySelectorAll("[data-print], [data-reveal]").forEach((button) => (button.hidden = false));
  document.querySelectorAll("[data-live]").forEach((region) => new Live(region));
  document.querySelector("[data-focus]")?.focus();
}

start();
