/** Grows as it is written. Unsigned variable-length integers take 7 bits a byte, low bits first. */
export class ByteWriter {
	private buffer: Buffer;
	length = 0;

	constructor(size = 1024) {
		this.buffer = Buffer.allocUnsafe(size);
	}

	private room(bytes: number): void {
		if (this.length + bytes <= this.buffer.length) return;
		const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
		this.buffer.copy(larger, 0, 0, this.length);
		this.buffer = larger;
	}

	byte(value: number): void {
		this.room(1);
		this.buffer[this.length++] = value;
	}

	/** Of so many bytes, at most 6. */
	uint(value: number, bytes: number): void {
		this.room(bytes);
		this.length = this.buffer.writeUIntLE(value, this.length, bytes);
	}

	/** Up to 2^53. */
	varint(value: number): void {
		this.room(8);
		let rest = value;
		while (rest >= 0x80) {
			this.buffer[this.length++] = (rest & 0x7f) | 0x80;
			// Shifts are quicker, but know 32 bits only.
			rest = rest < 2 ** 31 ? rest >>> 7 : Math.floor(rest / 0x80);
		}
		this.buffer[this.length++] = rest;
	}

	/** Texts of letters, digits, - and _ (ids mostly are) take 6 bits a character. */
	text(value: string): void {
		const begin = this.length;
		this.varint(value.length * 2 + 1);
		if (this.compact(value)) return;
		this.length = begin;
		const bytes = Buffer.from(value, 'utf8');
		this.varint(bytes.length * 2);
		this.bytes(bytes);
	}

	/** Writes it in 6 bits a character; false where it cannot be. */
	private compact(value: string): boolean {
		this.room(value.length);
		const { buffer } = this;
		let [at, pending, filled] = [this.length, 0, 0];
		for (let place = 0; place < value.length; place++) {
			const six = SIX_BITS[value.charCodeAt(place)];
			if (six === undefined || six < 0) return false;
			pending = (pending << 6) | six;
			filled += 6;
			if (filled < 8) continue;
			filled -= 8;
			buffer[at++] = pending >>> filled;
			pending &= (1 << filled) - 1;
		}
		// A whole character more than there are bytes, or bits that would be cut off.
		if (filled === 6 || pending !== 0) return false;
		this.length = at;
		return true;
	}

	bytes(source: Buffer, begin = 0, end = source.length): void {
		this.room(end - begin);
		const { buffer } = this;
		// Most are short: the engine's own copying takes longer to begin.
		for (let at = begin; at < end; at++) buffer[this.length++] = source[at] ?? 0;
	}

	/** A moment in ms since 1970. */
	time(ms: number): void {
		this.duration(ms + TIME_SHIFT);
	}

	/** Milliseconds; whole minutes and seconds are shorter. */
	duration(ms: number): void {
		if (ms % 60_000 === 0) this.varint((ms / 60_000) * 4);
		else if (ms % 1000 === 0) this.varint((ms / 1000) * 4 + 1);
		else this.varint(ms * 4 + 2);
	}

	view(): Buffer {
		return this.buffer.subarray(0, this.length);
	}
}

export class ByteReader {
	constructor(
		readonly buffer: Buffer,
		public at = 0,
		private readonly end = buffer.length,
	) {}

	private need(bytes: number): void {
		if (this.at + bytes > this.end) throw new RangeError('The packed state ends too early');
	}

	byte(): number {
		this.need(1);
		return this.buffer.readUInt8(this.at++);
	}

	uint(bytes: number): number {
		this.need(bytes);
		const value = this.buffer.readUIntLE(this.at, bytes);
		this.at += bytes;
		return value;
	}

	varint(): number {
		let value = 0;
		for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
			const byte = this.byte();
			value += (byte & 0x7f) * factor;
			if (byte < 0x80) return value;
		}
		throw new RangeError('The packed state holds a number that is too long');
	}

	text(): string {
		const head = this.varint();
		const length = Math.floor(head / 2);
		if (head % 2 === 0) return this.slice(length).toString('utf8');
		return this.slice(Math.floor((length * 6) / 8)).toString('base64url').slice(0, length);
	}

	slice(length: number): Buffer {
		this.need(length);
		const slice = this.buffer.subarray(this.at, this.at + length);
		this.at += length;
		return slice;
	}

	time(): number {
		return this.duration() - TIME_SHIFT;
	}

	duration(): number {
		const value = this.varint();
		const unit = value % 4 === 0 ? 60_000 : value % 4 === 1 ? 1000 : 1;
		return Math.floor(value / 4) * unit;
	}
}

/** Moves the year 1900 to 0: dates before 1970 do occur in imported data. */
const TIME_SHIFT = 2_208_988_800_000;

/**
 * Base64url, by character code; -1: none of its characters. It keeps 6 bits a character only when no bits are cut off at the end:
 * lengths of 4n, 4n+2 and 4n+3 whose last character has its spare bits zero. Only such texts are written compactly, so that reading
 * gives the very same text.
 */
const SIX_BITS = Array.from({ length: 128 }, (_, code) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(String.fromCharCode(code)));
