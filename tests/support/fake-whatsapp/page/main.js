// Entry of the page: the modules that whatsapp-web.js asks `window.require` for, as far as it uses them.
import { createWid } from './ids.js'
import { ask, connect, leave, me, pollVoteTableMode, tell, reactionTableMode } from './link.js'
import { base64, download, getOrCreateMediaObject, OpaqueData, prepRawMedia, uploadMedia } from './media.js'
import { Collection } from './models.js'
import {
  Chat,
  chatOf,
  Cmd,
  Conn,
  Contact,
  contactOf,
  lidOf,
  loadEarlierMsgs,
  MessageModel,
  Msg,
  MsgKey,
  setup,
  Socket,
  unreachable,
} from './store.js'

const VERSION = '2.3000.1099999999'
const KEY_BYTES = 32

const keyOf = byte => new Uint8Array(KEY_BYTES).fill(byte)
const field = name => model => model[name]
const refreshQR = () => tell({ kind: 'new_reference' })
const presence = available => () => tell({ kind: 'presence', available })
const links = text =>
  [...String(text ?? '').matchAll(/https?:\/\/\S+/g)].map(([href]) => ({ href, suspiciousCharacters: new Set() }))
const chatState = state => async id => tell({ kind: 'chat_state', chat: id.toString(), state })

for (const [name, act] of Object.entries({
  logout: async () => {
    await ask({ kind: 'unlink' })
    leave('self')
  },
  takeover: () => Socket.set({ state: 'CONNECTED' }),
})) {
  Object.defineProperty(Socket, name, { value: act })
}
Object.assign(Cmd, { refreshQR })

/** Puts an own message into its chat and hands it to the server; the server's answer is the first acknowledgement. */
const addAndSendMsgToChat = (chat, attributes) => {
  const message = new MessageModel(attributes)
  chat.msgs.add(message)
  Msg.add(message)
  chat.set({ t: attributes.t })
  const { quotedStanzaID, quotedMsg, type, body, t } = attributes
  const sent = ask({
    kind: 'send',
    message: {
      key: message.id.fakeText(),
      id: message.id.id,
      chat: chat.id.toString(),
      author: attributes.id.participant?.toString(),
      type,
      body,
      t,
      caption: attributes.caption,
      directPath: attributes.directPath,
      quoted: quotedStanzaID === undefined ? undefined : { id: quotedStanzaID, body: quotedMsg.body },
    },
  })
  return [
    Promise.resolve(message),
    sent.then(({ accepted }) => {
      if (accepted) message.set({ ack: 1 })
    }),
  ]
}

const modules = {
  // Linking
  WAWebSocketModel: { Socket },
  WAWebCmd: { Cmd },
  WAWebConnModel: { Conn },
  WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => 100 } },
  WAWebAltDeviceLinkingApi: {
    setPairingType() {},
    async initializeAltDeviceLinking() {},
    async initializeQRLinking() {},
    startAltLinkingFlow: async phone => (await ask({ kind: 'pairing_code', phone })).code,
  },
  WAWebLaunchSocketUtils: { refreshQR },
  WABase64: { encodeB64: base64 },
  WAWebCompanionRegClientUtils: { DEVICE_PLATFORM: '1' },
  WAWebAdvSignatureApi: {},
  WAWebUserPrefsInfoStore: { waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: keyOf(1) } }) } },
  WAWebSignalStoreApi: {
    waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: { pubKey: keyOf(2) } }) },
  },
  WAWebUserPrefsMultiDevice: { getADVSecretKey: () => base64(keyOf(3)) },
  WAWebMiscBrowserUtils: { info: () => ({ os: 'Linux', name: 'Chrome' }) },
  WAWebUserPrefsMeUser: { getMaybeMePnUser: () => me.phone, getMaybeMeLidUser: () => me.lid },

  // Listening
  WAWebCollections: {
    Msg,
    Chat,
    Contact,
    Blocklist: new Collection(),
    WAWebNewsletterCollection: new Collection(),
    BusinessProfile: { find: async () => ({}) },
    GroupMetadata: { update: async () => undefined },
  },
  WAWebSyncGatingUtils: {},
  WAWebCallCollection: {},
  WAWebNonMessageDataRequestPlaceholderMessageResendUtils: { handlePlaceholderMsgsSeen() {} },

  // Sending
  WAWebWidFactory: { createWid, createWidFromWidLike: createWid, asUserWidOrThrow: createWid },
  WAWebMsgKey: MsgKey,
  WAWebFindChatAction: {
    findOrCreateLatestChat: async id => {
      if (unreachable.has(id.toString())) throw new Error('No LID for user')
      return { chat: chatOf(id) }
    },
  },
  WAWebChatGetters: { getIsNewsletter: () => false, getIsBroadcast: () => false },
  WALinkify: { findLink: text => links(text)[0], findLinks: links },
  WAWebLinkPreviewChatAction: { getLinkPreview: async () => null },
  WAWebMsgReply: { canReplyMsg: () => true },
  WAWebGetEphemeralFieldsMsgActionsUtils: {
    getEphemeralFields: ({ ephemeralDuration }) => (ephemeralDuration > 0 ? { ephemeralDuration } : {}),
  },
  WAWebStreamModel: { Stream: { markAvailable: presence(true), markUnavailable: presence(false) } },
  WAWebPresenceChatAction: { sendPresenceAvailable: presence(true), sendPresenceUnavailable: presence(false) },
  WAWebUpdateUnreadChatAction: {
    sendSeen: async ({ chat }) => {
      tell({ kind: 'seen', chat: chat.id.toString() })
      chat.set({ unreadCount: 0 })
    },
  },
  WAWebChatStateBridge: {
    sendChatStateComposing: chatState('composing'),
    sendChatStateRecording: chatState('recording'),
    sendChatStatePaused: chatState('paused'),
  },
  WAWebSendMsgChatAction: { addAndSendMsgToChat },
  WAWebChatLoadMessages: { loadEarlierMsgs },

  // People
  WAWebLidMigrationUtils: { toPn: id => contactOf(id).phoneNumber },
  WAWebApiContact: {
    getAlternateUserWid: () => undefined,
    getPhoneNumber: id => contactOf(id).phoneNumber,
    getCurrentLid: lidOf,
  },
  WAWebQueryExistsJob: {
    // `stuck`: the live site asks its servers here, and may wait for them for long.
    queryWidExists: id => (setup.lookups === 'stuck' ? new Promise(() => undefined) : Promise.resolve({ wid: id })),
  },
  WAWebContactGetters: {
    getIsMe: contact => contact.id.toString() === setup.me.phone,
    getIsUser: contact => contact.id.isUser(),
    getIsGroup: contact => contact.id.isGroup(),
    getIsWAContact: () => true,
    getUserid: contact => contact.id.user,
    getIsEnterprise: () => false,
    getVerifiedName: field('verifiedName'),
    getVerifiedLevel: field('verifiedLevel'),
    getStatusMute: field('statusMute'),
    getName: field('name'),
    getShortName: field('shortName'),
    getPushname: field('pushname'),
  },
  WAWebFrontendContactGetters: { getIsMyContact: contact => contact.name !== undefined },

  WAWebAddonReactionTableMode: { reactionTableMode },
  WAWebAddonPollVoteTableMode: { pollVoteTableMode },

  // Media
  WAWebDownloadManager: { downloadManager: { downloadAndMaybeDecrypt: download } },
  WAWebMediaOpaqueData: OpaqueData,
  WAWebPrepRawMedia: { prepRawMedia },
  WAWebMediaStorage: { getOrCreateMediaObject },
  WAWebMmsMediaTypes: { msgToMediaType: ({ type }) => type, castToV4: type => type },
  WAWebMediaDataUtils: { shouldUseMediaCache: () => false },
  WAWebMediaInMemoryBlobCache: { InMemoryMediaBlobCache: { put() {} } },
  WAWebMediaMmsV4Upload: { uploadMedia, uploadUnencryptedMedia: uploadMedia },
}

if (setup.without !== undefined) {
  const [module, name] = setup.without.split('.')
  delete modules[module][name]
}
window.require = name => {
  if (!Object.hasOwn(modules, name)) throw new Error(`Requiring unknown module "${name}"`)
  return modules[name]
}
connect()
// Last of all: the library begins to inject its own code as soon as this is there.
window.Debug = { VERSION }
