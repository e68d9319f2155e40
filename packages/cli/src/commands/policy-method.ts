/** `holdfast policy method`: a contract's method as a criterion of a policy, with its selector. */
import { fail } from '@holdfast/base/errors'
import { parseStrictJson } from '@holdfast/base/json'
import { selectorOf } from '@holdfast/base/policies/check-calls'
import { parseMethod } from '@holdfast/base/policies/method'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { Command } from 'commander'
import { type MakeCommand, run } from '../command.ts'
import { readFileOrStdin } from '../input.ts'
import { methodsOfAbi } from '../policy/abi-method.ts'

export const policyMethodCommand: MakeCommand = (around) =>
  new Command('method')
    .description('a method as a criterion of a policy, with its selector')
    .argument('<method>', "'transfer(address to,uint256 value)', or a name with --abi")
    .option('--abi <file>', 'JSON ABI that has a function of that name; - for stdin')
    .action(
      run(around, async (talk, text: string, { abi }: { readonly abi?: string }) => {
        const methods =
          abi === undefined
            ? [text]
            : methodsOfAbi(parseStrictJson(await readFileOrStdin(abi, around)), text)
        if (methods.length === 0)
          fail('invalid_field', 'the ABI has no function of that name', text)
        const calls = methods.map((method) => ({
          method,
          selector: selectorOf(parseMethod(method).canonical, keccak_256),
        }))
        talk.data({ calls }, JSON.stringify({ calls }, undefined, 2))
      }),
    )
