/** The commands of a chat: which operation each runs and how its outcome is said. */
import type { OperationInput, OperationName, OperationOutput } from '../../operations/list.ts'
import type { Sentences, StatusFigures } from '../../text/sentences.ts'

/** One command of the menu. */
export interface ChatCommand<N extends OperationName = OperationName> {
  readonly run: N
  /** What the command does, for `/help`. */
  summary(sentences: Sentences): string
  /** Turns the words behind the command into the operation's input. */
  parse(words: string): OperationInput<N>
  say(output: OperationOutput<N>, sentences: Sentences): string
}

const command = <N extends OperationName>(definition: ChatCommand<N>): ChatCommand<N> => definition

/** The words behind `/pause` and `/resume` name a conversation; none means this one. */
const conversationIn = (words: string): { conversation?: string } => (words === '' ? {} : { conversation: words })

export const chatMenu = {
  '/reset': command({
    run: 'session.reset',
    summary: sentences => sentences.help_reset,
    parse: () => ({}),
    say: ({ session_id, memory }, sentences) => {
      if (session_id === null) return sentences.reset_nothing
      switch (memory) {
        case 'stored':
          return sentences.reset_saved
        case 'pending':
          return sentences.reset_saved_later
        case 'nothing':
          return sentences.reset_not_saved
      }
    },
  }),
  '/pause': command({
    run: 'chat.pause',
    summary: sentences => sentences.help_pause,
    parse: conversationIn,
    say: ({ conversation }, sentences) => sentences.paused(conversation),
  }),
  '/resume': command({
    run: 'chat.resume',
    summary: sentences => sentences.help_resume,
    parse: conversationIn,
    say: ({ conversation, was_paused }, sentences) => sentences.resumed(conversation, was_paused),
  }),
  '/status': command({
    run: 'status',
    summary: sentences => sentences.help_status,
    parse: () => ({}),
    say: (output, sentences) => sentences.status(figures(output)),
  }),
}

const figures = (status: OperationOutput<'status'>): StatusFigures => ({
  version: status.version,
  state: status.state,
  troubles: status.parts.filter(part => part.state === 'degraded' || part.state === 'down'),
  uptime_seconds: status.uptime_seconds,
  memory_on: status.memory_system === 'on',
  active_sessions: status.sessions_active,
  waiting_sessions: status.sessions_waiting,
  memories: status.memories,
  // The command itself waits for this answer.
  waiting_messages: Math.max(0, status.inbox_waiting - 1) + status.outbox_waiting,
  model_calls: sum(status.models_today.map(each => each.calls)),
  model_tokens: sum(status.models_today.map(each => each.input_tokens + each.output_tokens)),
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
