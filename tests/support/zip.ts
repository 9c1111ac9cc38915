import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive; executable if its mode says so. */
export interface ZipMember {
  readonly path: string;
  readonly content: string | Buffer;
  readonly mode?: number;
}

const deflated = 8;
const unix = 3 << 8;

/** An archive in the form of Python's zipfile: deflated, with Unix modes (APPNOTE.TXT 4.3). */
export function zip(members: readonly ZipMember[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content, mode = 0o644 } of members) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(deflated, 4);
    common.writeUInt32LE(crc32(raw), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(raw.length, 18);
    common.writeUInt16LE(name.length, 22);
    bodies.push(Buffer.from('PK\x03\x04', 'latin1'), common, name, packed);
    const madeBy = Buffer.alloc(2);
    madeBy.writeUInt16LE(unix | 20);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), madeBy, common, rest, name);
    offset += 4 + common.length + name.length + packed.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, listing, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
