// A device as a raw TCP client plays it: frames of HJ 212-2017 with their check sum, and the answers to them.
import { createConnection } from 'node:net';

/** Check sum of the standard's appendix: the high byte of the register meets each byte of the text. */
export function crc(bytes) {
  let register = 0xffff;
  for (const byte of bytes) {
    register = (register >> 8) ^ byte;
    for (let step = 0; step < 8; step++) register = register & 1 ? (register >> 1) ^ 0xa001 : register >> 1;
  }
  return register.toString(16).toUpperCase().padStart(4, '0');
}

/** A data segment as a frame. */
export function frame(segment) {
  const bytes = Buffer.from(segment, 'ascii');
  return Buffer.concat([Buffer.from(`##${String(bytes.length).padStart(4, '0')}`), bytes, Buffer.from(`${crc(bytes)}\r\n`)]);
}

/** A moment as the protocol writes it: China time, 14 digits. */
export const stamp = (ms) => new Date(ms + 8 * 3600e3).toISOString().replace(/\D/g, '').slice(0, 14);

/** An upload of one value, with its data flag, that asks for an answer. */
export const upload = (mn, password, factor, ms, value, flag = 'N') =>
  frame(`QN=${stamp(ms)}000;ST=22;CN=2011;PW=${password};MN=${mn};Flag=5;CP=&&DataTime=${stamp(ms)};${factor}-Rtd=${value},${factor}-Flag=${flag}&&`);

/** Sends frames, cut where they are not meant to be cut, over one connection; the texts of the answers. */
export async function send(address, frames) {
  const [host, port] = address.split(':');
  const socket = createConnection({ host, port: Number(port) });
  let text = '';
  const answers = new Promise((resolve, reject) => {
    socket.on('data', (data) => {
      text += data;
      const all = text.split('\r\n').slice(0, -1);
      if (all.length >= frames.length) resolve(all);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the gateway closed after: ${text}`)));
    setTimeout(() => reject(new Error(`no answer within 20 s: ${text}`)), 20_000).unref();
  });
  const bytes = Buffer.concat(frames);
  for (let at = 0; at < bytes.length; at += 37) {
    socket.write(bytes.subarray(at, at + 37));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await answers;
  // Whatever else would be answered is waited for.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const all = text.split('\r\n').slice(0, -1);
  socket.removeAllListeners('close');
  socket.destroy();
  return all;
}
