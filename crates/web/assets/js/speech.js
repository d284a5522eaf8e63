// Reading a page aloud where the browser can speak: its heading and its text, one block after the other, in the page's language.
{
  const voice = window.speechSynthesis;
  const box = document.querySelector("[data-speech]");
  const speak = box?.querySelector("[data-speak]");
  const hush = box?.querySelector("[data-hush]");
  const zh = document.documentElement.lang.startsWith("zh");
  const BLOCKS = "h1,h2,h3,p,li,dt,dd,th,td,label,legend,summary,a,button,time";

  // 3,214.50 元 is said as 3214元5角, 尾号 before the digits that a mask leaves.
  function money(text) {
    const [, minus, whole, part] = text.match(/(−?)([\d,]+)(?:\.(\d\d))?/) ?? [];
    if (!whole || (zh && !text.includes("元"))) return text;
    const [tens, ones] = [Number(part?.[0] ?? 0), Number(part?.[1] ?? 0)];
    const yuan = whole.replaceAll(",", "");
    if (!zh) return text.replace(/[\d,.]+/, yuan + (tens || ones ? `.${part}` : ""));
    return `${minus && "负"}${yuan}元${tens ? `${tens}角` : ""}${ones ? `${ones}分` : ""}`;
  }

  function said(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent;
    if (node.nodeType !== Node.ELEMENT_NODE || node.hidden || node.ariaHidden === "true" || node.matches("script,input,select,svg,nav,.turn-place")) return "";
    if (node.dataset.say) return node.dataset.say;
    if (node.matches(".amount")) return money(node.textContent);
    if (node.matches(".masked-text")) return node.textContent.replace(/.*\*+(\d+)$/s, (_, end) => `${box.dataset.tail} ${[...end].join(" ")}`);
    const parts = node.matches("details:not([open])") ? [...node.children].slice(0, 1) : [...node.childNodes];
    const text = parts.map(said).join("");
    return node.matches(BLOCKS) ? `\n${text}\n` : text;
  }

  function label(text) {
    speak.querySelector("span").textContent = text;
  }

  function end() {
    voice.cancel();
    hush.hidden = true;
    label(speak.dataset.read);
    delete speak.dataset.on;
  }

  function begin() {
    const lines = said(document.getElementById("main")).split("\n").map((l) => l.replace(/\s+/g, " ").trim()).filter(Boolean);
    voice.cancel();
    lines.forEach((line, i) => {
      const piece = new SpeechSynthesisUtterance(line);
      piece.lang = document.documentElement.lang;
      piece.rate = 0.9;
      if (i === lines.length - 1) piece.onend = end;
      voice.speak(piece);
    });
    hush.hidden = false;
    speak.dataset.on = "speaking";
    label(speak.dataset.pause);
  }

  function press() {
    if (speak.dataset.on === "speaking") {
      voice.pause();
      speak.dataset.on = "paused";
      label(speak.dataset.goOn);
    } else if (speak.dataset.on) {
      voice.resume();
      speak.dataset.on = "speaking";
      label(speak.dataset.pause);
    } else begin();
  }

  if (voice && speak) {
    speak.dataset.read = speak.textContent.trim();
    speak.hidden = false;
    speak.addEventListener("click", press);
    hush.addEventListener("click", end);
    addEventListener("pagehide", () => voice.cancel());
  }
}
