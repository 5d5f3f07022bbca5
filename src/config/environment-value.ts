/** Chooses the value that the environment gives a key, which may have several names in several places. */
import { environmentNames, type Environment } from './environment.ts'
import { parseText } from './formats.ts'
import type { KeyedSetting } from './setting.ts'

/** A value from the environment. */
export interface EnvironmentValue {
  readonly text: string
  /** Its variable. */
  readonly name: string
  /** The position of its layer. */
  readonly layer: number
}

/**
 * The value of a key from the first layer that has one under any of its names. An empty variable counts as unset. If
 * two names of a switch disagree in one layer, off wins: whoever turns something off under any of its names must not
 * find it on.
 */
export const environmentValue = (
  setting: KeyedSetting,
  layers: readonly Environment[],
): EnvironmentValue | undefined => {
  for (const [layer, variables] of layers.entries()) {
    const named = environmentNames(setting).flatMap(name => {
      const text = variables[name]
      return text === undefined || text.trim() === '' ? [] : [{ text, name, layer }]
    })
    const found = named.find(({ text }) => isOff(text, setting)) ?? named[0]
    if (found !== undefined) return found
  }
  return undefined
}

const isOff = (text: string, setting: KeyedSetting): boolean =>
  setting.format === 'boolean' && parseText(text, setting) === false
