// SHA-256 of files, away from the page so that it stays quick. Reads in pieces: a file may be larger than memory.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

addEventListener('message', async ({ data: { number, file } }) => {
  try {
    const hash = sha256.create();
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      hash.update(value);
    }
    postMessage({ number, sha256: bytesToHex(hash.digest()) });
  } catch (error) {
    postMessage({ number, error: String(error.message ?? error) });
  }
});
