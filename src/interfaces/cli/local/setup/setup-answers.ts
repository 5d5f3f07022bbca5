/** Checks answers of `denidin setup`, whether they were typed or given as options. */
import { DenidinError } from '../../../../platform/errors.ts'
import { phoneDigits } from '../../../../platform/phone.ts'
import type { SetupAnswers, SetupProvider } from './setup-port.ts'

/** How people say that there is no one, or nothing. */
const NONE = /^(none|no|-)$/i

/** A phone number as it is written to the configuration; empty for none. @throws DenidinError `invalid_input` */
export const phoneAnswer = (text: string, what: string): string => {
  if (NONE.test(text.trim())) return ''
  const digits = phoneDigits(text)
  if (digits !== undefined) return `+${digits}`
  throw new DenidinError(
    'invalid_input',
    `${what} must be a phone number with its country code, such as +15551234567, not "${text.slice(0, MOST_SHOWN)}"`,
  )
}

/** Longest part of an answer that an error repeats. */
const MOST_SHOWN = 40

/** An address of a model service. @throws DenidinError `invalid_input` */
export const addressAnswer = (text: string): string => {
  const url = text.trim()
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url
  throw new DenidinError(
    'invalid_input',
    `the address must begin with http:// or https://, such as http://127.0.0.1:11434/v1, not "${url.slice(0, MOST_SHOWN)}"`,
  )
}

/** A key without blanks around it. @throws DenidinError `invalid_input` */
export const keyAnswer = (text: string): string => {
  const key = text.trim()
  if (!/\s/.test(key)) return key
  throw new DenidinError('invalid_input', 'the key must not contain blanks; copy it again')
}

/** Providers whose service refuses requests without a key. */
export const NEEDS_KEY: ReadonlySet<SetupProvider> = new Set(['openai', 'anthropic', 'gemini'])

/**
 * The answers with what follows from them: a key that was made for another service is not sent to this one.
 * @param present the present provider, and whether it has a key
 * @throws DenidinError `invalid_input` if something is missing
 */
export const completed = (
  answers: SetupAnswers,
  present: { readonly provider: SetupProvider; readonly base_url: string | undefined; readonly has_key: boolean },
): SetupAnswers => {
  if (answers.link === 'pairing' && (answers.pairing_phone ?? '') === '') {
    throw new DenidinError('invalid_input', 'a pairing code needs the number of the bot: give it with --pairing-phone')
  }
  const { provider = present.provider } = answers
  if (provider === 'offline') refuseServiceOf(answers)
  const moved = provider !== present.provider
  if (NEEDS_KEY.has(provider) && answers.key === undefined && (moved || !present.has_key)) {
    throw new DenidinError(
      'invalid_input',
      `${provider} needs a key: give it with --key, or name its variable with --key-env`,
    )
  }
  if (provider === 'other' && (answers.base_url ?? (moved ? undefined : present.base_url)) === undefined) {
    throw new DenidinError('invalid_input', 'another service needs its address: give it with --base-url')
  }
  if (provider === 'other' && moved && answers.model === undefined) {
    throw new DenidinError('invalid_input', 'another service needs the name of its model: give it with --model')
  }
  return moved && present.has_key && answers.key === undefined ? { ...answers, key: '' } : answers
}

/** The offline model is no service. @throws DenidinError `invalid_input` for what it has no use for */
const refuseServiceOf = ({ key, base_url, model, embeddings }: SetupAnswers): void => {
  const useless = [
    ...(base_url === undefined ? [] : ['--base-url']),
    ...(model === undefined ? [] : ['--model']),
    ...(key === undefined ? [] : ['--key']),
    ...(embeddings === 'service' ? ['--embeddings service'] : []),
  ]
  if (useless.length === 0) return
  throw new DenidinError(
    'invalid_input',
    `the offline model has no use for ${useless.join(', ')}: leave it out, or name another --provider`,
  )
}
