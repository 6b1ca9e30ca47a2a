// The service worker of the installed app. The server puts self.SHELL before it: what to keep and under which version.
// Of pages only the offline one is kept; everything else goes to the network as if there were no worker.
const { version, files, offline, share, home } = self.SHELL;
const KEPT = `shell-${version}`, SHARED = 'shared';

self.addEventListener('install', e => {
  e.waitUntil(caches.open(KEPT).then(c => c.addAll([...files, offline])).then(() => self.skipWaiting()));
});

self.addEventListener('activate', e => {
  e.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('shell-') && name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', e => {
  const url = new URL(e.request.url);
  if (url.origin !== location.origin) return;
  if (e.request.method === 'POST' && url.pathname === share) e.respondWith(keep(e.request));
  else if (e.request.method !== 'GET') return;
  else if (files.includes(url.pathname)) e.respondWith(caches.match(url.pathname).then(r => r ?? fetch(e.request)));
  else if (e.request.mode === 'navigate') e.respondWith(fetch(e.request).catch(() => caches.match(offline)));
});

/** Keeps shared pictures on the device until the upload page has asked what to do with them. Any site can send such a
 *  request, so that nothing may follow from it without a person's word. */
async function keep(request) {
  const form = await request.formData();
  await caches.delete(SHARED);
  const cache = await caches.open(SHARED);
  const pictures = form.getAll('file').filter(f => f instanceof File).slice(0, 50);
  for (const [n, f] of pictures.entries()) {
    await cache.put(`${share}/${n}`, new Response(f, { headers: { 'Content-Type': f.type || 'application/octet-stream', 'X-Name': encodeURIComponent(f.name) } }));
  }
  return Response.redirect(`${home}?shared`, 303);
}
