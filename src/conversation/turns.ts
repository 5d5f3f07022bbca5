/** Chooses how a message is answered: with memory, or as if there were none. */
import type { Turn } from './turn.ts'
import type { TurnContext } from './turn-context.ts'

export interface TurnsDeps {
  /** For conversations that have a memory. */
  readonly remembering: Pick<Turn, 'run'>
  /** For all others: each message is answered on its own, and nothing is stored. */
  readonly stateless: Pick<Turn, 'run'>
}

export class Turns implements Pick<Turn, 'run'> {
  readonly #deps: TurnsDeps

  constructor(deps: TurnsDeps) {
    this.#deps = deps
  }

  run(context: TurnContext, wanted: AbortSignal): ReturnType<Turn['run']> {
    const { remembering, stateless } = this.#deps
    return (context.remembers ? remembering : stateless).run(context, wanted)
  }
}
