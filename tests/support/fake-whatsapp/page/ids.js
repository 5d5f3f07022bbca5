// Addresses and message ids, in the two shapes that the live site has had.

export class Wid {
  constructor(user, server) {
    this.user = user
    this.server = server
    this._serialized = `${user}@${server}`
  }

  isLid() {
    return this.server === 'lid'
  }

  isGroup() {
    return this.server === 'g.us'
  }

  isUser() {
    return this.server === 'c.us' || this.isLid()
  }

  isStatus() {
    return this._serialized === 'status@broadcast'
  }

  toString() {
    return this._serialized
  }

  toJid() {
    return this._serialized.replace('@c.us', '@s.whatsapp.net')
  }
}

export const createWid = spelling => {
  if (spelling instanceof Wid) return spelling
  const found = /^([^@]+)@([a-z.]+)$/.exec(spelling?._serialized ?? String(spelling))
  if (found === null) throw new Error(`wid error: invalid wid ${String(spelling)}`)
  return new Wid(found[1], found[2])
}

/** An optional address. */
export const maybeWid = spelling => (spelling === undefined ? undefined : createWid(spelling))

const ID_BYTES = 9

/**
 * The class of message ids. Until July 2026 the site kept the text of an id in `_serialized`; since then it is in `$1`,
 * and reading the old name gives undefined. `unreadable`: the text is nowhere, as the next change of the site may have it.
 */
export const messageKeyClass = shape => {
  const field = { plain: '_serialized', renamed: '$1', unreadable: undefined }[shape]
  return class MsgKey {
    #text

    constructor({ fromMe, remote, id, participant, to, selfDir }) {
      this.fromMe = fromMe ?? selfDir === 'out'
      this.remote = remote ?? to
      this.id = shape === 'unreadable' ? undefined : id
      if (participant !== undefined) this.participant = participant
      this.#text = [this.fromMe, this.remote, id, ...(participant === undefined ? [] : [participant])].join('_')
      if (field !== undefined) this[field] = this.#text
    }

    toString() {
      return shape === 'unreadable' ? '[object Object]' : this.#text
    }

    /** For the fake's own bookkeeping, whatever the site shows. */
    fakeText() {
      return this.#text
    }

    static async newId() {
      const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES))
      return `3EB0${[...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')}`.toUpperCase()
    }
  }
}
