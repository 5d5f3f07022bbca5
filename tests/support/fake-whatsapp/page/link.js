// The page's connection to its server: one JSON frame per message, over a WebSocket.
import { maybeWid } from './ids.js'
import { show } from './screens.js'
import { Chat, chatOf, Cmd, Conn, Msg, putAway, setup, Socket, take, unreachable } from './store.js'

/** Where the page keeps reactions; the library listens in at this function. */
export const reactionTableMode = { bulkUpsert: () => undefined }

/** Where the page keeps votes in polls; the library listens in here too. */
export const pollVoteTableMode = { bulkUpsert: () => undefined }

const SESSION = 'fake-whatsapp-session'
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 2000
const LISTENER_POLL_MS = 10
const NAVIGATION_MS = 20

let socket
let retry_ms = FIRST_RETRY_MS
let requests = 0
const answers = new Map()
const waiting = []

export const tell = frame => {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
}

/** Sends a frame and resolves with the server's answer; while there is no connection the frame waits. */
export const ask = frame =>
  new Promise(resolve => {
    const request = { ...frame, request: ++requests }
    answers.set(request.request, resolve)
    if (socket.readyState === WebSocket.OPEN && (Socket.state === 'CONNECTED' || frame.kind === 'pairing_code')) {
      tell(request)
    } else waiting.push(request)
  })

export const leave = by => {
  localStorage.removeItem(SESSION)
  Cmd.trigger(by === 'phone' ? 'logout_from_bridge' : 'logout')
  setTimeout(() => {
    location.href = '/?post_logout=1'
  }, NAVIGATION_MS)
}

/** Tells the library that all is there: at once, or only when it listens, as the live site may do either. */
const sync = () => {
  if (setup.sync === 'never') return
  if (setup.sync === 'early' || Socket.listensTo('change:hasSynced')) {
    // A second time must be a change again.
    Socket.set({ hasSynced: false })
    Socket.set({ hasSynced: true })
  } else setTimeout(sync, LISTENER_POLL_MS)
}

const login = session => {
  tell({ kind: 'login', session })
}

const received = {
  reference: ({ value }) => {
    Conn.set({ ref: value })
    Socket.set({ state: 'UNPAIRED' })
  },
  linked: ({ session }) => {
    localStorage.setItem(SESSION, session)
    Socket.set({ state: 'PAIRING' })
    login(session)
  },
  logged_in: ({ name, history, fresh, unread }) => {
    Conn.set({ pushname: name, connected: true })
    for (const message of history) take(message, false)
    putAway()
    for (const message of fresh) take(message, true)
    for (const [chat, count] of Object.entries(unread)) chatOf(chat).set({ unreadCount: count })
    Socket.set({ state: 'CONNECTED' })
    for (const frame of waiting.splice(0)) tell(frame)
    Cmd.trigger('offline_progress_update_from_bridge')
    sync()
  },
  refused: () => leave('phone'),
  message: ({ message, unread }) => {
    take(message, true)
    if (!message.from_me) chatOf(message.chat).set({ unreadCount: unread })
  },
  unread: ({ chat, count }) => chatOf(chat).set({ unreadCount: count }),
  unreachable: ({ chats }) => {
    unreachable.clear()
    for (const chat of chats) {
      unreachable.add(chat)
      Chat.remove(chat)
    }
  },
  ack: ({ id, level }) => Msg.get(id)?.set({ ack: level }),
  reaction: ({ id, from, emoji, t }) => {
    const key = Msg.get(id)?.id
    if (key !== undefined) {
      reactionTableMode.bulkUpsert([
        { id: key, reactionParentKey: key, reactionText: emoji, reactionTimestamp: t, author: maybeWid(from) },
      ])
    }
  },
  vote: ({ id, from, options, t }) => {
    const key = Msg.get(id)?.id
    if (key !== undefined) {
      pollVoteTableMode.bulkUpsert([
        {
          id: key,
          pollUpdateParentKey: key,
          selectedOptionLocalIds: options,
          senderTimestampMs: t,
          t,
          from: maybeWid(from),
        },
      ])
    }
  },
  change: ({ id, attributes }) => Msg.get(id)?.set(attributes),
  connection: ({ state }) => Socket.set({ state }),
  sync_again: () => sync(),
  logged_out: () => leave('phone'),
  reload: () => location.reload(),
  screen: ({ name }) => show(name, () => tell({ kind: 'acknowledged' })),
  hang: ({ milliseconds }) => {
    const end = performance.now() + milliseconds
    while (performance.now() < end);
  },
  answer: ({ request, ...values }) => {
    answers.get(request)?.(values)
    answers.delete(request)
  },
}

export const connect = () => {
  const session = localStorage.getItem(SESSION)
  Socket.set({ state: 'OPENING' })
  socket = new WebSocket(`wss://${location.host}/link`)
  socket.onopen = () => {
    retry_ms = FIRST_RETRY_MS
    if (session === null) tell({ kind: 'new_reference' })
    else login(session)
  }
  socket.onmessage = event => {
    const frame = JSON.parse(event.data)
    received[frame.kind](frame)
  }
  socket.onclose = () => {
    if (Socket.state === 'CONNECTED') Socket.set({ state: 'TIMEOUT' })
    setTimeout(connect, retry_ms)
    retry_ms = Math.min(retry_ms * 2, LONGEST_RETRY_MS)
  }
}

/** Own addresses, as the library asks for them. */
export const me = { phone: maybeWid(setup.me.phone), lid: maybeWid(setup.me.lid) }
