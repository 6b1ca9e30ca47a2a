// HEIC and AVIF are not taken by the server. Where this browser can decode them, it makes a JPEG of the picture first;
// drawing applies the orientation and leaves the metadata behind.
const QUALITY = 0.92, MAX_SIDE = 12_000; // pixels; larger canvases fail in some browsers

export async function convert(file, say) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    throw Object.assign(new Error(say('unreadable')), { again: false });
  }
  const shrink = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = Object.assign(document.createElement('canvas'), {
    width: Math.round(bitmap.width * shrink), height: Math.round(bitmap.height * shrink),
  });
  const ctx = canvas.getContext('2d');
  ctx.fillStyle = '#fff'; // JPEG has no transparency
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise(resolve => { canvas.toBlob(resolve, 'image/jpeg', QUALITY); });
  if (!blob) throw Object.assign(new Error(say('unreadable')), { again: false });
  return new File([blob], `${file.name.replace(/\.[^.]+$/, '')}.jpg`, { type: 'image/jpeg' });
}
