/** Letters that are no letter with an accent, as people type them without. */
const PLAIN: Record<string, string> = { ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ı: 'i', ħ: 'h' };

/** As people type it: no accents, no capitals. */
export function folded(text: string): string {
	return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[ßøłđðþæœıħ]/g, (letter) => PLAIN[letter] ?? letter).trim();
}
