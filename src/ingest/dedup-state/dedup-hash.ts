/** The hash by which the deduplication identified messages: SHA-256 of `{role, content}` as JSON. */
import { sha256Of } from '../../platform/checksums.ts'

/**
 * The JSON texts that different programs write: keys in either order, with or without blanks, with or without escapes.
 */
function* spellings(role: string, content: string): Generator<string> {
  const [writtenRole, writtenContent] = [JSON.stringify(role), JSON.stringify(content)]
  for (const body of new Set([writtenContent, inAscii(writtenContent)])) {
    yield `{"content": ${body}, "role": ${writtenRole}}`
    yield `{"role": ${writtenRole}, "content": ${body}}`
    yield `{"content":${body},"role":${writtenRole}}`
    yield `{"role":${writtenRole},"content":${body}}`
  }
}

const inAscii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Whether this is the hash of the message. */
export const isHashOf = (hash: string, role: string, content: string): boolean => {
  const wanted = hash.toLowerCase()
  for (const text of spellings(role, content)) if (sha256Of(text) === wanted) return true
  return sha256Of(content) === wanted
}
