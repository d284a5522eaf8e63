// At a machine of a branch: the clock, a pad for figures, and the question whether somebody is still there.
{
  const TELL_MS = 20_000; // how often the server hears of touches that send nothing
  const LOOK_MS = 500;
  const HOUR_MS = 3_600_000;

  const clocks = document.querySelectorAll("[data-clock]");
  const loaded = Date.now();
  const wall = (clock) => new Date(Number(clock.dataset.clock) + 8 * HOUR_MS + Date.now() - loaded).toISOString().slice(11, 16);
  if (clocks.length) setInterval(() => clocks.forEach((c) => (c.textContent = wall(c))), 5_000);

  // A page of something that goes on, as of a device at work.
  const again = document.querySelector("[data-again]");
  if (again) setTimeout(() => location.reload(), Number(again.dataset.again) * 1000);

  const clear = () => document.querySelectorAll("form").forEach((form) => {
    form.querySelectorAll("input:not([type=hidden]), textarea").forEach((field) => (field.value = ""));
  });

  const watch = document.querySelector("[data-watch]");
  if (watch) {
    const dialog = watch.showModal ? watch : null;
    const shown = watch.querySelector("[data-seconds]");
    const end = Date.now() + Number(watch.dataset.left ?? "86400") * 1000;
    let [idle, warning] = [Number(watch.dataset.idle) * 1000, Number(watch.dataset.warning ?? "0") * 1000];
    let [last, told, over] = [Date.now(), Date.now(), false];

    const finish = () => {
      over = true;
      clear();
      location.replace(watch.dataset.to);
    };
    const send = async (form) => {
      told = Date.now();
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
      if (answer && new URL(answer.url).pathname === "/kiosk/end") finish();
    };
    const touch = () => {
      if (dialog?.open) return;
      last = Date.now();
      if (dialog && last - told > TELL_MS) send(dialog.querySelector("[data-staying]"));
    };
    ["pointerdown", "keydown", "input"].forEach((kind) => addEventListener(kind, touch, { capture: true, passive: true }));
    addEventListener("submit", (event) => {
      const form = event.target;
      const more = form.matches("dialog [data-more-time]");
      if (!more && !form.matches("[data-staying]")) return;
      event.preventDefault();
      if (more) [idle, warning] = [idle * 2, warning * 2], form.remove();
      send(form);
      last = Date.now();
      dialog.close();
    });
    dialog?.addEventListener("cancel", (event) => event.preventDefault());
    const look = () => {
      if (over) return;
      const now = Date.now();
      const left = Math.min(last + idle + warning, end) - now;
      if (left <= 0) return finish();
      if (!dialog || left > warning) return;
      shown.textContent = Math.ceil(left / 1000);
      if (!dialog.open) dialog.showModal();
    };
    setInterval(look, LOOK_MS);
    addEventListener("pagehide", clear);
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  const template = document.querySelector("[data-pad]");
  const pad = (field) => {
    const box = document.createElement("div");
    box.className = "pad";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", template.dataset.label);
    for (const key of [..."123456789", field.inputMode === "decimal" ? "." : "", "0", "⌫"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = key;
      button.hidden = !key;
      if (key === "⌫") button.setAttribute("aria-label", template.dataset.delete);
      button.addEventListener("click", () => {
        const next = key === "⌫" ? field.value.slice(0, -1) : field.value + key;
        if (next.length > field.maxLength && field.maxLength > 0) return;
        field.value = next;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      box.append(button);
    }
    (field.closest(".field") ?? field).append(box);
  };
  if (template) document.querySelectorAll("input[inputmode=numeric], input[inputmode=decimal]").forEach(pad);
}
