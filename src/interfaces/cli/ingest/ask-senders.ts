/** Asks at the terminal who the senders of an exported chat are, where that is not certain: the answers become options. */
import type { OperationsClient } from '../../../operations/client.ts'
import type { OperationInput, OperationOutput } from '../../../operations/list.ts'
import { phoneDigits } from '../../../platform/phone.ts'
import type { Questions } from '../questions.ts'
import { printable } from '../render.ts'
import type { Clarify } from '../run-operation.ts'

type Sender = OperationOutput<'ingest.participants'>['participants'][number]
type Input = Parameters<Clarify>[1]

/** Fields that `ingest.participants` takes too. */
const SHARED = ['file', 'zone', 'date_order', 'person', 'chat', 'me'] as const
/** Answers to one question that make no sense before it is given up. */
const MOST_ATTEMPTS = 5

/** What a person can answer about a sender. */
interface Choice {
  readonly label: string
  /** Who a sender of this name is, as the option says it. */
  readonly option: string
}

/** @returns the input with the answers; `undefined` where nothing is uncertain, or the person left */
export const askSenders: Clarify = async (questions, input, client) => {
  const isBound = input['person'] !== undefined || input['chat'] !== undefined
  // With a phase, another thing was refused.
  if (!isBound || input['phase'] !== undefined) return undefined
  const isDirect = input['person'] !== undefined
  const given = Array.isArray(input['participant']) ? (input['participant'] as readonly string[]) : []
  let participant = given
  let open = await uncertainSenders(client, input, participant)
  while (open.length > 0) {
    // In a conversation of two, one answer settles the other sender.
    const asked = isDirect ? open.slice(0, 1) : open
    const answers = await answersTo(questions, asked, isDirect)
    if (answers === undefined) return undefined
    participant = [...participant, ...answers]
    open = isDirect ? await uncertainSenders(client, input, participant) : []
  }
  if (participant === given) return undefined
  const options = participant.slice(given.length).map(each => `--participant ${quoted(each)}`)
  questions.say(`To load it again without questions, add ${printable(options.join(' '))}`)
  return { ...input, participant }
}

const uncertainSenders = async (
  client: OperationsClient,
  input: Input,
  participant: readonly string[],
): Promise<readonly Sender[]> => {
  const shared = Object.fromEntries(SHARED.flatMap(name => (input[name] === undefined ? [] : [[name, input[name]]])))
  const asked = { ...shared, participant } as OperationInput<'ingest.participants'>
  const output = (await client.call('ingest.participants', asked)) as OperationOutput<'ingest.participants'>
  return output.participants.filter(({ is }) => is === 'uncertain')
}

/** `undefined`: the person left. */
const answersTo = async (
  questions: Questions,
  senders: readonly Sender[],
  isDirect: boolean,
): Promise<readonly string[] | undefined> => {
  const answers: string[] = []
  for (const [index, sender] of senders.entries()) {
    const answer = await answerTo(questions, sender, choicesFor(sender, senders.length - index > 1), isDirect)
    if (answer === undefined) return undefined
    answers.push(answer)
    if (answer === OTHERS_SKIPPED) break
  }
  return answers
}

const OTHERS_SKIPPED = '*=skip'

const choicesFor = ({ name, candidates }: Sender, hasMore: boolean): readonly Choice[] => [
  ...candidates.flatMap(({ person_id, name: known, phone }) => {
    const reference = person_id ?? phone
    const label = [known === phone ? null : known, phone === null ? null : `+${phone}`].filter(each => each !== null)
    return reference === null ? [] : [{ label: label.join(', '), option: `${name}=${reference}` }]
  }),
  { label: "the bot's own account", option: `${name}=bot` },
  { label: 'leave these messages out', option: `${name}=skip` },
  ...(hasMore ? [{ label: 'leave out all further senders who are not known', option: OTHERS_SKIPPED }] : []),
]

const answerTo = async (
  questions: Questions,
  { name, messages }: Sender,
  choices: readonly Choice[],
  isDirect: boolean,
): Promise<string | undefined> => {
  const count = `${String(messages)} message${messages === 1 ? '' : 's'}`
  const list = choices.map(({ label }, index) => `  ${String(index + 1)}  ${printable(label)}`)
  questions.say([`Who is "${printable(name)}" (${count})?`, ...list].join('\n'))
  const range = `1 to ${String(choices.length)}`
  const prompt = isDirect ? `${range}: ` : `${range}, or the phone number of a person, known or new: `
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const answer = await questions.ask(prompt)
    if (answer === undefined) return undefined
    const chosen = /^\d{1,2}$/.test(answer) ? choices[Number(answer) - 1] : undefined
    if (chosen !== undefined) return chosen.option
    const digits = isDirect ? undefined : phoneDigits(answer)
    if (digits !== undefined) return `${name}=${digits}`
    const numbers = isDirect ? '' : ', or a phone number with its country code, such as +972501234567'
    questions.say(`Answer with ${range}${numbers}; Ctrl-C leaves everything as it is.`)
  }
  return undefined
}

/** For a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
