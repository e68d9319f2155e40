/** Methods that the enclave decodes by itself: what they are may not be said otherwise. */

/** Selector → canonical method. */
export const knownMethods: ReadonlyMap<string, string> = new Map([
  // ERC-20, ERC-2612.
  ['a9059cbb', 'transfer(address,uint256)'],
  ['23b872dd', 'transferFrom(address,address,uint256)'],
  ['095ea7b3', 'approve(address,uint256)'],
  ['39509351', 'increaseAllowance(address,uint256)'],
  ['d505accf', 'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)'],
  // ERC-721, ERC-1155.
  ['42842e0e', 'safeTransferFrom(address,address,uint256)'],
  ['b88d4fde', 'safeTransferFrom(address,address,uint256,bytes)'],
  ['f242432a', 'safeTransferFrom(address,address,uint256,uint256,bytes)'],
  ['2eb2c2d6', 'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)'],
  ['a22cb465', 'setApprovalForAll(address,bool)'],
  // Calls that hold others: Uniswap, Multicall3, Safe, ERC-4337, ERC-7579.
  ['ac9650d8', 'multicall(bytes[])'],
  ['5ae401dc', 'multicall(uint256,bytes[])'],
  ['1f0464d1', 'multicall(bytes32,bytes[])'],
  ['252dba42', 'aggregate((address,bytes)[])'],
  ['bce38bd7', 'tryAggregate(bool,(address,bytes)[])'],
  ['82ad56cb', 'aggregate3((address,bool,bytes)[])'],
  ['174dea71', 'aggregate3Value((address,bool,uint256,bytes)[])'],
  ['b61d27f6', 'execute(address,uint256,bytes)'],
  ['18dfb3c7', 'executeBatch(address[],bytes[])'],
  ['47e1da2a', 'executeBatch(address[],uint256[],bytes[])'],
  ['34fcd5be', 'executeBatch((address,uint256,bytes)[])'],
  ['e9ae5c53', 'execute(bytes32,bytes)'],
  [
    '6a761202',
    'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
  ],
  ['8d80ff0a', 'multiSend(bytes)'],
  [
    '1fad948c',
    'handleOps((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,' +
      'bytes,bytes)[],address)',
  ],
  [
    '765e827f',
    'handleOps((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)[],address)',
  ],
])
