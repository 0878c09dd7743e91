// Animated pictures (APNG) out of PNG files of one size, without a loss: a frame holds only the part that differs from the one before.
import { Buffer } from 'node:buffer';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const CHANNELS = 3;

/** The pixels of a PNG as Chromium writes it: eight bits, RGB or RGBA, not interlaced. */
function decode(png) {
  const parts = [];
  let width = 0;
  let height = 0;
  let channels = 0;
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
      channels = { 2: 3, 6: 4 }[data[9]] ?? 0;
      if (data[8] !== 8 || channels === 0 || data[12] !== 0) throw new Error('a form of PNG that is not read');
    } else if (type === 'IDAT') {
      parts.push(data);
    }
    at += length + 12;
  }
  const filtered = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = filtered[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x >= channels ? rows[at - channels] : 0;
      const above = y > 0 ? rows[at - stride] : 0;
      const corner = x >= channels && y > 0 ? rows[at - stride - channels] : 0;
      const predicted = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      rows[at] = filtered[y * (stride + 1) + 1 + x] + predicted;
    }
  }
  const pixels = Buffer.alloc(width * height * CHANNELS);
  for (let at = 0; at < width * height; at += 1) {
    rows.copy(pixels, at * CHANNELS, at * channels, at * channels + CHANNELS);
  }
  return { width, height, pixels };
}

function paeth(left, above, corner) {
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/** The smallest rectangle outside of which two pictures are equal; nothing when they are equal. */
function difference(one, other) {
  const stride = one.width * CHANNELS;
  let [left, right, top, bottom] = [one.width, -1, -1, -1];
  for (let y = 0; y < one.height; y += 1) {
    const row = y * stride;
    if (one.pixels.compare(other.pixels, row, row + stride, row, row + stride) === 0) continue;
    if (top < 0) top = y;
    bottom = y;
    for (let x = 0; x < stride; x += 1) {
      if (one.pixels[row + x] === other.pixels[row + x]) continue;
      const pixel = Math.floor(x / CHANNELS);
      left = Math.min(left, pixel);
      right = Math.max(right, pixel);
    }
  }
  return top < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The compressed pixels of a part; each row as what differs from the one above, which suits text on one colour. */
function encode(picture, part) {
  const [stride, from] = [part.width * CHANNELS, picture.width * CHANNELS];
  const filtered = Buffer.alloc((stride + 1) * part.height);
  for (let y = 0; y < part.height; y += 1) {
    const row = (part.y + y) * from + part.x * CHANNELS;
    const at = y * (stride + 1);
    filtered[at] = 2;
    for (let x = 0; x < stride; x += 1) {
      filtered[at + 1 + x] = picture.pixels[row + x] - (y > 0 ? picture.pixels[row - from + x] : 0);
    }
  }
  return deflateSync(filtered, { level: 9 });
}

function chunk(type, ...data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...data]);
  return Buffer.concat([words(body.length - 4), body, words(crc32(body))]);
}

function words(...numbers) {
  const buffer = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, at) => buffer.writeUInt32BE(number >>> 0, at * 4));
  return buffer;
}

/** One file that shows each picture for its time in milliseconds, over and over: `[{ png, milliseconds }]`. */
export function animate(pictures) {
  const frames = [];
  let shown;
  for (const { png, milliseconds } of pictures) {
    const picture = decode(png);
    const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
    const part = shown === undefined ? whole : difference(shown, picture);
    if (part === undefined) frames.at(-1).milliseconds += milliseconds;
    else frames.push({ part, data: encode(picture, part), milliseconds });
    shown = picture;
  }
  const { width, height } = frames[0].part;
  const out = [SIGNATURE, chunk('IHDR', words(width, height), Buffer.from([8, 2, 0, 0, 0]))];
  out.push(chunk('acTL', words(frames.length, 0)));
  let sequence = 0;
  for (const [at, { part, data, milliseconds }] of frames.entries()) {
    // The time as a fraction of a second, and a frame that replaces what it covers.
    const time = Buffer.alloc(6);
    time.writeUInt16BE(milliseconds, 0);
    time.writeUInt16BE(1000, 2);
    out.push(chunk('fcTL', words(sequence++, part.width, part.height, part.x, part.y), time));
    out.push(at === 0 ? chunk('IDAT', data) : chunk('fdAT', words(sequence++), data));
  }
  return Buffer.concat([...out, chunk('IEND')]);
}
