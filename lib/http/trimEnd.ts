/** `text` without the marks at its end. An expression that looks for them would take quadratic time. */
export function trimEnd(text: string, mark: string): string {
	let end = text.length;
	while (end > 0 && text[end - 1] === mark) end--;
	return text.slice(0, end);
}
