// Runs real clients against the program at IMGLINK_URL with the token IMGLINK_TOKEN: each uploads a picture, the picture is
// fetched and compared, listed, and deleted in the client's own way where it has one. Run by `make compat`.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

const require = createRequire(import.meta.url)
const base = process.env.IMGLINK_URL
const token = process.env.IMGLINK_TOKEN
const dir = process.env.TEMP_DIR
const bearer = { Authorization: `Bearer ${token}` }
let passed = 0
let failed = 0

// png makes a picture of noise, which no two runs share.
function png (side) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const out = Buffer.alloc(8 + body.length)
    out.writeUInt32BE(data.length)
    body.copy(out, 4)
    out.writeUInt32BE(zlib.crc32(body), 4 + body.length)
    return out
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side)
  head.writeUInt32BE(side, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const rows = Buffer.concat(Array.from({ length: side }, () => Buffer.concat([Buffer.alloc(1), randomBytes(side * 3)])))
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

const picture = png(330)
const file = path.join(dir, 'holiday.png')
fs.writeFileSync(file, picture)

async function call (method, address, headers = {}, body = undefined) {
  const res = await fetch(base + address, { method, headers, body })
  const text = await res.text()
  return { status: res.status, body: text === '' ? null : JSON.parse(text) }
}

// served fetches what a client was told and compares it with what was sent.
async function served (url) {
  const res = await fetch(url)
  assert.equal(res.status, 200, url)
  assert.deepEqual(Buffer.from(await res.arrayBuffer()), picture, 'the bytes differ')
}

const idOf = (url) => url.match(/\/i\/([0-9A-Za-z]{12})\./)[1]
const deleteToken = (url) => url.match(/\/delete\/(.+)$/)[1]

async function listed (url, want) {
  const { status, body } = await call('GET', '/api/v1/images?limit=100', bearer)
  assert.equal(status, 200)
  assert.equal(body.images.some((i) => i.id === idOf(url)), want, `${url} listed: ${!want}`)
}

async function gone (url) {
  assert.equal((await fetch(url)).status, 410, `${url} is still there`)
}

async function client (name, run) {
  try {
    console.log(`ok   ${name}: ${await run()}`)
    passed++
  } catch (err) {
    console.error(`FAIL ${name}:`, err)
    failed++
  }
}

const version = (pkg) => JSON.parse(fs.readFileSync(path.join('node_modules', pkg, 'package.json'))).version

// imgbb-uploader: the Chevereto API, urlencoded base64.
const imgbb = require('imgbb-uploader')
for (const [who, apiKey] of [['guest', 'guest'], ['account', token]]) {
  await client(`imgbb-uploader ${version('imgbb-uploader')} as ${who}`, async () => {
    const answer = await imgbb({ apiKey, imagePath: file, cheveretoHost: base })
    const url = answer.image.url
    await served(url)
    await listed(url, who === 'account')
    const gave = await call('DELETE', `/api/v1/images/${idOf(url)}?token=${deleteToken(answer.image.delete_url)}`)
    assert.equal(gave.status, 204)
    await gone(url)
    return `${answer.status_code} ${answer.success.message} ${url}, deleted`
  })
}
await client(`imgbb-uploader ${version('imgbb-uploader')} with a wrong key`, async () => {
  const err = await imgbb({ apiKey: 'wrong', imagePath: file, cheveretoHost: base }).then(() => null, (e) => e)
  assert.ok(err)
  return `refused: ${err.message}`
})

// picgo with its plug-ins.
const { PicGo } = await import('picgo')
async function picgo (uploader, config, plugin) {
  const app = new PicGo(path.join(fs.mkdtempSync(path.join(dir, 'picgo-')), 'config.json'))
  app.setConfig({ silent: true, 'settings.uniqueName': true })
  app.use(require(plugin), plugin)
  app.setConfig({ 'picBed.current': uploader, 'picBed.uploader': uploader, [`picBed.${uploader}`]: config })
  let refused = ''
  app.on('notification', (n) => { refused += `${n.title} ${n.body ?? ''}; ` })
  const out = await app.upload([file])
  if (out instanceof Error || !out[0]?.imgUrl) throw new Error(`picgo: ${refused || out}`)
  return { app, item: out[0], url: out[0].imgUrl }
}

const picgoName = (plugin) => `picgo ${version('picgo')} + ${plugin} ${version(plugin)}`
const web = 'picgo-plugin-web-uploader'
for (const [what, config] of [
  ['our API', { url: `${base}/api/v1/images`, paramName: 'file', jsonPath: 'images.0.image_url', customHeader: JSON.stringify(bearer) }],
  ['Chevereto', { url: `${base}/api/1/upload`, paramName: 'source', jsonPath: 'image.url', customHeader: JSON.stringify({ 'X-API-Key': token }) }],
  ['Imgur', { url: `${base}/3/image`, paramName: 'image', jsonPath: 'data.link', customHeader: JSON.stringify(bearer) }]
]) {
  await client(`${picgoName(web)} as ${what}`, async () => {
    const { url } = await picgo('web-uploader', config, web)
    await served(url)
    await listed(url, true)
    assert.equal((await call('DELETE', `/api/v1/images/${idOf(url)}`, bearer)).status, 200)
    await gone(url)
    return `${url}, listed, deleted`
  })
}

const lankong = 'picgo-plugin-lankong'
await client(`${picgoName(lankong)} (Lsky v2)`, async () => {
  const config = { lskyProVersion: 'V2', server: base, token: `Bearer ${token}`, permission: 1, syncDelete: true, ignoreCertErr: false }
  const { app, item, url } = await picgo('lankong', config, lankong)
  await served(url)
  await listed(url, true)
  // Plug-in 1.1.3 parses the answer to a deletion, which picgo 3 has parsed already, and throws: what counts is that the
  // picture is gone.
  const told = new Promise((resolve, reject) => {
    app.on('notification', (n) => resolve(n.body))
    process.once('unhandledRejection', (err) => resolve(`deleted; then the plug-in failed on its own: ${err.message}`))
    setTimeout(() => reject(new Error('no answer to the deletion')), 10_000).unref()
  })
  app.emit('remove', [{ ...item, type: 'lankong' }], null)
  const answer = await told
  await gone(url)
  return `${url} as ${item.id}, deleted by the plug-in: ${answer}`
})
await client(`${picgoName(lankong)} (Lsky v1)`, async () => {
  const { url } = await picgo('lankong', { lskyProVersion: 'V1', server: base, token, permission: 1 }, lankong)
  await served(url)
  await listed(url, true)
  return url
})
const lsky = 'picgo-plugin-lsky-uploader'
await client(picgoName(lsky), async () => {
  const { url } = await picgo('lsky-uploader', { Url: base, Token: token }, lsky)
  await served(url)
  await listed(url, true)
  return url
})

// imgur: its base address is fixed in the code; the HTTP client behind it is told another.
const { ImgurClient } = await import('imgur')
for (const [who, credentials] of [['guest', { clientId: '546c25a59c58ad7' }], ['account', { accessToken: token }]]) {
  await client(`imgur ${version('imgur')} as ${who}`, async () => {
    const imgur = new ImgurClient(credentials)
    imgur.fetcher.defaults.baseURL = base
    const sent = await imgur.upload({ image: fs.createReadStream(file), type: 'stream', title: 'Holiday' })
    assert.ok(sent.success, JSON.stringify(sent))
    await served(sent.data.link)
    await listed(sent.data.link, who === 'account')
    const text = await imgur.upload({ image: picture.toString('base64'), type: 'base64' })
    assert.ok(text.success, JSON.stringify(text))
    const read = await imgur.getImage(sent.data.id)
    assert.equal(read.data.link, sent.data.link)
    const removed = await imgur.deleteImage(who === 'account' ? sent.data.id : sent.data.deletehash)
    assert.ok(removed.success && removed.data === true, JSON.stringify(removed))
    await gone(sent.data.link)
    return `${sent.status} ${sent.data.link} ${sent.data.title}, base64 too, read back, deleted: ${removed.status} ${removed.data}`
  })
}

// tus-js-client: resumable, in pieces.
const tus = require('tus-js-client')
await client(`tus-js-client ${version('tus-js-client')}`, async () => {
  const requests = []
  await new Promise((resolve, reject) => {
    const upload = new tus.Upload(picture, {
      endpoint: `${base}/api/v1/tus`, chunkSize: 100_000, headers: bearer, metadata: { filename: 'holiday.png', filetype: 'image/png' },
      onAfterResponse: (req, res) => requests.push(`${req.getMethod()} ${res.getStatus()}`), onError: reject, onSuccess: resolve
    })
    upload.start()
  })
  const { body } = await call('GET', '/api/v1/images?limit=1', bearer)
  await served(body.images[0].image_url)
  return `${requests.join(', ')}; ${body.images[0].image_url}`
})

// curl.
const curl = async (...args) => JSON.parse((await promisify(execFile)('curl', ['-sS', ...args])).stdout || 'null')
await client('curl', async () => {
  const auth = ['-H', `Authorization: Bearer ${token}`]
  const { images: [image] } = await curl(...auth, '-F', 'description=From curl', '-F', `file=@${file}`, `${base}/api/v1/images`)
  await served(image.image_url)
  const album = await curl(...auth, '-d', '{"title":"Holidays"}', `${base}/api/v1/albums`)
  await curl(...auth, '-d', JSON.stringify({ ids: [image.id] }), `${base}/api/v1/albums/${album.id}/images`)
  const renamed = await curl(...auth, '-X', 'PATCH', '-d', '{"file_name":"Beach"}', `${base}/api/v1/images/${image.id}`)
  const list = await curl(...auth, `${base}/api/v1/albums/${album.id}/images`)
  assert.deepEqual(list.images.map((i) => i.file_name), ['Beach.png'])
  const deleted = await curl(...auth, '-X', 'DELETE', `${base}/api/v1/images/${image.id}`)
  await gone(image.image_url)
  const txt = (await promisify(execFile)('curl', ['-sS', '-F', `source=@${file}`, '-F', 'key=guest', `${base}/api/1/upload?format=txt`])).stdout
  await served(txt)
  return `${renamed.file_name} in "${album.title}", listed, deleted, restorable until ${deleted.restorable_until}; as a guest ${txt}`
})

console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1) // not waiting for connections that clients keep open
