/** The most of a page that is looked at. */
const MAX_LENGTH = 20_000;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
/** Their text is not for people. */
const SILENT = ['script', 'style'];

/** The words of a page of HTML, in one line. Its beginning only, and in linear time: it is what a stranger wrote. */
export function plainText(html: string): string {
	const text = html.slice(0, MAX_LENGTH);
	const words: string[] = [];
	let at = 0;
	while (at < text.length) {
		const open = text.indexOf('<', at);
		words.push(text.slice(at, open === -1 ? text.length : open), ' ');
		if (open === -1) break;
		const close = text.startsWith('<!--', open) ? text.indexOf('-->', open) : text.indexOf('>', open);
		// Without its end it is no tag, and neither is any that follows.
		if (close === -1) {
			words.push(text.slice(open));
			break;
		}
		const silent = SILENT.find((name) => text.slice(open + 1, open + 1 + name.length).toLowerCase() === name);
		const end = silent === undefined ? -1 : text.indexOf(`</${silent}`, close);
		at = end === -1 ? close + 1 : end;
	}
	return words.join('').replace(/&(\w{2,4}|#\d{1,7});/g, (whole, name: string) => NAMED[name] ?? character(name) ?? whole).replace(/\s+/g, ' ').trim();
}

function character(name: string): string | undefined {
	const code = name.startsWith('#') ? Number(name.slice(1)) : NaN;
	return code > 31 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
