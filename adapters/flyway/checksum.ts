import { crc32 } from "node:zlib";

/**
 * The checksum that Flyway stores (`org.flywaydb.core.internal.resolver.ChecksumCalculator`): CRC-32 over the UTF-8 bytes of
 * each line without its ending, as a signed 32-bit integer in decimal. Lines end as `BufferedReader.readLine` ends them:
 * at `\n`, `\r` or `\r\n`. The text comes without its byte order mark; that of a repeatable with its placeholders replaced.
 */
export function flywayChecksum(text: string): string {
  return String(crc32(text.replaceAll(/[\r\n]/g, "")) | 0);
}
