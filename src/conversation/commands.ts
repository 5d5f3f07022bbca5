import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { Person } from '../people/person.ts'

/** Who writes, where. Comes from the channel, never from the text. */
export interface Speaker {
  readonly person: Person
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly scope: Scope
}

/** Commands such as `/reset`, written in a chat. Called inside the queue of the speaker's scope. */
export interface Commands {
  /** Whether a text is a command (known or not): it never reaches the model nor the history. */
  recognises(text: string): boolean
  /** Runs a command and gives the sentence to answer with, in the speaker's language. Never rejects. */
  run(text: string, speaker: Speaker): Promise<string>
}
