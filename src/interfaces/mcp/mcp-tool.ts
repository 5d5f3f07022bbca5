/** Defines a tool of the MCP server: its schemas, what a token needs for it, and the operations that it runs. */
import type { z } from 'zod'
import type { TokenScope } from '../../access/api-token.ts'
import type { OperationInput, OperationName, OperationOutput } from '../../operations/list.ts'

/** Runs an operation for the caller of a tool. @throws DenidinError as the runner does */
export type RunOperation = <N extends OperationName>(
  name: N,
  input: OperationInput<N>,
  options?: { readonly confirmed?: boolean },
) => Promise<OperationOutput<N>>

/** A tool. */
export interface McpTool {
  readonly name: string
  /** One or two sentences for the model that chooses a tool. */
  readonly description: string
  /** Decides who may call the tool, and whether it changes or destroys anything. */
  readonly operation: OperationName
  /** What a token needs for it. */
  readonly scope: TokenScope
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  /** @throws DenidinError with a sentence for the caller */
  call(run: RunOperation, input: Readonly<Record<string, unknown>>): Promise<object>
}

interface ToolDefinition<I extends z.ZodObject, O extends z.ZodObject> extends Omit<
  McpTool,
  'input' | 'output' | 'call'
> {
  readonly input: I
  readonly output: O
  readonly call: (run: RunOperation, input: z.output<I>) => Promise<z.input<O>>
}

/** Defines a tool whose function gets its input as the schema describes it. */
export const tool = <I extends z.ZodObject, O extends z.ZodObject>(definition: ToolDefinition<I, O>): McpTool => ({
  ...definition,
  // The server checks the input against the schema first.
  call: (run, input) => definition.call(run, input as z.output<I>),
})
