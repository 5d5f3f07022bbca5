/** Listens to whatsapp-web.js and to its browser, and translates their events. */
import type { Logger } from '../../../platform/logger.ts'
import type { EngineEvents } from '../engine-events.ts'
import { reasonOf } from '../failure-reason.ts'
import { asUnreadable, CIPHERTEXT, type MessageChange, type WhatsAppMessage } from '../whatsapp-message.ts'
import { parseDeletion, parseEdit, parseReaction } from './change-parser.ts'
import type { WwebjsClient, WwebjsMessage } from './client.ts'
import { parseMessage, parseVote } from './message-parser.ts'

/** What happens to the client itself. Each may be reported more than once. */
export interface ClientListener {
  code(how: 'qr' | 'pairing', text: string): void
  /** The device is linked, and the page loads its messages. */
  progress(): void
  ready(): void
  /** The connection is in this state now. */
  connection(state: string): void
  /** The library gave up the client because of this connection state; `LOGOUT`: the login was ended. */
  disconnected(state: string): void
  /** WhatsApp refused the login on disk. */
  refused(): void
}

type MessageEvents = Pick<EngineEvents, 'message' | 'changed' | 'acknowledged'>

/**
 * Listens to a client of the library as long as it is `wanted`. An error that a listener throws is logged: the library
 * would swallow it.
 */
export const listenToClient = (
  client: WwebjsClient,
  logger: Logger,
  wanted: () => boolean,
  events: MessageEvents,
  listener: ClientListener,
): void => {
  const on = (name: string, act: (...values: unknown[]) => void): void => {
    client.on(name, (...values: unknown[]) => {
      if (!wanted()) return
      try {
        act(...values)
      } catch (error) {
        logger.error('An event of WhatsApp could not be processed', { event: name, reason: reasonOf(error) })
      }
    })
  }
  listenToLifecycle(on, listener)
  listenToMessages(on, logger, events)
  listenToChanges(on, events)
}

type On = (name: string, act: (...values: unknown[]) => void) => void

const listenToLifecycle = (on: On, listener: ClientListener): void => {
  on('qr', text => {
    listener.code('qr', String(text))
  })
  on('code', text => {
    listener.code('pairing', String(text))
  })
  for (const name of ['loading_screen', 'authenticated']) {
    on(name, () => {
      listener.progress()
    })
  }
  on('ready', () => {
    listener.ready()
  })
  on('change_state', state => {
    listener.connection(String(state))
  })
  on('auth_failure', () => {
    listener.refused()
  })
  on('disconnected', state => {
    listener.disconnected(String(state))
  })
}

const listenToMessages = (on: On, logger: Logger, events: MessageEvents): void => {
  const parsed = (raw: unknown, act: (message: WhatsAppMessage) => void): void => {
    const message = parseMessage((raw as WwebjsMessage).rawData)
    if (message === undefined) logger.error('A WhatsApp message could not be read: it has no id, chat or author')
    else act(message)
  }
  // Comes once for every message, own ones included.
  on('message_create', raw => {
    parsed(raw, message => {
      events.message(message)
    })
  })
  // Reported once more when it is decrypted; a placeholder never is.
  on('message_ciphertext', raw => {
    parsed(raw, message => {
      if (message.type !== CIPHERTEXT) events.message(message)
    })
  })
  on('vote_update', vote => {
    const message = parseVote(vote)
    if (message !== undefined) events.message(message)
  })
  // WhatsApp reports this only after several attempts to have the message resent: its text never came.
  on('message_ciphertext_failed', raw => {
    parsed(raw, message => {
      const known = message.details?.attachment !== undefined
      events.message(known ? message : asUnreadable({ ...message, type: CIPHERTEXT }))
    })
  })
  on('message_ack', (raw, level) => {
    parsed(raw, message => {
      events.acknowledged(message.message_id, Number(level))
    })
  })
}

const listenToChanges = (on: On, events: MessageEvents): void => {
  const report = (change: MessageChange | undefined): void => {
    if (change !== undefined) events.changed(change)
  }
  on('message_edit', (raw, text) => {
    report(parseEdit((raw as WwebjsMessage).rawData, text))
  })
  on('message_revoke_everyone', raw => {
    report(parseDeletion((raw as WwebjsMessage).rawData))
  })
  on('message_reaction', reaction => {
    report(parseReaction(reaction))
  })
}

/** Listens to the browser and its page: the library itself does not report when they end. */
export const listenToBrowser = (client: WwebjsClient, lost: (reason: string) => void): void => {
  // The driver stops listening once it has released the browser. A pending write into a broken pipe would then end the
  // whole process.
  for (const stream of client.pupBrowser?.process()?.stdio ?? []) stream?.on('error', () => undefined)
  client.pupBrowser?.on('disconnected', () => {
    lost('The browser ended.')
  })
  client.pupPage?.on('error', () => {
    lost('The page of WhatsApp crashed.')
  })
  client.pupPage?.on('close', () => {
    lost('The page of WhatsApp was closed.')
  })
}
