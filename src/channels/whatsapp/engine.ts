/**
 * The port between the WhatsApp channel and the technology that talks to WhatsApp. `wwebjs/` implements it with
 * whatsapp-web.js in a browser; a second engine (such as Baileys, which needs no browser) implements it in a folder of
 * its own. The suite in tests/contract/whatsapp-engine.test.ts must pass for every engine.
 *
 * The channel decides when to connect, how long to wait after a failure, which messages were missed, and who wrote
 * them. An engine only connects, translates, and watches the connection that it opened.
 */
import type { ConnectionEnd, EngineEvents } from './engine-events.ts'
import type { MessageChange, WhatsAppMessage } from './whatsapp-message.ts'

/** One per channel. It owns the files of the login; everything else about the account belongs to the channel. */
export interface WhatsAppEngine {
  /**
   * Finds what the engine needs on this machine. Called once, before the first connection.
   * @throws DenidinError `unavailable` or `invalid_config`, with a sentence for the operator
   */
  start(): Promise<void>
  /** Releases everything outside a connection. Called after the last connection was closed; may be called twice. */
  stop(): Promise<void>
  /**
   * Makes the login usable: ends processes that an earlier run left behind, and checks that the folder can be written
   * to. Called before each connection, and never while one is open.
   * @throws DenidinError with a sentence for the operator
   */
  prepare(): Promise<void>
  /**
   * Opens a connection, with the login on disk if there is one. Returns at once and reports nothing before it has
   * returned; a failure is an end of the connection.
   * @param isQuiet whether no one would notice if WhatsApp were briefly unavailable; the engine may then end a
   *   connection as `replaced`, for instance because it uses too much memory
   */
  connect(events: EngineEvents, isQuiet: () => boolean): EngineConnection
  /** Whether a copy of the login can be restored. An engine without backups always says no. */
  hasLoginBackup(): Promise<boolean>
  /**
   * Backs up the login while a connection uses it. An inconsistent copy must not replace the last one.
   * @returns its size in bytes
   * @throws DenidinError `unavailable`, or the signal's reason if it is aborted
   */
  backUpLogin(signal: AbortSignal): Promise<number>
  /** Replaces the login by the copy, which is used up by that: a login that was damaged twice is not restored again. */
  restoreLogin(): Promise<void>
  /** Deletes the login and its copy, which WhatsApp no longer accepts. */
  deleteLogin(): Promise<void>
}

/** A chat as the engine lists it. */
export interface ListedChat {
  readonly chat_id: string
  /** When its newest message was sent, in milliseconds since the Unix epoch. */
  readonly newest: number
  /** Unread messages; −1 where a person marked the chat as unread. */
  readonly unread: number
}

/** The newest messages of a chat, oldest first. */
export interface ChatHistory {
  readonly messages: readonly WhatsAppMessage[]
  /** Edits and deletions of these messages. */
  readonly changes: readonly MessageChange[]
  /** Whether there are more, older ones. */
  readonly cut: boolean
}

/** The names of one account that WhatsApp knows. */
export interface KnownNames {
  /** An address such as `15550001111@c.us`. */
  readonly phone?: string
  /** An address such as `777@lid`. */
  readonly lid?: string
  readonly username?: string
}

/**
 * One connection, from its opening to its end. Requests reject with a `DenidinError` within a deadline of the engine;
 * with `unavailable` also when there is no page or socket yet.
 */
export interface EngineConnection {
  /** Resolves once, when the connection can no longer be used. */
  readonly ended: Promise<ConnectionEnd>
  /** True as soon as the connection ends, and so before `ended` resolves. */
  readonly isOver: boolean
  /** Declares the end. The first end counts; nothing is reported afterwards. */
  end(end: ConnectionEnd): void
  /**
   * Closes cleanly within a deadline, so that the login is on disk, or else by force. Resolves when nothing of the
   * connection runs any more. Never rejects, never logs out; may be called twice and in any state.
   */
  close(): Promise<void>
  /**
   * Hands a text to WhatsApp; `quoted_id` is the message that it answers. Resolves with the created message, or
   * `undefined` if WhatsApp does not say. The same message is also reported as an event. No deadline of its own.
   * @throws DenidinError `rejected`: no message was created, so none was sent; `unavailable`: it may have been sent
   *   nevertheless
   */
  send(chat_id: string, text: string, quoted_id: string | undefined): Promise<WhatsAppMessage | undefined>
  /**
   * The level that an own message reached, if the engine knows it without an event: see {@link WhatsAppMessage.ack}.
   * Otherwise 0.
   */
  acknowledgement(message_id: string): Promise<number>
  /** All chats, in any order. */
  chats(): Promise<readonly ListedChat[]>
  /** The newest messages of a chat: at most `most`, and none from before `from` (milliseconds since the Unix epoch). */
  history(chat_id: string, from: number, most: number): Promise<ChatHistory>
  /** The names of the account with this address, as far as WhatsApp reveals them. */
  lookUp(address: string): Promise<KnownNames>
  /** The display name of the account with one of these addresses: its chosen name, or that of the contact. */
  displayName(addresses: readonly string[]): Promise<string | undefined>
  /** Whether an account with one of these addresses is in the address book of the phone. */
  isContact(addresses: readonly string[]): Promise<boolean>
  /** Which of these disappearing messages someone kept in the chat. */
  keptIn(chat_id: string, message_ids: readonly string[]): Promise<readonly string[]>
  /** Marks a chat as read. */
  markSeen(chat_id: string): Promise<void>
  /** Shows in a chat that an answer is being written, for about 25 seconds, or stops that. */
  setTyping(chat_id: string, state: 'typing' | 'stop'): Promise<void>
}
