// Media on their way out: what the library calls to prepare and upload a file.
import { Model } from './models.js'

const KEY_BYTES = 32

export const base64 = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))

const prepared = new Map()

export class OpaqueData {
  constructor(blob, type) {
    this.blob = blob
    this.type = type
  }

  static async createFromData(blob, type) {
    return new OpaqueData(blob, type)
  }

  url() {
    return URL.createObjectURL(this.blob)
  }

  formData() {
    return this.blob
  }

  autorelease() {}
}

const kindOf = (type, { asDocument, isPtt, asSticker }) => {
  if (asDocument) return 'document'
  if (isPtt) return 'ptt'
  if (asSticker) return 'sticker'
  const main = type.split('/')[0]
  return ['image', 'video', 'audio'].includes(main) ? main : 'document'
}

export const prepRawMedia = (data, options) => ({
  waitForPrep: async () => {
    const filehash = base64(await crypto.subtle.digest('SHA-256', await data.blob.arrayBuffer()))
    const type = kindOf(data.type, options)
    const { size, name } = data.blob
    const media = new Model({ type, mimetype: data.type, filehash, size, isGif: false, filename: name })
    Object.defineProperty(media, 'mediaBlob', { value: data, writable: true })
    prepared.set(filehash, { data, object: { filehash, type, size, contentInfo: {}, consolidate() {} } })
    return media
  },
})

export const getOrCreateMediaObject = filehash => prepared.get(filehash).object

export const uploadMedia = async ({ mediaObject: { filehash }, mimetype }) => {
  const answer = await fetch('/upload', {
    method: 'POST',
    headers: { 'content-type': mimetype },
    body: prepared.get(filehash).data.blob,
  })
  const { path } = await answer.json()
  return {
    mediaEntry: {
      mmsUrl: location.origin + path,
      deprecatedMms3Url: location.origin + path,
      directPath: path,
      mediaKey: base64(crypto.getRandomValues(new Uint8Array(KEY_BYTES))),
      mediaKeyTimestamp: Math.floor(Date.now() / 1000),
      encFilehash: filehash,
      uploadHash: filehash,
    },
  }
}

export const download = async ({ directPath }) => {
  const answer = await fetch(directPath)
  if (!answer.ok) throw Object.assign(new Error('media'), { status: answer.status })
  return answer.arrayBuffer()
}
