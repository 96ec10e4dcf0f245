import { folded } from '../folded';

/** Whether all words of the filter are in the texts, whatever the case, the accents and the order: what a list shows for what was typed. */
export function matcher(filter: string | undefined): (...texts: Array<string | undefined>) => boolean {
	const words = folded(filter ?? '').split(/[\s·,]+/).filter((word) => word !== '');
	return (...texts) => {
		if (words.length === 0) return true;
		const searched = folded(texts.filter((text) => text !== undefined).join(' '));
		return words.every((word) => searched.includes(word));
	};
}
