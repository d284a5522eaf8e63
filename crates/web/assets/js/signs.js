// What the device says of itself with an order to pay: how long the form took, and whether the payee's number was pasted. What a
// browser cannot know (a shared screen, a call, a program at work) comes from an app around the page, if it says so; see
// docs/domains/guard.md. What nobody says is left out.
{
  const SIGNS = ["screen_shared", "on_call", "operated"];
  const began = performance.now();
  let pasted = false;

  const says = (before) => {
    const told = new URLSearchParams(before);
    const seconds = Number(told.get("fill_seconds") ?? 0) + Math.round((performance.now() - began) / 1000);
    told.set("fill_seconds", seconds);
    told.set("number_pasted", pasted || told.get("number_pasted") === "true");
    const app = globalThis.yizhanDevice ?? {};
    SIGNS.forEach((sign) => typeof app[sign] === "boolean" && told.set(sign, app[sign]));
    if (navigator.webdriver) told.set("operated", true);
    return told.toString();
  };

  document.addEventListener("paste", (event) => (pasted ||= event.target.name === "number"));
  document.addEventListener("submit", ({ target: form }) => {
    if (form.getAttribute("action") !== "/pay") return;
    let field = form.querySelector("[name=says]");
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name: "says" });
      form.append(field);
    }
    field.dataset.before ??= field.value;
    field.value = says(field.dataset.before);
  }, true);
}
