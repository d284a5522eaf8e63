// Passkeys: a form with `data-passkey` asks the browser before it is sent. It is hidden until here, and stays so where the
// browser knows no passkeys or the page is at another address than the one they belong to.
{
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ids = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

  const ask = async (form) => {
    const name = document.getElementById("f-name")?.value ?? "";
    const body = new URLSearchParams({ csrf: form.elements.csrf.value, ...(form.dataset.named && { name }) });
    const answer = await fetch(form.dataset.passkey, { method: "POST", body });
    if (answer.redirected) return location.assign(answer.url);
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const { pending, options } = await answer.json();
    options.challenge = bytes(options.challenge);
    const made = options.user;
    if (made) made.id = bytes(made.id);
    options.excludeCredentials = ids(options.excludeCredentials);
    options.allowCredentials = ids(options.allowCredentials);
    const found = await navigator.credentials[made ? "create" : "get"]({ publicKey: options });
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (found.response[part]) response[part] = text(found.response[part]);
    }
    form.elements.pending.value = pending;
    form.elements.credential.value = JSON.stringify({ id: found.id, rawId: text(found.rawId), type: found.type, response });
    form.submit();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential || location.origin !== form.dataset.origin) continue;
    document.querySelectorAll("[data-passkey-only]").forEach((part) => (part.hidden = false));
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      // Without a name the bank says so before the browser asks for anything.
      if (form.elements.name?.value.trim() === "") return;
      event.preventDefault();
      const failed = document.querySelector("[data-passkey-failed]");
      failed.hidden = true;
      ask(form).catch(() => (failed.hidden = false));
    });
  }
}
