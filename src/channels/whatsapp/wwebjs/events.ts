import type { Logger } from '../../../platform/logger.ts'
import type { WwebjsClient, WwebjsMessage } from './client.ts'
import { asUnreadable } from '../message-mapper.ts'
import { reasonOf } from './errors.ts'
import { parseDeletion, parseEdit, parseReaction, type MessageChange } from './change-parser.ts'
import { parseMessage, type WhatsAppMessage } from './message-parser.ts'

/** What the library and its browser tell, in our words. Each may be told more than once. */
export interface WwebjsListener {
  code(how: 'qr' | 'pairing', text: string): void
  /** The device is linked, and the page loads its messages. */
  progress(): void
  ready(): void
  /** The connection came into this state. */
  connection(state: string): void
  /** The library gave the client up, for this state of the connection; `LOGOUT`: the login was ended. */
  disconnected(state: string): void
  refused(): void
  message(message: WhatsAppMessage): void
  changed(change: MessageChange): void
  ack(message_id: string, level: number): void
}

/**
 * Listens to a client of the library for as long as it is `wanted`. What a listener throws is logged: the library would
 * swallow it.
 */
export const listenToClient = (
  library: WwebjsClient,
  logger: Logger,
  wanted: () => boolean,
  listener: WwebjsListener,
): void => {
  const on = (event: string, act: (...values: unknown[]) => void): void => {
    library.on(event, (...values: unknown[]) => {
      if (!wanted()) return
      try {
        act(...values)
      } catch (error) {
        logger.error('An event of WhatsApp could not be dealt with', { event, reason: reasonOf(error) })
      }
    })
  }
  const message = (raw: unknown, act: (message: WhatsAppMessage) => void): void => {
    const read = parseMessage((raw as WwebjsMessage).rawData)
    if (read === undefined) logger.error('A message of WhatsApp could not be read: it has no id, chat or author')
    else act(read)
  }
  on('qr', text => {
    listener.code('qr', String(text))
  })
  on('code', text => {
    listener.code('pairing', String(text))
  })
  for (const event of ['loading_screen', 'authenticated']) {
    on(event, () => {
      listener.progress()
    })
  }
  on('ready', () => {
    listener.ready()
  })
  on('change_state', state => {
    listener.connection(String(state))
  })
  // It tells of own messages and of those of others, one time each.
  on('message_create', raw => {
    message(raw, read => {
      listener.message(read)
    })
  })
  // Only after WhatsApp has tried for a while to have it sent again: its text never came.
  on('message_ciphertext_failed', raw => {
    message(raw, read => {
      listener.message(asUnreadable({ ...read, type: 'ciphertext' }))
    })
  })
  const change = (read: MessageChange | undefined): void => {
    if (read !== undefined) listener.changed(read)
  }
  on('message_edit', (raw, text) => {
    change(parseEdit((raw as WwebjsMessage).rawData, text))
  })
  on('message_revoke_everyone', raw => {
    change(parseDeletion((raw as WwebjsMessage).rawData))
  })
  on('message_reaction', reaction => {
    change(parseReaction(reaction))
  })
  on('message_ack', (raw, level) => {
    message(raw, read => {
      listener.ack(read.message_id, Number(level))
    })
  })
  on('auth_failure', () => {
    listener.refused()
  })
  on('disconnected', state => {
    listener.disconnected(String(state))
  })
}

/** Listens to the browser and its page: of their end the library itself says nothing. */
export const listenToBrowser = (library: WwebjsClient, lost: (reason: string) => void): void => {
  // The driver no longer listens once it has let go of the browser: what it had yet to write into a broken pipe would
  // end the whole process.
  for (const stream of library.pupBrowser?.process()?.stdio ?? []) stream?.on('error', () => undefined)
  library.pupBrowser?.on('disconnected', () => {
    lost('The browser ended.')
  })
  library.pupPage?.on('error', () => {
    lost('The page of WhatsApp crashed.')
  })
  library.pupPage?.on('close', () => {
    lost('The page of WhatsApp was closed.')
  })
}
