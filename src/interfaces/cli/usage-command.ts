/** A commander command that reports wrong usage in one line: what was wrong, and where to read more. */
import { Command } from 'commander'
import { DenidinError } from '../../platform/errors.ts'

/** Commander's suggestion: `(Did you mean list?)`, on a separate line. */
const SUGGESTION = /\n\((Did you mean [^)]*)\)/

export class UsageCommand extends Command {
  override createCommand(name?: string): UsageCommand {
    return new UsageCommand(name)
  }

  /** @throws DenidinError `invalid_input`, always. */
  override error(message: string): never {
    const path = pathOf(this)
    const problem = message
      .replace(/^error: /, '')
      .replace(/ argument missing$/, ' needs a value')
      .replace(/\.$/, '')
    const sentence = SUGGESTION.test(problem) ? problem.replace(SUGGESTION, '. $1') : `${problem}.`
    const where = path.length === 1 ? '' : `${path.slice(1).join(' ')}: `
    throw new DenidinError('invalid_input', `${where}${sentence} See "${path.join(' ')} --help".`)
  }
}

/** Names from the program down to a command. */
const pathOf = (command: Command): readonly string[] => [
  ...(command.parent === null ? [] : pathOf(command.parent)),
  command.name(),
]
