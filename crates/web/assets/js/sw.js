// The service worker: the shell of the site and one page for when there is no network. Nothing that a person sees of his own is kept
// here: pages come from the network or not at all. It is named by the hash of what it keeps.
const SHELL = "shell-@VERSION@";
const FILES = ["/offline", ...@FILES@];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("shell-") && name !== SHELL);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

const kept = (request) => caches.open(SHELL).then((cache) => cache.match(request, { ignoreVary: true }));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (FILES.includes(url.pathname) && url.pathname !== "/offline") {
    event.respondWith(kept(url.pathname).then((file) => file ?? fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => kept("/offline").then((page) => page ?? Response.error())));
  }
});
