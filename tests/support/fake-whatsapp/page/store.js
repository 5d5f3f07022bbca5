// What the page knows: connection, chats, contacts and messages.
import { createWid, maybeWid, messageKeyClass } from './ids.js'
import { Collection, Emitter, Model } from './models.js'

/** Put into the page by the server: `{ me: { phone, lid }, contacts, ids, sync }`. */
export const setup = window.fakeSetup

export const MsgKey = messageKeyClass(setup.ids)
export const Socket = new Model({ state: 'UNLAUNCHED', hasSynced: false })
export const Conn = new Model({ ref: undefined, pushname: '', platform: 'android', connected: false })
export const Cmd = new Emitter()
export const Msg = new Collection()
export const Chat = new Collection()
export const Contact = new Collection()

export class MessageModel extends Model {
  isEphemeral = false
  isStatusV3 = false

  constructor(attributes) {
    super(attributes)
    const mediaData = attributes.directPath === undefined ? undefined : { mediaStage: 'INIT' }
    Object.defineProperty(this, 'mediaData', { value: mediaData })
  }

  get mediaObject() {
    return this.mediaData === undefined ? undefined : {}
  }

  unsafe() {
    return this
  }

  canReply() {
    return true
  }

  /** What a reply carries of the message that it answers. */
  msgContextInfo() {
    return {
      quotedMsg: { type: this.type, body: this.body },
      quotedStanzaID: this.id.fakeText().split('_')[2],
      quotedParticipant: this.author ?? this.from,
    }
  }

  async downloadMedia() {
    const answer = await fetch(this.directPath, { method: 'HEAD' })
    this.mediaData.mediaStage = answer.ok ? 'RESOLVED' : 'ERROR_MISSING'
  }
}

Msg.modelClass = MessageModel
Msg.getMessagesById = async ids => {
  // The live site throws an error of one letter where an id cannot be read.
  if (ids.includes(undefined)) throw Object.assign(new Error('r'), { name: 'r' })
  return { messages: ids.map(id => Msg.get(id)).filter(Boolean) }
}

export const contactOf = spelling => {
  const id = createWid(spelling)
  const known = setup.contacts.find(each => each.id === id._serialized) ?? {}
  return (
    Contact.get(id) ??
    Contact.add(
      new Model({
        id,
        type: 'in',
        name: known.name,
        pushname: known.pushname,
        username: known.username,
        phoneNumber: maybeWid(known.phone),
        isBusiness: false,
        isEnterprise: false,
        isContactBlocked: false,
      }),
    )
  )
}
Contact.find = async id => contactOf(id)
// The live site has the address book and everybody it has met at hand.
for (const { id } of setup.contacts) contactOf(id)

/** The LID of a phone, as far as it is known. */
export const lidOf = phone => maybeWid(setup.contacts.find(each => each.phone === phone._serialized)?.id)

class ChatModel extends Model {
  constructor(id) {
    super({ id, t: 0, unreadCount: 0, archive: false, pin: 0, isReadOnly: false, muteExpiration: 0 })
    const group = { id, participants: [], announce: false, isLidAddressingMode: false }
    Object.defineProperties(this, {
      msgs: { value: new Collection() },
      mute: { value: { expiration: 0 } },
      groupMetadata: { value: id.isGroup() ? new Model(group) : undefined },
      lastReceivedKey: { value: undefined, writable: true },
      earlier: { value: [] },
    })
  }

  get formattedTitle() {
    const { name, pushname } = contactOf(this.id)
    return name ?? pushname ?? this.id.user
  }

  serialize() {
    return { ...super.serialize(), msgs: this.msgs.getModelsArray().map(each => ({ id: each.id })) }
  }
}

/** Addresses for which the live site makes no chat, as for a number without a LID. */
export const unreachable = new Set(setup.unreachable)

export const chatOf = spelling => {
  const id = createWid(spelling)
  return Chat.get(id) ?? Chat.add(new ChatModel(id))
}

/** What the page writes about every message of a kind; all media have a preview in their body. */
const kindAttributes = ({ type, body }) => {
  if (type === 'vcard') return { vcardFormattedName: /^FN:(.*)$/m.exec(body ?? '')?.[1], isVcardOverMmsDocument: false }
  if (type === 'poll_creation') return { kind: 'pollCreation', pollSelectableOptionsCount: 1, pollName: body }
  if (type === 'video') return { isGif: false, isViewOnce: false }
  if (type === 'image') return { isViewOnce: false }
  return {}
}

/** What a message tells about the message that it answers; of one whose copy did not arrive only the id, and perhaps the author. */
const quoteAttributes = quoted => {
  if (quoted === undefined) return {}
  const copy =
    quoted.body === undefined && quoted.attributes === undefined
      ? {}
      : { quotedMsg: { type: quoted.type ?? 'chat', body: quoted.body, ...quoted.attributes } }
  const participant = maybeWid(quoted.author)
  return {
    ...copy,
    quotedStanzaID: quoted.id,
    ...(participant === undefined ? {} : { quotedParticipant: participant }),
    ...(quoted.chat === undefined ? {} : { quotedRemoteJid: createWid(quoted.chat) }),
  }
}

/** Takes a message as the server tells it into its chat; `isNewMsg` is what makes it an event. */
export const take = (wire, isNewMsg) => {
  const remote = createWid(wire.chat)
  const participant = maybeWid(wire.author)
  const id = new MsgKey({ fromMe: wire.from_me, remote, id: wire.id, participant })
  if (Msg.get(id) !== undefined) return
  const me = createWid(remote.isLid() ? setup.me.lid : setup.me.phone)
  const message = new MessageModel({
    isForwarded: false,
    forwardingScore: 0,
    ...kindAttributes(wire),
    ...wire.attributes,
    id,
    from: wire.from_me ? me : remote,
    to: wire.from_me ? remote : me,
    ...(participant === undefined ? {} : { author: participant }),
    t: wire.t,
    type: wire.type,
    body: wire.body,
    ack: wire.ack,
    notifyName: wire.name,
    star: false,
    mentionedJidList: (wire.mentions ?? []).map(createWid),
    groupMentions: [],
    ...quoteAttributes(wire.quoted),
    isNewMsg,
  })
  const chat = chatOf(remote)
  if (wire.name !== undefined) contactOf(wire.author ?? remote).set({ pushname: wire.name })
  if (!wire.from_me) chat.lastReceivedKey = id
  chat.msgs.add(message)
  chat.set({ t: wire.t })
  // The live site learns the setting of a chat from notices, and from messages that were sent under it.
  const { ephemeralDuration } = wire.attributes
  if (ephemeralDuration !== undefined) chat.set({ ephemeralDuration })
  Msg.add(message)
}

/** Messages that a page of the chat holds when more of it are loaded. */
const LOADED_AT_ONCE = 3

/** The live site keeps the newest message of each chat at hand; what is older waits until it is asked for. */
export const putAway = () => {
  for (const chat of Chat.getModelsArray()) {
    const older = chat.msgs.getModelsArray().slice(0, -1)
    for (const message of older) chat.msgs.remove(message.id)
    chat.earlier.push(...older)
  }
}

export const loadEarlierMsgs = async ({ chat }) => {
  const loaded = chat.earlier.splice(-LOADED_AT_ONCE)
  for (const message of loaded) {
    chat.msgs.add(message)
    message.belongTo(Msg)
  }
  return loaded
}
