/** Tells the administrator in one message which incidents began and which are over. */
import { SECOND_MS } from '../platform/clock.ts'
import type { AlertFigures } from '../text/strings/strings.ts'
import type { AdministratorChat } from './administrator-chat.ts'
import type { IncidentNews } from './incident.ts'
import type { IncidentRegister } from './incident-register.ts'

export class AdministratorNotices {
  readonly #chat: Pick<AdministratorChat, 'say'>

  constructor(chat: Pick<AdministratorChat, 'say'>) {
    this.#chat = chat
  }

  /** Sends what is left to report. While it could not arrive, it waits, and is sent later as one message. */
  async send(register: Pick<IncidentRegister, 'news' | 'told'>): Promise<void> {
    const news = register.news()
    if (news.length === 0) return
    const told = await this.#chat.say(({ alerts }) => news.map(each => alerts[each.kind](figuresOf(each))).join('\n\n'))
    if (told) await register.told(news)
  }
}

const figuresOf = ({ incident }: IncidentNews): AlertFigures => {
  const { component, state, reason, began_at, ended_at } = incident
  return { component, state, reason, lasted_seconds: Math.round(((ended_at ?? began_at) - began_at) / SECOND_MS) }
}
