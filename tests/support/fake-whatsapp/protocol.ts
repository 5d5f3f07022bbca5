/** What the fake WhatsApp's server, its page and a test say to each other. */

/** Somebody the bot's account knows. */
export interface Contact {
  /** `…@c.us` or `…@lid`. */
  readonly id: string
  /** For an `@lid` contact: the phone behind it, where it is known. */
  readonly phone?: string
  readonly name?: string
  readonly pushname?: string
  readonly username?: string
}

/** What a page is born with. */
export interface PageSetup {
  readonly me: { readonly phone: string; readonly lid: string }
  readonly contacts: readonly Contact[]
  /** `plain`: ids carry their text in `_serialized`; `renamed`: in `$1`, as since July 2026; `unreadable`: nowhere. */
  readonly ids: 'plain' | 'renamed' | 'unreadable'
  /** When the page says that it has synced: once the library listens, at once (too early for it), or never. */
  readonly sync: 'when_listened' | 'early' | 'never'
  /** Whether asking the servers for the phone behind a LID ever gets an answer. */
  readonly lookups: 'answered' | 'stuck'
  /** Addresses for which the page makes no chat: it throws before any message exists. */
  readonly unreachable: readonly string[]
  /** What this page has not, as after a change of the site: `module.name`. */
  readonly without?: string | undefined
}

export interface Media {
  readonly content: Buffer
  readonly type: string
  readonly name?: string
}

/** A quoted message, as the reply carries it. */
export interface Quoted {
  /** The short id, without chat and sender. */
  readonly id: string
  /** Without it, the reply carries no copy of the message. */
  readonly body?: string | undefined
  readonly type?: string
  /** Who wrote it: `…@c.us` or `…@lid`. */
  readonly author?: string | undefined
  /** The chat that it is from, where that is another one. */
  readonly chat?: string
  /** Further attributes of the copy, such as `caption`. */
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** A message for the bot, as a test describes it. */
export interface Incoming {
  /** `…@c.us` or `…@lid`. */
  readonly from: string
  /** `…@g.us`: the message stands in this group. */
  readonly group?: string
  readonly text?: string
  /** The name that the sender gave themselves. */
  readonly name?: string
  readonly type?: string
  readonly mentions?: readonly string[]
  readonly quoted?: Quoted
  readonly media?: Media
  readonly id?: string
  /** Seconds since the Unix epoch. */
  readonly t?: number
  /** The account's owner wrote it, on the phone. */
  readonly from_me?: boolean
  /** Further attributes of the page's message, such as `caption`, `isForwarded` or `pollOptions`. */
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** A message on its way from server to page. */
export interface WireMessage {
  readonly id: string
  readonly chat: string
  readonly author: string | undefined
  readonly from_me: boolean
  readonly t: number
  readonly type: string
  readonly body?: string | undefined
  readonly name?: string | undefined
  readonly mentions?: readonly string[] | undefined
  readonly quoted?: Quoted | undefined
  readonly ack: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A message that the bot sent. */
export interface SentMessage {
  /** The whole id: `true_<chat>_<id>`, in a group with the bot's own address behind. */
  readonly key: string
  readonly id: string
  readonly chat: string
  readonly author?: string
  readonly type: string
  readonly body: string
  readonly t: number
  readonly caption?: string
  readonly directPath?: string
  readonly quoted?: Quoted
}

/**
 * What a page may show besides its chats: a dialog of news, one that does not go away, a request for a passkey in words,
 * one that the browser alone hears, or nothing any more.
 */
export type ScreenName = 'news' | 'stubborn_news' | 'passkey_words' | 'passkey_wanted' | 'none'

export type ToPage =
  | { readonly kind: 'reference'; readonly value: string }
  | { readonly kind: 'linked'; readonly session: string }
  | {
      readonly kind: 'logged_in'
      readonly name: string
      /** Messages that were delivered before. */
      readonly history: readonly WireMessage[]
      /** Messages that came meanwhile. */
      readonly fresh: readonly WireMessage[]
      readonly unread: Readonly<Record<string, number>>
    }
  | { readonly kind: 'refused' | 'sync_again' | 'reload' | 'logged_out' }
  | { readonly kind: 'message'; readonly message: WireMessage; readonly unread: number }
  | { readonly kind: 'unread'; readonly chat: string; readonly count: number }
  | { readonly kind: 'unreachable'; readonly chats: readonly string[] }
  | { readonly kind: 'ack'; readonly id: string; readonly level: number }
  | {
      readonly kind: 'reaction'
      readonly id: string
      readonly from: string
      readonly emoji: string
      readonly t: number
    }
  | {
      readonly kind: 'vote'
      readonly id: string
      readonly from: string
      /** Local ids of the options that are chosen now. */
      readonly options: readonly number[]
      readonly t: number
    }
  | { readonly kind: 'change'; readonly id: string; readonly attributes: Readonly<Record<string, unknown>> }
  | { readonly kind: 'connection'; readonly state: string }
  | { readonly kind: 'screen'; readonly name: ScreenName }
  | { readonly kind: 'hang'; readonly milliseconds: number }
  | { readonly kind: 'answer'; readonly request: number; readonly code?: string; readonly accepted?: boolean }

export type FromPage =
  | { readonly kind: 'new_reference' }
  | { readonly kind: 'login'; readonly session: string }
  | { readonly kind: 'pairing_code'; readonly phone: string; readonly request: number }
  | { readonly kind: 'unlink'; readonly request: number }
  | { readonly kind: 'send'; readonly message: SentMessage; readonly request: number }
  | { readonly kind: 'seen'; readonly chat: string }
  | { readonly kind: 'chat_state'; readonly chat: string; readonly state: 'composing' | 'recording' | 'paused' }
  | { readonly kind: 'presence'; readonly available: boolean }
  | { readonly kind: 'acknowledged' }
