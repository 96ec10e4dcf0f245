/** As people type it: no accents, no capitals. */
export function folded(text: string): string {
	return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/ß/g, 'ss').toLowerCase().trim();
}
