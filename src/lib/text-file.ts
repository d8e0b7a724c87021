/** Says in half a sentence what a file is instead of text. */
export class TextFileError extends Error {
  override readonly name = 'TextFileError';
}

/** Bytes that Windows-1252 does not have. */
const notWindows = /[\x81\x8d\x8f\x90\x9d]/;

/**
 * The text of a file as spreadsheets save it: UTF-8, UTF-16 of either order, or Windows-1252, which is what Excel
 * calls CSV. A mark at the beginning decides; without one, UTF-8 counts wherever it can be read as that.
 * @throws TextFileError
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second, third, fourth] = bytes;
  if (first === 0x50 && second === 0x4b && third === 3 && fourth === 4)
    throw new TextFileError('is an Excel workbook, not a CSV file; save it as “CSV UTF-8”');
  if (first === 0xff && second === 0xfe) return decode('utf-16le', bytes);
  if (first === 0xfe && second === 0xff) return decode('utf-16be', bytes);
  // Plain letters leave every second byte empty.
  if (first && second === 0 && third && fourth === 0) return decode('utf-16le', bytes);
  if (first === 0 && second && third === 0 && fourth) return decode('utf-16be', bytes);
  try {
    return decode('utf-8', bytes);
  } catch {
    const text = Buffer.from(bytes).toString('latin1');
    if (notWindows.test(text) || text.includes('\0'))
      throw new TextFileError('is neither UTF-8, UTF-16 nor Windows-1252; save it as “CSV UTF-8”');
    return decode('windows-1252', bytes);
  }
}

function decode(encoding: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new TextFileError(
      `begins as ${encoding.toUpperCase()} and does not go on so; save it as “CSV UTF-8”`,
    );
  }
}
