/** Names the part of a request that a server refuses: a parameter, or the system message. */
import type { ProviderError } from './provider-error.ts'

/** Parameters that we send, under the names that servers use for them. */
const PARAMETERS = [
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'maxOutputTokens',
  'max_new_tokens',
  'temperature',
  'response_format',
  'encoding_format',
  'dimensions',
  'stream_options',
  'stream',
] as const

/**
 * Roles in the wrong order, or an unknown role. Our requests have one system message and alternating turns, so only the
 * system message can be meant.
 */
export const REFUSED_ROLES =
  /\broles? (?:must|should|need)|alternat\w+ (?:between )?(?:user|roles)|must alternate|(?:first|last) (?:message|role)|expected last role|system (?:role|message|instruction|prompt)s? (?:is |are |must |should )?(?:be |not |un|only)|developer instruction|does not support '?(?:system|developer)|only user and assistant roles|(?:unknown|invalid|unsupported|unexpected) (?:message )?role|roles? .{0,40}(?:not supported|unsupported)/i

/** How messages mention each parameter: by its name, and the limit of the answer also in words. */
const MENTIONS = Object.fromEntries(
  PARAMETERS.map(name => [name, name === 'max_tokens' ? /\bmax(?:imum)?[_ ]tokens\b/i : new RegExp(`\\b${name}\\b`)]),
) as Readonly<Record<(typeof PARAMETERS)[number], RegExp>>

/** The first part that the message mentions, if the server does not name it in its own field. */
export const refusedPart = ({ message, parameter }: ProviderError): string | undefined => {
  if (REFUSED_ROLES.test(message)) return 'system'
  const named = PARAMETERS.find(each => each === parameter)
  if (named !== undefined) return named
  const [first] = PARAMETERS.map(name => ({ name, at: message.search(MENTIONS[name]) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
  return first?.name ?? parameter
}
