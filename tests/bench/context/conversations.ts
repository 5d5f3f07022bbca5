// Makes up conversations of one person with the bot, as they are in life: small talk, things that are told, questions about
// what was said long ago, today or just now, and requests that need much of the session. Every question is labelled with the
// texts that answer it. The same seed gives the same conversation.
import type { Role } from '../../../src/people/person.ts'
import type { Dialogue, DialogueTurn } from '../../support/dialogues/dialogue.ts'
import { generateDialogue } from '../../support/dialogues/generate.ts'
import { random, type Random } from '../../support/random-text.ts'

/** What a message is, by which figures are grouped. */
export type MessageKind = 'small talk' | 'statement' | 'long ago' | 'today' | 'from a reply' | 'just now' | 'much'

export interface Said {
  readonly kind: MessageKind
  readonly text: string
  /** What the bot answers. */
  readonly reply: string
  /** Texts that answer it, as they were said; none for what asks nothing. */
  readonly evidence: readonly string[]
}

/** A message, or a pause in hours. */
export type Step = Said | { readonly pause_hours: number }

export interface Conversation {
  readonly name: string
  readonly role: Exclude<Role, 'blocked'>
  readonly person: string
  /** What was said in sessions that ended long ago. */
  readonly past: readonly DialogueTurn[]
  readonly steps: readonly Step[]
}

export interface ConversationOptions {
  readonly language: 'en' | 'he'
  readonly role: Conversation['role']
  readonly seed: number
  /** Talks from which the running session is made. */
  readonly talks: number
}

/** Tokens of a reply, about: of a short answer to a client, and of the long ones that the godfather works with. */
const REPLY_TURNS = { client: [2, 8], godfather: [12, 32] } as const
const SESSION_SEED = 700
const REPLY_SEED = 1400

const SMALL_TALK = {
  en: (
    'hi|good morning!|hey, how are you?|thanks!|thank you so much, that helps|ok|great, thanks|lol|haha good one|yes|no|sure|' +
    'cool|good night 😴|bye, talk to you later|👍|wow|sounds good|perfect|you are the best|what’s up?|i see|ok thx|never mind|' +
    'morning!!|nice one|got it|of course|no worries|see you tomorrow|hmm|alright then'
  ).split('|'),
  he: (
    'היי|בוקר טוב!|מה שלומך?|תודה!|תודה רבה, עזרת לי|אוקיי|מעולה, תודה|חחח|לול|כן|לא|בטח|סבבה|לילה טוב 😴|ביי, נדבר|👍|וואו|' +
    'נשמע טוב|מושלם|אתה אלוף|מה קורה?|הבנתי|אין בעיה|לא נורא|יופי|בסדר גמור|קיבלתי|ברור|נתראה מחר|אחלה'
  ).split('|'),
} as const

/** Questions about the reply before, in words that name nothing. */
const JUST_NOW = {
  en: 'can you say that again in other words?|what do you mean by that?|really? why?|and then?|say more about that|who said that?'.split(
    '|',
  ),
  he: 'אתה יכול להגיד את זה שוב במילים אחרות?|למה הכוונה?|באמת? למה?|ומה אז?|תרחיב על זה|מי אמר את זה?'.split('|'),
} as const

const MUCH = {
  en: [
    'Summarise everything that I told you today',
    'Write me a comprehensive overview of all the things that I told you, and compare them',
    'What did we talk about so far?',
    'Go through our whole conversation and list what I told you about myself',
  ],
  he: [
    'תסכם את כל מה שסיפרתי לך היום',
    'תכתוב לי סקירה מקיפה של כל הדברים שסיפרתי לך ותשווה ביניהם',
    'על מה דיברנו עד עכשיו?',
    'תעבור על כל השיחה שלנו ותרשום מה סיפרתי לך על עצמי',
  ],
} as const

/** Makes up one conversation. */
export const makeConversation = (options: ConversationOptions): Conversation => new Maker(options).conversation()

/** The talks of a data set as the past of the person who asks, and its questions one after the other in one session. */
export const askedAfterwards = ({ name, asker, turns, questions }: Dialogue): Conversation => {
  const texts = new Map(turns.map(turn => [turn.id, turn.text]))
  return {
    name,
    role: 'client',
    person: asker ?? turns[0]?.speaker ?? '',
    past: turns,
    steps: questions
      .filter(({ adversarial }) => !adversarial)
      .map(({ text, evidence }) => ({
        kind: 'long ago',
        text,
        reply: 'I will look that up.',
        evidence: evidence.map(id => texts.get(id) ?? ''),
      })),
  }
}

const HOUR_MS = 60 * 60 * 1000

/** A talk with the bot as it was held: its questions stand where they were asked, and the bot says what it said. */
export const heldAsItWas = ({ name, turns, questions }: Dialogue): Conversation => {
  const texts = new Map(turns.map(turn => [turn.id, turn.text]))
  const asked = new Map(questions.map(question => [question.asked_at, question]))
  const steps: Step[] = []
  for (const [at, turn] of turns.entries()) {
    if (turn.role === 'assistant') continue
    const [before, after] = [turns[at - 1], turns[at + 1]]
    if (before !== undefined && before.session !== turn.session) {
      steps.push({ pause_hours: Math.max(0, turn.sent_at - before.sent_at) / HOUR_MS })
    }
    const question = asked.get(turn.id)
    steps.push({
      kind: question === undefined ? 'statement' : 'long ago',
      text: turn.text,
      reply: after?.role === 'assistant' ? after.text : 'All right.',
      evidence: question?.evidence.map(id => texts.get(id) ?? '') ?? [],
    })
  }
  return { name, role: 'client', person: turns.find(({ role }) => role === undefined)?.speaker ?? '', past: [], steps }
}

interface Question {
  readonly text: string
  readonly evidence: readonly string[]
}

/** What one person of a made-up talk says, session by session, and the questions that this answers. */
interface OwnTalk {
  readonly sessions: readonly (readonly DialogueTurn[])[]
  readonly questions: readonly Question[]
}

interface Talks {
  readonly own: OwnTalk
  /** What the bot says within its replies. */
  readonly of_bot: Pick<OwnTalk, 'questions'>
}

class Maker {
  readonly #options: ConversationOptions
  readonly #random: Random
  /** Texts that answer a question: no reply holds one by chance, or it would count as evidence. */
  readonly #labelled = new Set<string>()

  constructor(options: ConversationOptions) {
    this.#options = options
    this.#random = random(options.seed * 4099 + (options.language === 'en' ? 1 : 2))
  }

  conversation(): Conversation {
    const { language, role, seed, talks } = this.#options
    const long_ago = generateDialogue(language, seed)
    const person = long_ago.turns[0]?.speaker ?? ''
    const own_long_ago = ownTalk(long_ago, person, person)
    const all = Array.from({ length: talks }, (_, talk): Talks => {
      const dialogue = generateDialogue(language, SESSION_SEED + seed * 10 + talk)
      const speaker = dialogue.turns[0]?.speaker ?? ''
      const other = dialogue.turns.find(turn => turn.speaker !== speaker)?.speaker ?? ''
      return { own: ownTalk(dialogue, speaker, person), of_bot: ownTalk(dialogue, other, other) }
    })
    for (const { questions } of [own_long_ago, ...all.flatMap(({ own, of_bot }) => [own, of_bot])]) {
      for (const text of questions.flatMap(({ evidence }) => evidence)) this.#labelled.add(text)
    }
    const asked_long_ago = this.#shuffled(own_long_ago.questions)
    const steps = all.flatMap(each => this.#talkSteps(each, asked_long_ago))
    return { name: `${language} ${role} ${String(seed)}`, role, person, past: long_ago.turns, steps }
  }

  #talkSteps({ own: { sessions, questions }, of_bot }: Talks, asked_long_ago: Question[]): readonly Step[] {
    const { language } = this.#options
    const { below, pick } = this.#random
    const steps: Step[] = []
    const told: string[] = []
    const open = this.#shuffled(questions)
    /** Questions whose answer a reply contains. */
    const replied: Question[] = []
    let asked_of_replies = 0
    const say = (
      kind: MessageKind,
      text: string,
      evidence: readonly string[] = [],
      within: readonly string[] = [],
    ): string => {
      const reply = [this.#reply(), ...within, ...(within.length > 0 ? [this.#reply()] : [])].join(' ')
      steps.push({ kind, text, reply, evidence })
      return reply
    }
    for (const [at, turns] of sessions.entries()) {
      let before = say('small talk', pick([...SMALL_TALK[language]]))
      for (const turn of turns) {
        before = say('statement', turn.text)
        if (questions.some(each => each.evidence.includes(turn.text))) told.push(turn.text)
        const asked = of_bot.questions[replied.length + asked_of_replies]
        if (asked !== undefined && below(3) === 0) {
          say('statement', turn.text, [], asked.evidence)
          replied.push(asked)
        }
        if (below(3) === 0) before = say('small talk', pick([...SMALL_TALK[language]]))
      }
      if (at % 2 === 0) {
        const question = asked_long_ago.pop()
        if (question !== undefined) before = say('long ago', question.text, question.evidence)
      }
      const ready = open.findIndex(each => each.evidence.every(text => told.includes(text)))
      const [today] = ready === -1 ? [] : open.splice(ready, 1)
      if (today !== undefined) before = say('today', today.text, today.evidence)
      const of_reply = below(2) === 0 ? replied.shift() : undefined
      if (of_reply !== undefined) {
        asked_of_replies++
        before = say('from a reply', of_reply.text, of_reply.evidence)
      }
      if (at % 3 === 0) say('just now', pick([...JUST_NOW[language]]), [before])
      if (at % 6 === 5) say('much', pick([...MUCH[language]]), told.slice(-MOST_TOLD))
      steps.push({ pause_hours: pick([1, 2, 5, 9]) })
    }
    return steps
  }

  /** Something long enough to be the answer of a model. */
  #reply(): string {
    const [least, most] = REPLY_TURNS[this.#options.role]
    const { turns } = generateDialogue(this.#options.language, REPLY_SEED + this.#random.below(40))
    const from = this.#random.below(turns.length - most)
    return turns
      .slice(from, from + least + this.#random.below(most - least))
      .map(turn => turn.text)
      .filter(text => !this.#holdsLabelled(text))
      .join(' ')
  }

  #holdsLabelled(text: string): boolean {
    return this.#labelled.values().some(each => text.includes(each))
  }

  #shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map(item => ({ item, at: this.#random.below(1_000_000) }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item)
  }
}

/** Things told last that an overview should hold. */
const MOST_TOLD = 12

/** What `speaker` says, under the name `person`. */
const ownTalk = ({ turns, questions }: Dialogue, speaker: string, person: string): OwnTalk => {
  const renamed = (text: string): string => text.replaceAll(speaker, person)
  const own = turns.filter(turn => turn.speaker === speaker)
  const texts = new Map(own.map(turn => [turn.id, renamed(turn.text)]))
  return {
    sessions: [
      ...Map.groupBy(
        own.map(turn => ({ ...turn, text: renamed(turn.text) })),
        turn => turn.session,
      ).values(),
    ],
    questions: questions
      // The days of the talk are not those on which it is held here.
      .filter(
        ({ adversarial, category, evidence }) =>
          !adversarial && category !== 'month' && evidence.every(id => texts.has(id)),
      )
      .map(({ text, evidence }) => ({ text: renamed(text), evidence: evidence.map(id => texts.get(id) ?? '') })),
  }
}
