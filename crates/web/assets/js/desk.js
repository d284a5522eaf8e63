// At a desk: details beside a table, tables walked by arrow keys, the field for a task's code, lines that are closed.

{
  const WIDE_PX = 1000; // from here on a drawer has room beside its table
  const at = (event, selector) => event.target.closest?.(selector);

  // What a screen reader hears; `now` interrupts.
  const say = (text, now) => {
    const place = document.getElementById(now ? "say-now" : "say");
    if (place) place.textContent = text;
  };
  addEventListener("live-lost", () => say(document.getElementById("say-now")?.dataset.lost ?? "", true));

  async function openDrawer(event, link) {
    const drawer = document.getElementById(link.dataset.drawer);
    if (!drawer?.showModal || innerWidth < WIDE_PX || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } }).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page && page.getElementById("main");
    if (!main || answer.redirected) return location.assign(link.href);
    main.querySelectorAll("h1").forEach((h) => h.setAttribute("aria-level", "2"));
    drawer.querySelector(".drawer-page").href = link.href;
    const body = drawer.querySelector(".drawer-body");
    body.replaceChildren(...main.childNodes);
    drawer.showModal();
    body.focus();
    say(page.title);
  }

  // Inside a table: up and down go to the row before and after, Home and End to the first and the last.
  function walk(event) {
    const box = at(event, ".table-box");
    if (!box || at(event, "input, select, textarea")) return;
    const rows = [...box.querySelectorAll("tbody tr")].map((r) => r.querySelector("a, button, summary")).filter(Boolean);
    const now = rows.findIndex((r) => r.closest("tr").contains(document.activeElement));
    const next = { ArrowDown: now + 1, ArrowUp: now < 0 ? 0 : now - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined || !rows[next]) return;
    event.preventDefault();
    rows[next].focus();
  }

  // A count of notes: each line's worth and the sum run along with what is typed.
  document.addEventListener("input", (event) => {
    const count = at(event, "[data-notes]");
    if (!count) return;
    const decimals = Number(count.dataset.decimals);
    const shown = (minor) => {
      const digits = String(minor).padStart(decimals + 1, "0");
      const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
      return decimals ? `${whole}.${digits.slice(-decimals)}` : whole;
    };
    let sum = 0n;
    for (const field of count.querySelectorAll("[data-face]")) {
      const pieces = field.value.trim();
      const worth = /^\d{1,7}$/.test(pieces) ? BigInt(pieces) * BigInt(field.dataset.face) : 0n;
      field.nextElementSibling.textContent = shown(worth);
      sum += worth;
    }
    count.querySelector("[data-notes-sum]").textContent = shown(sum);
  });

  document.addEventListener("click", (event) => {
    const link = at(event, "a[data-drawer]");
    if (link) openDrawer(event, link);
    else at(event, "[data-dismiss]")?.closest("[role]").remove();
  });
  document.addEventListener("keydown", (event) => {
    const code = document.querySelector("[data-go]");
    if (event.altKey && event.code === "KeyK" && code) {
      event.preventDefault();
      code.focus();
      code.select();
    } else if (!event.altKey && !event.ctrlKey && !event.metaKey) walk(event);
  });
  document.querySelectorAll("[data-dismiss]").forEach((button) => (button.hidden = false));
}
