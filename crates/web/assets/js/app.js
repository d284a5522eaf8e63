// The installed site, for customers: the service worker, the balance somebody wants to see without a network, and requests that
// wait for one. What is kept on the device lies in one cache of its own and goes with signing out. Money never waits.
{
  const DEVICE = "device";
  const BALANCE = "/app/balance";
  const WAITING = "/app/waiting/";
  const REACHED = "/healthz";
  const AGAIN_MS = 3000; // until a page without a network tries again; twice as long each time, spread so that not all come at once
  const AGAIN_MS_MAX = 60000;
  const owner = document.querySelector("[data-app]")?.dataset.app;
  const shell = () => caches.open(DEVICE);
  const read = async (key) => (await (await shell()).match(key))?.json();
  const write = async (key, value) => (await shell()).put(key, new Response(JSON.stringify(value)));
  const alone = (work) => navigator.locks.request(DEVICE, work);
  const forget = () => alone(() => caches.delete(DEVICE));
  const show = (box, on = true) => box && (box.hidden = !on);

  const look = async () => {
    const kept = await read(BALANCE);
    const fresh = await fetch(BALANCE, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!kept || !fresh?.ok || fresh.redirected) return;
    const told = await fresh.json();
    // What was forgotten while it was asked for, by signing out here or beside, stays forgotten.
    await alone(async () => (await read(BALANCE)) && write(BALANCE, { ...told, owner }));
  };
  const queue = async () => (await (await shell()).keys()).map((r) => new URL(r.url).pathname).filter((p) => p.startsWith(WAITING));

  // Sent one after the other, each with the proof of the page that is open now; one that is refused is over.
  const flush = () => navigator.locks.request("waiting", async () => {
    const proof = document.querySelector("form [name=csrf]")?.value;
    for (const key of proof ? await queue() : []) {
      const { action, fields } = await read(key);
      const body = new URLSearchParams({ ...fields, csrf: proof });
      const answer = await fetch(action, { method: "POST", body }).catch(() => null);
      if (!answer || answer.status >= 500 || new URL(answer.url).pathname === "/sign-in") return;
      await (await shell()).delete(key);
    }
    document.querySelectorAll("[data-waits]").forEach((box) => show(box, false));
  });

  const send = async (form) => {
    const fields = Object.fromEntries(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
    if (answer?.ok) return location.assign(answer.url);
    if (answer) return form.submit();
    const key = fields.once || crypto.randomUUID();
    await write(WAITING + key, { action: new URL(form.action).pathname, fields, says: form.dataset.queue, at: Date.now() });
    show(form.querySelector("[data-waits]"));
  };

  const offline = async (page) => {
    const kept = await read(BALANCE);
    const list = page.querySelector("[data-balances]");
    kept?.lines.forEach(({ name, amount }) => {
      const line = document.createElement("li");
      line.textContent = `${name} ${amount}`;
      list.append(line);
    });
    if (kept) page.querySelector("[data-as-of]").textContent = kept.at;
    show(page.querySelector("[data-kept]"), Boolean(kept));
    show(page.querySelector("[data-none]"), !kept);
    const waiting = await Promise.all((await queue()).map(read));
    waiting.forEach(({ says }) => {
      const line = document.createElement("li");
      line.textContent = says;
      page.querySelector("[data-queue-list]").append(line);
    });
    show(page.querySelector("[data-waiting]"), waiting.length > 0);
    const later = (wait) => setTimeout(() => again(Math.min(wait * 2, AGAIN_MS_MAX)), wait * (0.5 + Math.random()));
    const again = async (wait) => {
      const reached = navigator.onLine && (await fetch(REACHED, { cache: "no-store" }).catch(() => null))?.ok;
      reached ? location.assign("/home") : later(wait);
    };
    addEventListener("online", () => location.assign("/home"));
    later(AGAIN_MS);
  };

  const choice = async (box) => {
    const kept = await read(BALANCE);
    box.querySelectorAll("button").forEach((button) => {
      show(button, (button.value === "on") !== Boolean(kept));
      button.onclick = async () => {
        await (button.value === "on" ? write(BALANCE, { lines: [], at: "", owner }).then(look) : (await shell()).delete(BALANCE));
        choice(box);
      };
    });
    show(box);
  };

  const begin = async () => {
    if (owner) {
      navigator.serviceWorker.register("/sw.js");
      const kept = await read(BALANCE);
      if (kept && kept.owner !== owner) await forget();
      if (kept) look();
      if (navigator.onLine) flush();
      addEventListener("online", flush);
    }
    document.querySelectorAll("[data-offline]").forEach(offline);
    document.querySelectorAll("[data-keep-balance]").forEach(choice);
  };

  addEventListener("submit", (event) => {
    const form = event.target;
    const leaves = form.matches("[action='/sign-out']");
    if (!leaves && !form.matches("form[data-queue]")) return;
    event.preventDefault();
    leaves ? forget().finally(() => form.submit()) : send(form);
  });
  if (isSecureContext && "serviceWorker" in navigator && "caches" in window) {
    if (document.documentElement.dataset.mode === "kiosk") {
      navigator.serviceWorker.getRegistrations().then((all) => all.forEach((one) => one.unregister()));
    } else begin();
  }
}
