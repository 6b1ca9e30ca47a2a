// The site as an installed app. The worker is registered only there: who just visits gets nothing stored.
const register = () => navigator.serviceWorker?.register('/sw.js').catch(() => { /* the app then works online only */ });
if (matchMedia('(display-mode: standalone)').matches || navigator.standalone) register();
addEventListener('appinstalled', register);

/** Pictures that were shared with the app and wait for a decision; they are taken out of the device's store. */
export async function shared() {
  if (location.search !== '?shared' || !window.caches) return [];
  history.replaceState(null, '', location.pathname);
  const cache = await caches.open('shared'), files = [];
  for (const key of await cache.keys()) {
    const kept = await cache.match(key), type = kept.headers.get('Content-Type');
    files.push(new File([await kept.blob()], decodeURIComponent(kept.headers.get('X-Name') ?? 'image'), { type }));
  }
  await caches.delete('shared');
  return files;
}
